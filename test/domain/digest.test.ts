import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ask, Target } from '../../src/domain/ask.ts';
import { askDigest, canonicalHash, requestDigest, shortDigest, stepDigest } from '../../src/domain/digest.ts';
import type { PlanStep } from '../../src/domain/plan.ts';

const target: Target = { kind: 'branch', id: 'b@1', label: 'b', scope: 'github/a', tier: 1, traits: [] };
const ask: Ask = { tool: 'github.delete_branch', args: { repository: 'a/b', branch: 'old' } };
const step: PlanStep = {
  index: 0,
  ask: askDigest(ask),
  tool: 'github.delete_branch',
  title: 'Delete branch',
  effect: 'delete',
  reversibility: 'reversible',
  target,
  fingerprint: 'f1',
  facts: [{ label: 'Branch', value: 'old' }],
  undo: 'It is recreated.',
};
const head = { request: 'req_1', agent: 'release-agent', onBehalfOf: null, version: 1 };
const digestOf = (over: Partial<PlanStep> = {}, overHead: Partial<typeof head> = {}) =>
  requestDigest({ ...head, ...overHead }, [stepDigest({ ...step, ...over })]);

describe('requestDigest()', () => {
  test('is 64 hex digits and the same whatever the order of keys', () => {
    const turned: Ask = { args: { branch: 'old', repository: 'a/b' }, tool: 'github.delete_branch' };
    expect(digestOf()).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf({ ask: askDigest(turned) })).toBe(digestOf());
  });

  const changes: [string, string][] = [
    ['an argument', digestOf({ ask: askDigest({ ...ask, args: { repository: 'a/b', branch: 'main' } }) })],
    ['the tool asked for', digestOf({ ask: askDigest({ ...ask, tool: 'github.list_branches' }) })],
    ['the tool that runs', digestOf({ tool: 'github.list_branches' })],
    ['the title', digestOf({ title: 'Comment on issue' })],
    ['the target', digestOf({ target: { ...target, id: 'b@2' } })],
    ['what the target is called', digestOf({ target: { ...target, label: 'another' } })],
    ['the state it was shown in', digestOf({ fingerprint: 'f2' })],
    ['a fact on the card', digestOf({ facts: [{ label: 'Branch', value: 'older' }] })],
    ['whether it can be undone', digestOf({ reversibility: 'irreversible' })],
    ['the undo promise', digestOf({ undo: 'It is not.' })],
    ['the agent', digestOf({}, { agent: 'other' })],
    ['the version', digestOf({}, { version: 2 })],
    ['the request', digestOf({}, { request: 'req_2' })],
  ];
  test.each(changes)('changes with %s', (_, changed) => {
    expect(changed).not.toBe(digestOf());
  });

  test('does not confuse two steps with one, nor their order', () => {
    const [a, b] = [stepDigest(step), stepDigest({ ...step, fingerprint: 'f2' })];
    expect(
      new Set([requestDigest(head, [a, b]), requestDigest(head, [b, a]), requestDigest(head, [a])]).size,
    ).toBe(3);
  });
});

test('canonicalHash() is equal for equal JSON and different for different', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const [a, b] = [left, right].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
      expect(canonicalHash(a)).toBe(canonicalHash(structuredClone(a)));
      if (canonicalHash(a) === canonicalHash(b)) expect(b).toEqual(a);
    }),
  );
});

test('canonicalHash() refuses what JSON cannot hold', () => {
  expect(() => canonicalHash(undefined)).toThrow('Cannot hash value');
});

test('askDigest() covers the arguments, shortDigest() is for eyes', () => {
  expect(askDigest(ask)).not.toBe(askDigest({ ...ask, args: {} }));
  expect(shortDigest(digestOf())).toHaveLength(8);
});
