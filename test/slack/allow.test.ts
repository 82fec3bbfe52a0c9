/** "Approve and allow…" through Bolt with signed payloads: offered where it may be, and signed exactly as filled in. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { namesOf } from '../../src/approvals/names.ts';
import { checkView } from '../../src/dev/slack-emulator/block-kit.ts';
import type { CardView } from '../../src/domain/card.ts';
import { drawCard } from '../../src/slack/cards/draw-card.ts';
import { grantModal, readOffer } from '../../src/slack/cards/grant-modal.ts';
import { viewProblems } from '../../src/slack/cards/limits.ts';
import { ACME } from '../approvals/acme.ts';
import { hostileView, step, view } from './views.ts';
import { CHANNEL, createWorld, type World } from './world.ts';

const NAMES = namesOf(ACME);
const ONE = { needs: [{ groups: ['platform'], count: 1 }], need: 1 } as const;
const one = (changes: Partial<CardView> = {}) => view({ ...ONE, ...changes });
const money = (changes: Partial<CardView> = {}) =>
  one({ steps: [step({ effect: 'money', reversibility: 'costly' })], ...changes });

const REFUSED: readonly (readonly [string, Partial<CardView>, RegExp])[] = [
  ['high risk', { tier: 'high' }, /high risk is never allowed/],
  ['critical risk', { tier: 'critical' }, /critical risk is never allowed/],
  ['what cannot be undone', { steps: [step({ reversibility: 'irreversible' })] }, /undone is never allowed/],
  ['two people', { needs: [{ groups: ['platform'], count: 2 }], need: 2 }, /more than one person/],
  ['several steps', { steps: [step(), step({ index: 1 })] }, /a single step/],
];

describe('a card', () => {
  const offers = (card: CardView) =>
    JSON.stringify(drawCard(card, NAMES).blocks).includes('Approve and allow…');

  it.each(['low', 'medium'] as const)('offers to allow one undoable step of %s risk in advance', (tier) => {
    expect(offers(one({ tier }))).toBe(true);
  });

  it.each(REFUSED)('T62: does not offer it for %s', (_, changes) => {
    expect(offers(one(changes))).toBe(false);
  });

  it('says in its decisions what an approval allows in advance, and that this waits for the step', () => {
    const grant = {
      covers: 'target',
      until: '2026-11-21T18:00:00.000Z',
      usesMax: 3,
      centsMax: 25_050,
    } as const;
    const vote = {
      person: 'alice',
      answer: 'approve',
      reason: 'Fine',
      at: '2026-11-21T14:00:00.000Z',
    } as const;
    const words = JSON.stringify(drawCard(one({ votes: [{ ...vote, grant }] }), NAMES).blocks);
    expect(words).toContain(
      'Fine. Once it has run, this allows the same on this target until 2026-11-21 18:00 UTC, at most 3 times, 250.50 in all',
    );
    expect(JSON.stringify(drawCard(one({ votes: [vote] }), NAMES).blocks)).not.toContain('Once it has run');
  });
});

describe('readOffer()', () => {
  const NOW = new Date('2026-11-21T12:00:00.000Z');
  const form = { covers: 'arguments', lasts: '8h', uses: '10', sum: '' };
  const errors = (card: CardView, change: Partial<typeof form>) => {
    const read = readOffer({ ...form, ...change }, card, NOW);
    return 'errors' in read ? Object.keys(read.errors) : read.offer;
  };

  it.each([
    ['1h', '2026-11-21T13:00:00.000Z'],
    ['8h', '2026-11-21T20:00:00.000Z'],
    ['1d', '2026-11-22T12:00:00.000Z'],
    ['7d', '2026-11-28T12:00:00.000Z'],
    ['30d', '2026-12-21T12:00:00.000Z'],
  ])('readOffer() counts %s from now', (lasts, until) => {
    expect(errors(one(), { lasts })).toEqual({ covers: 'arguments', until, usesMax: 10 });
  });

  it.each([
    ['250', 25_000],
    ['250.5', 25_050],
    ['250,50', 25_050],
    ['0.01', 1],
  ])('readOffer() reads the sum %s', (sum, centsMax) => {
    expect(errors(money(), { sum })).toMatchObject({ centsMax });
  });

  it.each([
    ['no choice of what', one(), { covers: '' }, ['covers']],
    ['a choice that was not offered', one(), { covers: 'everything' }, ['covers']],
    ['an end that was not offered', one(), { lasts: '90d' }, ['until']],
    ['no number', one(), { uses: '' }, ['uses']],
    ['words for a number', one(), { uses: 'ten' }, ['uses']],
    ['a sign', one(), { uses: '-1' }, ['uses']],
    ['an exponent', one(), { uses: '1e3' }, ['uses']],
    ['zero', one(), { uses: '0' }, ['uses']],
    ['too many', one(), { uses: '1001' }, ['uses']],
    ['money without a sum', money(), {}, ['sum']],
    ['a sum with three places', money(), { sum: '1.005' }, ['sum']],
    ['a sum of nothing', money(), { sum: '0' }, ['sum']],
    ['a sum too large', money(), { sum: '1000001' }, ['sum']],
    ['several at once', money(), { lasts: '', uses: 'x', sum: '-5' }, ['until', 'uses', 'sum']],
  ] as const)('readOffer() refuses %s', (_, card, change, fields) => {
    expect(errors(card, change)).toEqual(fields);
  });

  it('readOffer() reads no sum that was not asked for', () => {
    expect(errors(one(), { sum: '250' })).not.toHaveProperty('centsMax');
  });
});

describe('grantModal()', () => {
  it('fits Slack and shows the whole step, however hostile the request is', () => {
    fc.assert(
      fc.property(hostileView, (card) => {
        const modal = grantModal({ ...card, steps: card.steps.slice(0, 1) }, NAMES);
        expect(viewProblems(modal)).toEqual([]);
        expect(checkView(modal, 'modal')).toMatchObject({ ok: true });
      }),
      { numRuns: 30 },
    );
  });

  it('asks for a sum exactly where money is moved', () => {
    expect(JSON.stringify(grantModal(money(), NAMES))).toContain('All uses together');
    expect(JSON.stringify(grantModal(one(), NAMES))).not.toContain('All uses together');
  });
});

describe('the Approve and allow button', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  async function raised(card: CardView) {
    const place = await world.raise(card);
    const pointer = `${card.request}.${card.version}.${card.digest.slice(0, 8)}`;
    return (user: string) =>
      world.slack.click({
        ...{ user, channel: place.channel, ts: place.ts, actionId: 'allow', value: pointer },
        blockId: `req:${card.request}:v${card.version}`,
      });
  }
  const top = (user: string) => world.slack.snapshot(user).modals.at(-1);
  const FILLED = { covers: 'target', until: '1d', uses: '5', reason: 'They ask every day' };
  const submit = (user: string, filled: Readonly<Record<string, string>> = FILLED) =>
    world.slack.submitView({
      user,
      viewId: top(user)?.id ?? '',
      values: Object.fromEntries(Object.entries(filled).map(([id, value]) => [id, { value }])),
    });
  const heard = (user: string) =>
    (world.slack.snapshot(user).channels.find(({ id }) => id === CHANNEL)?.messages ?? [])
      .filter(({ ephemeralFor }) => ephemeralFor === user)
      .map(({ text }) => text)
      .join('\n');

  it('signs one approval with what was filled in, no firmer than a click: no target was typed', async () => {
    const press = await raised(one());
    await press('U0ALICE');
    expect(top('U0ALICE')?.callback_id).toBe('grant-submit');
    expect(JSON.stringify(top('U0ALICE')?.blocks)).toContain('Remove old checkout');
    const before = Date.now();
    await submit('U0ALICE');
    expect(top('U0ALICE')).toBeUndefined();
    const [decision, ...others] = await world.decisions();
    expect(others).toEqual([]);
    expect(decision).toMatchObject({
      ...{ person: 'alice', answer: 'approve', assurance: 'click', surface: 'slack' },
      ...{ reason: 'They ask every day', grant: { covers: 'target', usesMax: 5 } },
    });
    const lasts = Date.parse(decision?.grant?.until ?? '') - before;
    expect(Math.abs(lasts - 86_400_000)).toBeLessThan(10_000);
  });

  it('says beside the fields what is wrong, and records nothing until it is right', async () => {
    const press = await raised(money());
    await press('U0ALICE');
    const answer = await submit('U0ALICE', { ...FILLED, uses: 'many', sum: 'x', reason: '  ' });
    expect(JSON.stringify(answer)).toMatch(/A whole number from 1 to 1000/);
    expect(JSON.stringify(answer)).toMatch(/An amount from 0.01 to 1000000/);
    expect(JSON.stringify(answer)).toMatch(/Please say why/);
    expect(world.requests.decided).toEqual([]);
    await submit('U0ALICE', { ...FILLED, sum: '99,90' });
    expect(await world.decisions()).toMatchObject([{ grant: { usesMax: 5, centsMax: 9_990 } }]);
  });

  it.each(REFUSED)('T62: opens nothing for %s, even if such a click is forged', async (_, changes, why) => {
    const press = await raised(one(changes));
    await press('U0ALICE');
    await vi.waitFor(() => expect(heard('U0ALICE')).toMatch(why), { timeout: 3_000 });
    expect(top('U0ALICE')).toBeUndefined();
    expect(world.requests.decided).toEqual([]);
  });

  it('T62: signs nothing where the card has changed since the modal was opened', async () => {
    const press = await raised(one());
    await press('U0ALICE');
    await world.cards.want({ ...one({ steps: [step({ reversibility: 'irreversible' })] }), seq: 2 });
    await submit('U0ALICE');
    expect(JSON.stringify(top('U0ALICE')?.blocks)).toMatch(/undone is never allowed/);
    expect(world.requests.decided).toEqual([]);
  });

  it('signs nothing for somebody who is not asked in their own right', async () => {
    const press = await raised(one({ needs: [{ groups: ['finance'], count: 1 }] }));
    await press('U0ALICE');
    await submit('U0ALICE');
    expect(JSON.stringify(top('U0ALICE')?.blocks)).toMatch(/in their own right/);
    expect(world.requests.decided).toEqual([]);
  });
});
