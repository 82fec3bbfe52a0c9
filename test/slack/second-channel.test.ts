import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import type { Absence } from '../../src/domain/absence.ts';
import type { CardView } from '../../src/domain/card.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { createMailer } from '../../src/process/mailer.ts';
import { createSecondChannel, UNDELIVERED_MS } from '../../src/slack/second-channel.ts';
import { ACME, person } from '../approvals/acme.ts';
import { type MailServer, openMailServer, type Received } from '../support/mail-server.ts';
import { view } from './views.ts';
import { CardsInMemory, logInMemory, messagesInMemory } from './world.ts';

let server: MailServer;
let received: readonly Received[];
let address: string;
beforeEach(async () => {
  server = await openMailServer();
  received = server.received;
  address = server.url;
});
afterEach(() => server.close());

const CARD = view();
const ASKED_MS = Date.parse(CARD.requestedAt);
const at = (id: string, change = {}) => person(id, ['platform'], { email: `${id}@acme.example`, ...change });
const PEOPLE = [at('alice'), at('dana'), at('ivan', { active: false }), person('bob', ['platform'])];
const ELSEWHERE = person('erin', ['support'], { email: 'erin@acme.example' });

const FINAL = new OutsideError('final', 'Cannot post card: Slack answered "is_archived"');
const DOWN = new OutsideError('retryable', 'Cannot post card: Slack cannot be reached', {
  cause: new Error('down'),
});
const PACED = new OutsideError('retryable', 'Cannot speak yet: in 900 s', { retryAfterMs: 900_000 });

const PAGES = { decidePage: (pointer: string) => `https://approvals.acme.example/decide/${pointer}` };

interface Given {
  readonly minutes?: number;
  readonly url?: string;
  readonly mails?: boolean;
  readonly away?: readonly Absence[];
}

function channel({ minutes = 0, url = address, mails = true, away = [] }: Given = {}) {
  const [log, cards, messages] = [logInMemory(), new CardsInMemory(), messagesInMemory()];
  const second = createSecondChannel({
    ...{ log, cards, messages, names: { ...namesOf(ACME), ...PAGES } },
    absences: { inForce: async () => away },
    ...(mails ? { send: createMailer({ url, from: 'countersign@acme.example' }).send } : {}),
    clock: () => new Date(ASKED_MS + minutes * 60_000),
    directory: {
      members: async () => PEOPLE,
      person: async (id) => [...PEOPLE, ELSEWHERE].find((one) => one.id === id),
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
    expect(received[0]?.text).toContain('https://approvals.acme.example/decide/req_1.1.1a2b3c4d');
    await second.cardFailed({ ...CARD, version: 2 }, FINAL);
    expect(received).toHaveLength(2);
  });

  it.each([
    { name: 'who stands in for somebody asked', madeMinutesAgo: 90, stands: { tier: 'high' }, mailed: true },
    {
      name: 'nobody named a moment ago for high risk',
      madeMinutesAgo: 5,
      stands: { tier: 'high' },
      mailed: false,
    },
    { name: 'whoever was named for low risk', madeMinutesAgo: 5, stands: { tier: 'low' }, mailed: true },
    { name: 'nobody excluded', madeMinutesAgo: 90, stands: { excluded: ['dana', 'erin'] }, mailed: false },
    { name: 'nobody who left', madeMinutesAgo: 90, stands: {}, delegate: 'ivan', mailed: false },
  ] as const)('mails $name as well', async ({ madeMinutesAgo, stands, mailed, ...more }) => {
    const delegate = 'delegate' in more ? more.delegate : 'erin';
    const madeAt = new Date(ASKED_MS - madeMinutesAgo * 60_000).toISOString();
    const ends = { from: madeAt, until: new Date(ASKED_MS + 3_600_000).toISOString() };
    const away = [{ id: 'a', person: 'bob', delegate, madeAt, by: 'bob', ...ends }];
    const { second } = channel({ away });
    await second.cardFailed({ ...CARD, ...stands }, FINAL);
    const wanted = ['alice@acme.example', ...(mailed ? [`${delegate}@acme.example`] : [])];
    expect(received.flatMap(({ to }) => to)).toEqual(wanted);
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
    expect(received[0]?.text).toContain('countersign show req_1');
  });

  it('links news to the page of the newest version', async () => {
    const { second, cards } = channel();
    for (const version of [1, 2]) await cards.want({ ...CARD, version });
    await second.personFailed({ request: 'req_1', person: 'dana', key: 'req_1:closed:dana' }, FINAL);
    expect(received[0]?.text).toContain('https://approvals.acme.example/decide/req_1.2.1a2b3c4d');
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
