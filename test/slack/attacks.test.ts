/**
 * Rows of the attack table that Slack itself brings: signed payloads over HTTP into the real Bolt app. What needs
 * the whole product is in test/e2e/attacks.e2e.test.ts, what is about order and time in test/workflows/attacks.test.ts.
 */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownBlock } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import { phraseToType } from '../../src/approvals/phrase.ts';
import { pointerValue } from '../../src/approvals/pointer.ts';
import type { CardView } from '../../src/domain/card.ts';
import { createSlackApp } from '../../src/slack/app.ts';
import { openStore } from '../../src/store/open-store.ts';
import { wordsOf } from '../support/people.ts';
import { step, view } from './views.ts';
import { CHANNEL, createWorld, ORGANISATION, SECRET, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** A signed press of a button, as Slack posts it; anything about it can be forged. */
function pressOf(one: CardView, place: { readonly channel: string; readonly ts: string }, more: object = {}) {
  const payload = {
    type: 'block_actions',
    ...{ api_app_id: 'A0COUNTERSIGN', team: { id: 'T0ACME' }, trigger_id: 'TRIGGER-1.2.abc' },
    user: { id: 'U0ALICE', team_id: 'T0ACME' },
    response_url: 'https://hooks.slack.example/actions/SECRET-URL',
    channel: { id: place.channel },
    container: { type: 'message', message_ts: place.ts },
    actions: [
      {
        ...{ type: 'button', action_id: 'approve', block_id: `req:${one.request}:v${one.version}` },
        ...{
          action_ts: '1763733600.000100',
          value: `${one.request}.${one.version}.${one.digest.slice(0, 8)}`,
        },
      },
    ],
    ...more,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
function post(body: string, url = world.boltUrl()): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-signature': `v0=${mac}`,
      'x-slack-request-timestamp': timestamp,
    },
  });
}

async function raised(changes: Partial<CardView> = {}) {
  const one = view(changes);
  const place = await world.raise(one);
  const message = world.slack
    .snapshot('U0ALICE')
    .channels.find(({ id }) => id === CHANNEL)
    ?.messages.find(({ ts }) => ts === place.ts);
  return { one, place, blocks: message?.blocks ?? [], text: message?.text ?? '' };
}
const whispers = (user: string) =>
  (world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? [])
    .filter(({ ephemeralFor }) => ephemeralFor === user)
    .map(({ text }) => text);
const hears = (user: string, sentence: RegExp) =>
  vi.waitFor(() => expect(whispers(user).join('\n')).toMatch(sentence), { timeout: 3_000 });

/** Every object of a message that Slack would read as markup. */
function markupIn(node: unknown): readonly { readonly text: string; readonly verbatim?: boolean }[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'type' in node && node.type === 'mrkdwn' ? [node as never] : [];
  return [...own, ...Object.values(node).flatMap(markupIn)];
}

describe('who clicks', () => {
  it.each([
    ['a bot', 'U0COUNTERSIGN', /"why":"bot"/],
    ['a guest whom the directory, wrongly, knows', 'U0GUEST', /"why":"guest"/],
  ])('T6 %s decides nothing, whatever group it is in', async (_, user, sentence) => {
    const { one, place } = await raised();
    const status = (await post(pressOf(one, place, { user: { id: user, team_id: 'T0ACME' } }))).status;
    expect(status).toBe(200);
    await vi.waitFor(() => expect(world.security.lines.join()).toMatch(sentence));
    expect(world.requests.decided).toEqual([]);
  });

  it('T40 who holds the signing secret approves nothing critical, by no button and no modal', async () => {
    const { one, place } = await raised({ tier: 'critical' });
    await post(pressOf(one, place));
    await hears('U0ALICE', /nothing was recorded/);
    const payload = {
      ...{
        type: 'view_submission',
        api_app_id: 'A0COUNTERSIGN',
        team: { id: 'T0ACME' },
        trigger_id: '1.2.abc',
      },
      user: { id: 'U0ALICE', team_id: 'T0ACME' },
      view: {
        ...{
          id: 'V0FORGED',
          type: 'modal',
          callback_id: 'review-submit',
          private_metadata: pointerValue(one),
        },
        state: {
          values: {
            target: { value: { type: 'plain_text_input', value: phraseToType(one) } },
            reason: { value: { type: 'plain_text_input', value: 'I have looked at all of it, honestly' } },
          },
        },
      },
    };
    const answer = await post(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    expect(await answer.text()).toContain(
      'on the approver page with your passkey only; nothing was recorded',
    );
    expect(world.requests.decided).toEqual([]);
  });

  it('T9 a Slack user whom nobody linked is refused, although name and e-mail would fit', async () => {
    const { one, place } = await raised();
    const user = { id: 'U0STRANGER', team_id: 'T0ACME', name: 'alice', username: 'alice@acme.example' };
    await post(pressOf(one, place, { user }));
    await hears('U0STRANGER', /does not know you/);
    expect(world.requests.decided).toEqual([]);
  });

  it('T9 a Slack user who is two people of the directory is nobody', async () => {
    const twin = { id: 'twin', name: 'Alice', groups: ['platform'], active: true, timeZone: 'UTC' };
    const slack = { team: 'T0ACME', user: 'U0ALICE' };
    const both = { ...ORGANISATION, people: [...ORGANISATION.people, { ...twin, slack }] };
    const directory = createDirectory(async () => both);
    const found = await directory.personBySlack(slack).catch(() => undefined);
    expect(found).toBeUndefined();
  });
});

describe('what a card says', () => {
  const bait =
    '<https://evil.example|Open runbook> <!here> <@U0ALICE> *Approved* https://evil.example #general';

  it.each(['reason', 'label', 'fact', 'question', 'vote'])(
    'T18 links and pings in what the agent or others write (%s) stay words',
    async (where) => {
      const { blocks, text } = await raised({
        ...(where === 'reason' ? { reason: bait } : {}),
        steps: [
          step({
            ...(where === 'label' ? { target: { ...step().target, label: bait } } : {}),
            ...(where === 'fact' ? { facts: [{ label: 'Text', value: bait }] } : {}),
          }),
        ],
        ...(where === 'question'
          ? { questions: [{ id: 'q', by: 'alice', text: bait, at: '2026-11-21T14:00:00Z' }] }
          : {}),
        ...(where === 'vote'
          ? { votes: [{ person: 'bob', answer: 'deny', reason: bait, at: '2026-11-21T14:00:00Z' }] }
          : {}),
      });
      expect(wordsOf(blocks)).toContain('Open runbook');
      for (const { text: markup } of markupIn(blocks)) expect(markup).not.toMatch(/evil|here|U0ALICE/);
      expect(text).not.toMatch(/<[!@#h]/);
    },
  );

  it('T19 bare addresses, channels and @channel become no link: all markup is ours and verbatim', async () => {
    const { blocks } = await raised({
      reason: 'See https://evil.example #general @channel',
      onBehalfOf: '#ops',
    });
    expect(wordsOf(blocks)).toContain('https://evil.example');
    for (const one of markupIn(blocks)) {
      expect(one.verbatim).toBe(true);
      expect(one.text).toMatch(/^Expires <!date\^\d+\^/);
    }
  });

  it('T21 what does not fit says how long it is and its code, the whole is in the details, and high tier needs the modal', async () => {
    const value = Array.from({ length: 700 }, (_, index) => `word${index}`).join(' ');
    const { blocks, one, place } = await raised({
      tier: 'high',
      steps: [step({ facts: [{ label: 'Text', value }] })],
    });
    expect(wordsOf(blocks)).toMatch(/\[cut: \d+ characters in all, code [0-9a-f]{8}\]/);
    expect(wordsOf(blocks)).not.toContain('word699');
    await post(pressOf(one, place));
    await hears('U0ALICE', /must be reviewed/);
    expect(world.requests.decided).toEqual([]);
    const blockId = `req:${one.request}:v${one.version}`;
    const pointer = `${one.request}.${one.version}.${one.digest.slice(0, 8)}`;
    await world.slack.click({ user: 'U0ALICE', ...place, blockId, actionId: 'review', value: pointer });
    expect(wordsOf(world.slack.snapshot('U0ALICE').modals.at(-1)?.blocks)).toContain('word699');
  });

  it('T22 a reason that imitates a card is fenced after the facts, and its lines are capped', async () => {
    const fake = [
      'Approved by Carol',
      'Policy says:',
      ...Array.from({ length: 40 }, (_, index) => `Line ${index}`),
    ];
    const { blocks } = await raised({ reason: fake.join('\n') });
    const kinds = blocks as readonly KnownBlock[];
    const fence = kinds.findIndex((block) => JSON.stringify(block).includes('Approved by Carol'));
    expect(kinds[fence]).toMatchObject({ type: 'rich_text', elements: [{ type: 'rich_text_preformatted' }] });
    expect(wordsOf(kinds[fence - 1])).toBe('Written by the agent, unverified:');
    expect(kinds.findIndex(({ type }) => type === 'header')).toBe(0);
    expect(wordsOf(kinds[fence]).split('\n').length).toBeLessThanOrEqual(8);
    expect(wordsOf(kinds[fence])).toContain('[cut: ');
  });

  it('T25 a credential in arguments, reason, votes or questions reaches no card, modal, thread, message or log', async () => {
    const token = `ghp_${'q7Wz'.repeat(9)}`;
    const said = `Use ${token} for it`;
    const at = '2026-11-21T14:00:00.000Z';
    const { one, place } = await raised({
      ...{ tier: 'high', reason: said, message: said, onBehalfOf: token },
      steps: [step({ facts: [{ label: 'Text', value: said }], error: said, explanation: [said] })],
      votes: [{ person: 'bob', answer: 'approve', reason: said, at }],
      questions: [{ id: 'q', by: 'alice', text: said, at, answer: said, answeredAt: at }],
    });
    const value = `${one.request}.${one.version}.${one.digest.slice(0, 8)}`;
    const click = { user: 'U0ALICE', ...place, blockId: `req:${one.request}:v${one.version}`, value };
    for (const actionId of ['review', 'details']) {
      await world.slack.click({ ...click, actionId });
      const words = JSON.stringify(world.slack.snapshot('U0ALICE').modals);
      expect(words).toContain('[withheld: key or token]');
    }
    const about = { request: one.request, text: said };
    await world.surface.sayInThread({ ...about, key: 'a', quote: said });
    await world.surface.tell({ ...about, key: 'b', person: 'alice', quote: said });
    await world.surface.whisper({ ...about, person: 'alice' });
    await world.surface.announce({ channel: 'agent-notices', key: 'c', text: said });
    const seen = JSON.stringify(['U0ALICE', 'U0BOB'].map((user) => world.slack.snapshot(user)));
    expect(seen).toContain('[withheld: key or token]');
    for (const shown of [seen, ...world.log.lines, ...world.security.lines])
      expect(shown).not.toContain(token);
  });
});

describe('what is delivered', () => {
  it('T52 after a restart a repeated delivery is still the same click: what was seen is in the database', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-attacks-'));
    const { one, place } = await raised();
    const body = pressOf(one, place);
    const store = await openStore({ dataDir });
    // Each round is an app of its own: of one process only the database outlives it.
    const round = async (deliveries: readonly string[]) => {
      const app = createSlackApp({ ...world.options, clicks: { ...store.clicks } });
      const port = await app.start(0);
      for (const delivery of deliveries)
        expect((await post(delivery, `http://127.0.0.1:${port}/slack/events`)).status).toBe(200);
      await app.stop();
    };
    await round([body]);
    await round([body, pressOf(one, place, { user: { id: 'U0BOB', team_id: 'T0ACME' } })]);
    await store.close();
    expect((await world.decisions()).map(({ person }) => person)).toEqual(['alice', 'bob']);
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('T56 a late click on an expired request is told so, and changes nothing', async () => {
    const { one, place } = await raised();
    await world.inbox.close(one.request, one.version);
    world.requests.views.set(one.request, {
      ...{ id: one.request, agent: one.agent, status: 'closed', outcome: 'expired', version: 1, steps: [] },
      ...{ receivedAt: one.requestedAt, message: 'Only 0 of 2 answered in time' },
    });
    await post(pressOf(one, place));
    await hears('U0ALICE', /too late: the request is closed \(expired\): Only 0 of 2/);
    expect(world.requests.decided).toEqual([]);
  });

  it('T74 no log holds a response_url, a trigger id, a token, a secret or a payload, whatever happens', async () => {
    const { one, place } = await raised();
    await post(pressOf(one, place));
    world.requests.answer = () => Promise.reject(new Error('down'));
    await post(pressOf(one, place, { user: { id: 'U0BOB', team_id: 'T0ACME' } }));
    world.slack.failNext({ method: 'users.info', status: 500, times: 1 });
    await post(pressOf(one, place, { user: { id: 'U0DANA', team_id: 'T0ACME' } }));
    await post(pressOf(one, place, { api_app_id: 'A0EVIL' }));
    await post('payload=%7Bnot-json');
    await post(pressOf(one, place, { actions: [] }));
    const lines = [...world.log.lines, ...world.security.lines];
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      expect(line).not.toMatch(/SECRET-URL|TRIGGER-1|xoxb-|response_url|trigger_id/);
      expect(line).not.toContain(SECRET);
      expect(line).not.toContain(one.reason);
    }
  });
});
