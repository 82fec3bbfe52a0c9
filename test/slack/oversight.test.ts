/** Refused clicks, people in a hurry and earlier decisions, through Bolt with signed payloads. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CardView } from '../../src/domain/card.ts';
import { anEarlier } from '../store/oversight-samples.ts';
import { step, view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const TARGET = step().target.label;

async function raised(changes: Partial<CardView> = {}) {
  const one = view(changes);
  const { channel, ts } = await world.raise(one);
  const value = `${one.request}.${one.version}.${one.digest.slice(0, 8)}`;
  return (actionId: string, user: string, forged: { value?: string; blockId?: string } = {}) =>
    world.slack.click({
      ...{ user, channel, ts, actionId, value },
      blockId: `req:${one.request}:v${one.version}`,
      ...forged,
    });
}
const modal = (user: string) => {
  const top = world.slack.snapshot(user).modals.at(-1);
  return { id: top?.id ?? '', callback: top?.callback_id, words: JSON.stringify(top?.blocks ?? []) };
};
const submit = (user: string, values: Readonly<Record<string, string>>) =>
  world.slack.submitView({
    user,
    viewId: modal(user).id,
    values: Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { value }])),
  });
const hears = (user: string, sentence: RegExp) =>
  vi.waitFor(
    () => {
      const messages = world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? [];
      const told = messages.filter(({ ephemeralFor }) => ephemeralFor === user).map(({ text }) => text);
      expect(told.join('\n')).toMatch(sentence);
    },
    { timeout: 3_000 },
  );

describe('T61 somebody on a streak', () => {
  it('must review a medium request and type its target; the click alone records nothing', async () => {
    world.oversight.pace = 'streak';
    const press = await raised({ tier: 'medium' });
    await press('approve', 'U0ALICE');
    await hears('U0ALICE', /approved many requests very quickly: please review this one and type its target/);
    expect(world.requests.decided).toEqual([]);
    expect(world.oversight.refusals).toMatchObject([{ why: 'slow-down', person: 'alice', request: 'req_1' }]);
    expect(modal('U0ALICE').callback).toBe('review-submit');
    expect((await submit('U0ALICE', { target: 'something', reason: 'Fine' })).errors).toHaveProperty(
      'target',
    );
    await submit('U0ALICE', { target: TARGET, reason: 'Fine' });
    expect(await world.decisions()).toMatchObject([{ answer: 'approve', assurance: 'reviewed' }]);
  });

  it('approves a low request, and denies any, with a click as ever', async () => {
    world.oversight.pace = 'streak';
    await (await raised({ tier: 'low' }))('approve', 'U0ALICE');
    const press = await raised({ request: 'req_2', tier: 'high' });
    await press('deny', 'U0ALICE');
    await submit('U0ALICE', { reason: 'No' });
    expect((await world.decisions()).map(({ answer }) => answer)).toEqual(['approve', 'deny']);
  });

  it.each(['streak', 'unknown'] as const)(
    'says at %s pace in at least 20 characters why a high request is approved',
    async (pace) => {
      world.oversight.pace = pace;
      const press = await raised({ tier: 'high' });
      await press('review', 'U0ALICE');
      expect(modal('U0ALICE').words).toContain('At least 20 characters');
      const { errors } = await submit('U0ALICE', { target: TARGET, reason: 'Fine' });
      expect(errors).toEqual({ reason: expect.stringMatching(/at least 20 characters why you approve/) });
      expect(world.requests.decided).toEqual([]);
      await submit('U0ALICE', { target: TARGET, reason: 'Merged and deployed last week' });
      expect(await world.decisions()).toMatchObject([{ reason: 'Merged and deployed last week' }]);
    },
  );

  it('is not assumed where the pace is unknown: a medium request takes a click', async () => {
    world.oversight.pace = 'unknown';
    await (await raised({ tier: 'medium' }))('approve', 'U0ALICE');
    expect(await world.decisions()).toMatchObject([{ answer: 'approve', assurance: 'click' }]);
  });
});

describe('the Review modal', () => {
  it('shows what was decided on similar requests before', async () => {
    world.oversight.found = async () => [
      anEarlier({ answers: [{ person: 'bob', answer: 'approve' }], outcome: 'rolled_back' }),
    ];
    await (await raised({ tier: 'high' }))('review', 'U0ALICE');
    expect(modal('U0ALICE').words).toMatch(
      /Earlier decisions.*approved by Bob; rolled back\. The same target/,
    );
  });

  it('says that there was none, and that it cannot tell', async () => {
    const press = await raised({ tier: 'high' });
    await press('review', 'U0ALICE');
    expect(modal('U0ALICE').words).toContain('Nothing similar was decided before');
    world.oversight.found = () => Promise.reject(new Error('down'));
    await press('review', 'U0BOB');
    expect(modal('U0BOB').words).toContain('cannot be read at the moment');
  });
});

describe('a refused click', () => {
  const refused: readonly (readonly [string, () => Promise<unknown>, object])[] = [
    ['a guest', async () => (await raised())('approve', 'U0GUEST'), { why: 'guest' }],
    [
      'somebody nobody knows',
      async () => (await raised())('approve', 'U0STRANGER'),
      { why: 'unknown-person' },
    ],
    [
      'a value made up',
      async () => (await raised())('approve', 'U0ALICE', { value: 'req_9.1.ffffffff' }),
      { why: 'unknown-request', person: 'alice' },
    ],
    [
      'a card of another request',
      async () => (await raised())('approve', 'U0ALICE', { blockId: 'req:req_9:v1' }),
      { why: 'stale-card', person: 'alice', request: 'req_1' },
    ],
    [
      'a click where a review is wanted',
      async () => (await raised({ tier: 'high' }))('approve', 'U0ALICE'),
      { why: 'too-weak', person: 'alice', request: 'req_1' },
    ],
    [
      'a closed request',
      async () => {
        const press = await raised();
        await world.inbox.close('req_1', 1);
        await press('approve', 'U0ALICE');
      },
      { why: 'too-late', person: 'alice', request: 'req_1', version: 1 },
    ],
    [
      'a form without its reason',
      async () => {
        await (await raised())('deny', 'U0ALICE');
        await submit('U0ALICE', { reason: ' ' });
      },
      { why: 'incomplete', person: 'alice', request: 'req_1' },
    ],
  ];
  it.each(refused)('is counted with its reason: %s', async (_, act, refusal) => {
    await act();
    expect(world.oversight.refusals).toEqual([expect.objectContaining({ ...refusal, surface: 'slack' })]);
    expect(world.oversight.heard).toEqual([]);
  });

  it('is not one that counts: what was recorded is heard for the pace of its person', async () => {
    await (await raised())('approve', 'U0ALICE');
    expect(world.oversight.refusals).toEqual([]);
    expect(world.oversight.heard).toMatchObject([{ person: 'alice', answer: 'approve', surface: 'slack' }]);
  });
});
