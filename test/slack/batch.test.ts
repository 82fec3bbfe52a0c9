import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pointerValue } from '../../src/approvals/pointer.ts';
import type { CardView } from '../../src/domain/card.ts';
import { view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const ALICE = 'U0ALICE';
const field = (card: CardView) => `item:${pointerValue(card)}`;

/** Raises `count` requests that alice may decide, `req_1` to `req_<count>`. */
async function raise(count: number, change: Partial<CardView> = {}): Promise<readonly CardView[]> {
  const cards = Array.from({ length: count }, (_, index) => view({ request: `req_${index + 1}`, ...change }));
  for (const card of cards) await world.raise(card);
  return cards;
}

const command = (user = ALICE) =>
  world.slack.command({ user, channel: CHANNEL, command: '/countersign', text: 'review' });
const modal = (user = ALICE) => world.slack.snapshot(user).modals.at(-1);
const shown = (user = ALICE) => JSON.stringify(modal(user)?.blocks ?? []);

function submit(choices: Readonly<Record<string, string>>, reason = '', user = ALICE) {
  const items = Object.entries(choices).map(([block, value]) => [block, { value }] as const);
  const values = { ...Object.fromEntries(items), ...(reason === '' ? {} : { reason: { value: reason } }) };
  return world.slack.submitView({ user, viewId: modal(user)?.id ?? '', values });
}
const decided = async () =>
  (await world.decisions())
    .map(({ request, answer, assurance, person, reason }) => ({ request, answer, assurance, person, reason }))
    .sort((a, b) => a.request.localeCompare(b.request));

describe('/countersign review', () => {
  it('T60: decides each of several by itself, as a signed decision of its own', async () => {
    const [first, second, third] = await raise(3);
    await command();
    if (first === undefined || second === undefined || third === undefined) throw new Error('no cards');
    expect(
      await submit({ [field(first)]: 'approve', [field(second)]: 'deny' }, 'Not this one'),
    ).toMatchObject({
      status: 200,
    });
    const by = { assurance: 'click', person: 'alice', reason: 'Not this one' };
    expect(await decided()).toEqual([
      { request: 'req_1', answer: 'approve', ...by },
      { request: 'req_2', answer: 'deny', ...by },
    ]);
    expect(shown()).toContain('req_1: your approval is recorded\\nreq_2: your denial is recorded');
  });

  it('T60: one that is invalid does not block the rest', async () => {
    const [first, second] = await raise(2);
    await command();
    if (first === undefined || second === undefined) throw new Error('no cards');
    await world.inbox.close('req_1', 1);
    await submit({ [field(first)]: 'approve', [field(second)]: 'approve' });
    expect(await decided()).toMatchObject([{ request: 'req_2', answer: 'approve' }]);
    expect(shown()).toContain('nothing was recorded');
    expect(shown()).toContain('req_2: your approval is recorded');
  });

  it.each(['high', 'critical'] as const)('T60: never offers what is of %s risk', async (tier) => {
    await world.raise(view({ request: 'req_9', tier }));
    await raise(1);
    await command();
    expect(shown()).toContain('req_1');
    expect(shown()).not.toContain('req_9');
  });

  it('T60: records nothing for high risk that somebody submits all the same', async () => {
    const [card] = await raise(1);
    await command();
    if (card === undefined) throw new Error('no card');
    const found = await world.inbox.find('req_1', 1);
    if (found !== undefined) await world.inbox.open({ ...found, tier: 'high' });
    await submit({ [field(card)]: 'approve' });
    expect(await decided()).toEqual([]);
    expect(shown()).toContain('decided on its own card only');
  });

  it('offers ten at most, and says how many more wait', async () => {
    await raise(12);
    await command();
    expect(modal()?.blocks.filter(({ type }) => type === 'input')).toHaveLength(11);
    expect(shown()).toContain('2 more wait after these');
  });

  it('wants a reason where something is denied, and leaves alone what was not chosen', async () => {
    const [card] = await raise(1);
    await command();
    if (card === undefined) throw new Error('no card');
    expect((await submit({ [field(card)]: 'deny' })).errors).toEqual({
      reason: expect.stringMatching(/say why/),
    });
    await submit({ [field(card)]: 'skip' });
    expect(await decided()).toEqual([]);
  });

  it.each([
    { name: 'who owns the agent', user: 'U0DANA' },
    { name: 'of another group', user: 'U0ERIN' },
  ])('opens nothing for somebody $name', async ({ user }) => {
    await raise(2);
    await command(user);
    expect(modal(user)).toBeUndefined();
  });

  it('opens nothing for a guest', async () => {
    await raise(1);
    await command('U0GUEST');
    expect(modal('U0GUEST')).toBeUndefined();
  });

  it('shows the words of agents and vendors literally', async () => {
    const [step] = view().steps;
    if (step === undefined) throw new Error('no step');
    await world.raise(view({ steps: [{ ...step, title: '<!here> *now* <https://evil.example|go>' }] }));
    await command();
    expect(shown()).not.toContain('mrkdwn');
  });
});
