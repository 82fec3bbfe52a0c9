import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Approver,
  highestTier,
  type Need,
  quorum,
  shortestTtlMs,
  unionOfNeeds,
} from '../../src/domain/quorum.ts';
import type { ApprovalGate } from '../../src/domain/verdict.ts';

const gate = (group: string, count: number, more: Partial<ApprovalGate> = {}): ApprovalGate => ({
  kind: 'approval',
  rule: 'rule',
  group,
  quorum: count,
  tier: 'medium',
  ttlMs: 1000,
  ...more,
});
const one = (...groups: string[]): Need => ({ groups, count: 1 });
const who = (person: string, ...groups: string[]): Approver => ({ person, groups });

describe('quorum()', () => {
  const rows: [string, Need[], Approver[], { need: number; have: number; met: boolean }][] = [
    ['is not met by nobody', [one('a')], [], { need: 1, have: 0, met: false }],
    ['is met by one member', [one('a')], [who('p', 'a')], { need: 1, have: 1, met: true }],
    ['is not met by an outsider', [one('a')], [who('p', 'b')], { need: 1, have: 0, met: false }],
    [
      'counts a person once',
      [{ groups: ['a'], count: 2 }],
      [who('p', 'a'), who('p', 'a')],
      { need: 2, have: 1, met: false },
    ],
    [
      'needs two people for two groups',
      [one('a'), one('b')],
      [who('p', 'a', 'b')],
      { need: 2, have: 1, met: false },
    ],
    [
      'seats people where all fit',
      [one('a'), one('b')],
      [who('p', 'a', 'b'), who('q', 'a')],
      { need: 2, have: 2, met: true },
    ],
    [
      'reseats an earlier person',
      [one('a'), one('b')],
      [who('q', 'a', 'b'), who('p', 'a')],
      { need: 2, have: 2, met: true },
    ],
    ['takes either group of one need', [one('a', 'b')], [who('p', 'b')], { need: 1, have: 1, met: true }],
    ['is never met without needs', [], [who('p', 'a')], { need: 0, have: 0, met: false }],
    ['ignores more than needed', [one('a')], [who('p', 'a'), who('q', 'a')], { need: 1, have: 1, met: true }],
  ];
  test.each(rows)('%s', (_, needs, approvers, wanted) => {
    expect(quorum(needs, approvers)).toEqual(wanted);
  });

  const groups = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
  const people = fc.array(fc.record({ person: fc.constantFrom('p', 'q', 'r', 's'), groups }), {
    maxLength: 6,
  });
  const needs = fc.array(fc.record({ groups, count: fc.integer({ min: 1, max: 3 }) }), { maxLength: 3 });
  /** One person has one set of groups. */
  const consistent = (list: readonly Approver[]) => [
    ...new Map(list.map((each) => [each.person, each])).values(),
  ];

  test('does not depend on the order of votes', () => {
    fc.assert(
      fc.property(needs, people, (wanted, list) => {
        const approvers = consistent(list);
        expect(quorum(wanted, approvers.toReversed())).toEqual(quorum(wanted, approvers));
      }),
    );
  });

  test('never counts more people than there are, and never loses one by another joining', () => {
    fc.assert(
      fc.property(needs, people, (wanted, list) => {
        const approvers = consistent(list);
        const { have } = quorum(wanted, approvers);
        expect(have).toBeLessThanOrEqual(approvers.length);
        expect(have).toBeGreaterThanOrEqual(quorum(wanted, approvers.slice(1)).have);
      }),
    );
  });
});

describe('unionOfNeeds()', () => {
  test('keeps the largest count a group', () => {
    expect(unionOfNeeds([gate('a', 1), gate('a', 2), gate('b', 1)])).toEqual([
      { groups: ['a'], count: 2 },
      { groups: ['b'], count: 1 },
    ]);
  });

  test('lets the group of an escalation count from the start', () => {
    expect(unionOfNeeds([gate('a', 1, { escalateTo: 'leads' })])).toEqual([
      { groups: ['a', 'leads'], count: 1 },
    ]);
  });

  test('is never weaker than any of its gates', () => {
    const gates = fc.array(
      fc.record({ group: fc.constantFrom('a', 'b'), count: fc.integer({ min: 1, max: 3 }) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(gates, (list) => {
        const union = unionOfNeeds(list.map(({ group, count }) => gate(group, count)));
        for (const { group, count } of list) {
          const need = union.find(({ groups }) => groups.includes(group));
          expect(need?.count).toBeGreaterThanOrEqual(count);
        }
      }),
    );
  });
});

test('shortestTtlMs() takes the strictest wait, highestTier() the highest tier', () => {
  const gates = [gate('a', 1, { ttlMs: 500, tier: 'low' }), gate('b', 1, { ttlMs: 900, tier: 'high' })];
  expect(shortestTtlMs(gates)).toBe(500);
  expect(highestTier(gates)).toBe('high');
});
