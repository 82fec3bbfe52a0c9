import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import type { CardView } from '../../src/domain/card.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { createMailer } from '../../src/process/mailer.ts';
import { createSecondChannel, UNDELIVERED_MS } from '../../src/slack/second-channel.ts';
import { ACME, person } from '../approvals/acme.ts';
import { view } from './views.ts';
import { CardsInMemory, logInMemory, messagesInMemory } from './world.ts';

/** What a real mail server got. */
interface Received {
  readonly to: readonly string[];
  readonly text: string;
}

let server: SMTPServer;
let received: Received[];
let address: string;
beforeEach(async () => {
  received = [];
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map((one) => one.address), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

const CARD = view();
const ASKED_MS = Date.parse(CARD.requestedAt);
const at = (id: string, change = {}) => person(id, ['platform'], { email: `${id}@acme.example`, ...change });
const PEOPLE = [at('alice'), at('dana'), at('ivan', { active: false }), person('bob', ['platform'])];

const FINAL = new OutsideError('final', 'Cannot post card: Slack answered "is_archived"');
const DOWN = new OutsideError('retryable', 'Cannot post card: Slack cannot be reached', {
  cause: new Error('down'),
});
const PACED = new OutsideError('retryable', 'Cannot speak yet: in 900 s', { retryAfterMs: 900_000 });

function channel({ minutes = 0, url = address, mails = true } = {}) {
  const [log, cards, messages] = [logInMemory(), new CardsInMemory(), messagesInMemory()];
  const second = createSecondChannel({
    ...{ log, cards, messages, names: namesOf(ACME) },
    ...(mails ? { send: createMailer({ url, from: 'countersign@acme.example' }).send } : {}),
    pageOf: (request) => `https://approvals.acme.example/requests/${request}`,
    clock: () => new Date(ASKED_MS + minutes * 60_000),
    directory: {
      members: async () => PEOPLE,
      person: async (id) => PEOPLE.find((one) => one.id === id),
      personBySlack: async () => undefined,
      personByIdentity: async () => undefined,
      agentsOf: async () => [],
      agent: async () => undefined,
      agentByIdentity: async () => undefined,
    },
  });
  return { second, log, cards };
}

describe('createSecondChannel()', () => {
  it('T53: mails who may decide, once a version, when Slack will never take the card', async () => {
    const { second } = channel();
    for (let times = 0; times < 3; times += 1) await second.cardFailed(CARD, FINAL);
    expect(received.map(({ to }) => to)).toEqual([['alice@acme.example']]);
    expect(received[0]?.text).toContain('https://approvals.acme.example/requests/req_1');
    await second.cardFailed({ ...CARD, version: 2 }, FINAL);
    expect(received).toHaveLength(2);
  });

  it('says nothing that an agent or a vendor wrote', async () => {
    const { second } = channel();
    const [step] = CARD.steps;
    const hostile = 'https://evil.example/approve';
    const steps = step === undefined ? [] : [{ ...step, title: hostile, preview: [] }];
    await second.cardFailed({ ...CARD, reason: hostile, steps } as CardView, FINAL);
    expect(received).toHaveLength(1);
    expect(received[0]?.text).not.toContain('evil');
  });

  it('mails after five minutes of a Slack that fails, and not before', async () => {
    await channel({ minutes: 4 }).second.cardFailed(CARD, DOWN);
    expect(received).toEqual([]);
    await channel({ minutes: UNDELIVERED_MS / 60_000 + 1 }).second.cardFailed(CARD, DOWN);
    expect(received).toHaveLength(1);
  });

  it('mails nobody for a card that only waits for its turn, however long', async () => {
    await channel({ minutes: 60 }).second.cardFailed(CARD, PACED);
    expect(received).toEqual([]);
  });

  it.each([
    { name: 'that has closed', card: view({ state: 'closed', outcome: 'expired' }), isPlaced: false },
    { name: 'that stands in Slack', card: CARD, isPlaced: true },
  ])('mails nobody about a card $name', async ({ card, isPlaced }) => {
    const { second, cards } = channel();
    await cards.want(card);
    if (isPlaced) await cards.placed(card.request, card.version, { channel: 'C', ts: '1.1' });
    await second.cardFailed(card, FINAL);
    expect(received).toEqual([]);
  });

  it('mails a person whom Slack will never reach, without the words that were meant for Slack', async () => {
    const { second } = channel();
    const note = { request: 'req_1', person: 'dana', key: 'req_1:closed:dana' };
    await second.personFailed(note, DOWN);
    for (let times = 0; times < 2; times += 1) await second.personFailed(note, FINAL);
    expect(received.map(({ to }) => to)).toEqual([['dana@acme.example']]);
  });

  it('says loudly, once, that there is no second channel', async () => {
    const { second, log } = channel({ mails: false });
    for (let times = 0; times < 3; times += 1) await second.cardFailed(CARD, FINAL);
    expect(log.lines.filter((line) => line.includes('no-second-channel'))).toHaveLength(1);
  });

  it('never rejects, and tries again while the mail server does not answer either', async () => {
    const { second, log } = channel({ url: 'smtp://127.0.0.1:1' });
    await second.cardFailed(CARD, FINAL);
    expect(log.lines.join()).toContain('Neither Slack nor e-mail delivers');
    expect(log.lines.join()).not.toContain('alice@acme.example');
  });
});

describe('createMailer()', () => {
  it.each(['http://mail.example', 'mail.example', ''])('refuses the address "%s"', (url) => {
    expect(() => createMailer({ url, from: 'a@acme.example' })).toThrow('COUNTERSIGN_SMTP_URL');
  });
});
