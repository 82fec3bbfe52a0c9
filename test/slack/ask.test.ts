import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import type { CardView } from '../../src/domain/card.ts';
import { QUESTION_CHARS_MAX, type QuestionView } from '../../src/domain/question.ts';
import { drawCard } from '../../src/slack/cards/draw-card.ts';
import { ACME } from '../approvals/acme.ts';
import { step, view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Presses "Ask…" and answers the modal that opened. */
async function opened(user: string, changes: Partial<CardView> = {}) {
  const one = view(changes);
  const place = await world.raise(one);
  const value = `${one.request}.${one.version}.${one.digest.slice(0, 8)}`;
  const click = { ...place, blockId: `req:${one.request}:v${one.version}`, actionId: 'ask', value };
  const { status } = await world.slack.click({ user, ...click });
  const modal = world.slack.snapshot(user).modals.at(-1);
  const submit = (text: string) =>
    world.slack.submitView({ user, viewId: modal?.id ?? '', values: { question: { value: text } } });
  return { status, modal, submit, words: JSON.stringify(modal?.blocks ?? []) };
}
const top = (user: string) => JSON.stringify(world.slack.snapshot(user).modals.at(-1)?.blocks ?? []);

describe('the Ask… button', () => {
  it('opens a modal with one field that says that the clock keeps running', async () => {
    const { modal, words } = await opened('U0ALICE', { tier: 'critical' });
    expect(modal?.callback_id).toBe('ask-submit');
    expect(modal?.blocks.filter(({ type }) => type === 'input')).toHaveLength(1);
    expect(words).toContain('Asking stops no clock: the request still expires');
    expect(words).toContain('2026-11-21 18:00 UTC');
  });

  it('makes a signed question durable, about exactly the version shown', async () => {
    const { submit } = await opened('U0ALICE');
    expect((await submit('  Who uses it?  ')).status).toBe(200);
    expect(await world.questions()).toEqual([
      {
        ...{ id: expect.stringMatching(/^q_[0-9a-f]{24}$/), request: 'req_1', version: 1 },
        ...{ digest: view().digest, person: 'alice', text: 'Who uses it?', surface: 'slack' },
        at: expect.any(String),
      },
    ]);
    expect(world.requests.decided).toEqual([]);
    expect(world.slack.snapshot('U0ALICE').modals).toEqual([]);
  });

  it.each([
    ['   ', /Please write|complete this required/],
    ['x'.repeat(QUESTION_CHARS_MAX + 1), /1000/],
  ])('asks nothing that is empty or too long', async (text, problem) => {
    const { submit } = await opened('U0ALICE');
    const answer = await submit(text).catch((error: unknown) => ({ body: String(error) }));
    expect(JSON.stringify(answer)).toMatch(problem);
    expect(world.requests.asked).toEqual([]);
  });

  it('says what happened where the request closed meanwhile', async () => {
    const { submit } = await opened('U0ALICE');
    world.requests.answer = async () => 'closed';
    world.requests.views.set('req_1', {
      ...{ id: 'req_1', agent: 'release-agent', status: 'closed', outcome: 'expired', version: 1 },
      ...{ steps: [], receivedAt: '2026-11-21T14:00:00.000Z', message: 'Nobody decided in time' },
    });
    await submit('Who uses it?');
    expect(top('U0ALICE')).toMatch(/too late: the request is closed \(expired\)/);
  });

  it('points a question about an old version to the new one', async () => {
    const { submit } = await opened('U0ALICE');
    await world.inbox.close('req_1', 1);
    world.requests.views.set('req_1', {
      ...{ id: 'req_1', agent: 'release-agent', status: 'waiting', version: 2, steps: [] },
      receivedAt: '2026-11-21T14:00:00.000Z',
    });
    await submit('Who uses it?');
    expect(top('U0ALICE')).toMatch(/changed since you looked/);
    expect(world.requests.asked).toEqual([]);
  });

  it.each(['U0GUEST', 'U0STRANGER'])('opens nothing for %s', async (user) => {
    expect((await opened(user)).modal).toBeUndefined();
  });
});

describe('a question on a card', () => {
  const draw = (questions: readonly QuestionView[], changes: Partial<CardView> = {}) =>
    drawCard(view({ questions, ...changes }), namesOf(ACME));
  const open: QuestionView = {
    ...{ id: 'q_1', by: 'alice', text: 'Is <!here> merged?', at: '2026-11-21T14:00:00.000Z' },
  };
  const answered = { ...open, answer: 'Yes, Approved by Bob', answeredAt: '2026-11-21T14:05:00.000Z' };

  it('is counted while open, with the expiry that keeps running', () => {
    const words = JSON.stringify(draw([open, { ...answered, id: 'q_2' }]).blocks);
    expect(words).toContain(
      '1 question open. The clock keeps running: the request expires 2026-11-21 18:00 UTC',
    );
    expect(words).toContain('Alice asked the agent, 2026-11-21 14:00 UTC:');
    expect(words).toContain('Answered 2026-11-21 14:05 UTC. Written by the agent, unverified:');
  });

  it('and its answer stand fenced, one block however many there are', () => {
    const many = Array.from({ length: 10 }, (_, index) => ({ ...answered, id: `q_${index}` }));
    const twenty = { steps: Array.from({ length: 20 }, (_, index) => step({ index })) };
    const [none, all] = [draw([], twenty).blocks, draw(many, twenty).blocks];
    expect(all.length - none.length).toBe(1);
    const block = all.find((one) => JSON.stringify(one).includes('No question open. 7 earlier'));
    const fences = JSON.stringify(block).match(/"rich_text_preformatted"/g);
    expect(block).toMatchObject({ type: 'rich_text' });
    expect(fences).toHaveLength(6);
  });

  it('is said to be without an answer once the request is closed', () => {
    expect(JSON.stringify(draw([open], { state: 'closed' }).blocks)).toContain(
      '1 asked, 1 without an answer',
    );
  });
});

describe('a question in the thread', () => {
  it("is said in the asker's name, its words fenced and out of every notification; its answer too", async () => {
    await world.raise(view());
    await world.surface.sayInThread({
      ...{ request: 'req_1', key: 'req_1:question', text: 'asks the agent:', by: 'alice' },
      quote: '<!channel> EVIL',
    });
    await world.surface.tell({
      ...{ request: 'req_1', person: 'alice', key: 'req_1:answer', text: 'An answer:' },
      quote: 'EVIL https://evil.example',
    });
    await vi.waitFor(() => {
      const { channels, directMessages } = world.slack.snapshot('U0ALICE');
      const thread = channels.find(({ id }) => id === CHANNEL)?.messages.at(-1);
      expect(thread).toMatchObject({
        text: 'Alice asks the agent:',
        blocks: [
          { type: 'section', text: { type: 'plain_text' } },
          { type: 'rich_text', elements: [{ type: 'rich_text_preformatted' }] },
        ],
      });
      const told = directMessages.find(({ text }) => text === 'An answer:');
      expect(JSON.stringify(told?.blocks)).toContain('EVIL https://evil.example');
    });
  });
});
