import { describe, expect, test } from 'vitest';
import { gatesBeyond, isNoStricter, stillHolding, unionOfGates } from '../../activities/gates.ts';
import type { ApprovalGate, Gate, Verdict } from '../../src/domain/verdict.ts';

const asks = (group: string, quorum = 1, over: Partial<ApprovalGate> = {}): ApprovalGate => ({
  ...{ kind: 'approval', rule: `ask-${group}`, group, quorum, tier: 'low', ttlMs: 1_000 },
  ...over,
});
const tells = (channel: string): Gate => ({ kind: 'notice', rule: `tell-${channel}`, channel });
const verdict = (effect: Verdict['effect'], ...gates: readonly Gate[]): Verdict => ({
  ...{ effect, gates, policyVersion: 'p-1' },
  rules: [{ id: 'rule', sentence: 'A rule.' }],
});

describe('unionOfGates()', () => {
  test.each([
    { title: 'keeps one of two alike', some: [asks('a')], others: [asks('a')], many: 1 },
    { title: 'keeps both quorums', some: [asks('a')], others: [asks('a', 2)], many: 2 },
    { title: 'keeps a shorter wait', some: [asks('a')], others: [asks('a', 1, { ttlMs: 5 })], many: 2 },
    {
      title: 'keeps one where an old history names the later group in its own way',
      some: [asks('a', 1, { escalateTo: 'b' })],
      others: [asks('a', 1, { stages: [{ group: 'b', afterMs: 750 }] })],
      many: 1,
    },
    {
      title: 'keeps both where the later group comes at another time',
      some: [asks('a', 1, { stages: [{ group: 'b', afterMs: 750 }] })],
      others: [asks('a', 1, { stages: [{ group: 'b', afterMs: 500 }] })],
      many: 2,
    },
    {
      title: 'keeps a fallback apart',
      some: [asks('a')],
      others: [asks('a', 1, { fallback: 'b' })],
      many: 2,
    },
    {
      title: 'keeps a reason apart',
      some: [asks('a')],
      others: [asks('a', 1, { needsReason: true })],
      many: 2,
    },
    {
      title: 'keeps an editor who may approve apart',
      some: [asks('a')],
      others: [asks('a', 1, { editorMayApprove: true })],
      many: 2,
    },
    { title: 'keeps one notice a channel', some: [tells('c')], others: [tells('c'), tells('d')], many: 2 },
    { title: 'keeps approval and notice apart', some: [asks('a')], others: [tells('a')], many: 2 },
  ])('$title', ({ some, others, many }) => {
    expect(unionOfGates(some, others)).toHaveLength(many);
  });
});

describe('gatesBeyond()', () => {
  test.each([
    { title: 'nothing for the same people', fresh: [asks('a')], stored: [asks('a')], beyond: [] },
    { title: 'nothing for fewer of them', fresh: [asks('a')], stored: [asks('a', 2)], beyond: [] },
    { title: 'more of the same people', fresh: [asks('a', 2)], stored: [asks('a')], beyond: ['ask-a'] },
    { title: 'other people', fresh: [asks('a'), asks('b')], stored: [asks('a')], beyond: ['ask-b'] },
    {
      title: 'a group without the one that could stand in for it',
      fresh: [asks('a')],
      stored: [asks('a', 1, { escalateTo: 'b' })],
      beyond: ['ask-a'],
    },
    {
      title: 'nothing for the later group of an old history',
      fresh: [asks('a', 1, { stages: [{ group: 'b', afterMs: 10 }] })],
      stored: [asks('a', 1, { escalateTo: 'b' })],
      beyond: [],
    },
    {
      title: 'a group asked together with another',
      fresh: [asks('a')],
      stored: [asks('a', 1, { stages: [{ group: 'b', afterMs: 0 }] })],
      beyond: ['ask-a'],
    },
    {
      title: 'a reason that nobody had to give',
      fresh: [asks('a', 1, { needsReason: true })],
      stored: [asks('a', 2)],
      beyond: ['ask-a'],
    },
    {
      title: 'nothing where a reason is no longer needed',
      fresh: [asks('a')],
      stored: [asks('a', 1, { needsReason: true })],
      beyond: [],
    },
    {
      title: 'an editor whose approval no longer counts',
      fresh: [asks('a')],
      stored: [asks('a', 1, { editorMayApprove: true })],
      beyond: ['ask-a'],
    },
    {
      title: 'nothing where the editor may approve now',
      fresh: [asks('a', 1, { editorMayApprove: true })],
      stored: [asks('a')],
      beyond: [],
    },
    {
      title: 'a fallback that is gone',
      fresh: [asks('a')],
      stored: [asks('a', 1, { fallback: 'b' })],
      beyond: ['ask-a'],
    },
    {
      title: 'another fallback',
      fresh: [asks('a', 1, { fallback: 'c' })],
      stored: [asks('a', 1, { fallback: 'b' })],
      beyond: ['ask-a'],
    },
    {
      title: 'nothing for a fallback where there was none',
      fresh: [asks('a', 1, { fallback: 'b' })],
      stored: [asks('a')],
      beyond: [],
    },
    {
      title: 'a higher tier',
      fresh: [asks('a', 1, { tier: 'critical' })],
      stored: [asks('a')],
      beyond: ['ask-a'],
    },
    {
      title: 'nothing for a lower tier',
      fresh: [asks('a')],
      stored: [asks('a', 1, { tier: 'critical' })],
      beyond: [],
    },
    {
      title: 'what only two stored gates together would cover',
      fresh: [asks('a', 2, { needsReason: true })],
      stored: [asks('a', 2), asks('a', 1, { needsReason: true })],
      beyond: ['ask-a'],
    },
    { title: 'nothing for a notice', fresh: [tells('c')], stored: [], beyond: [] },
  ])('names $title', ({ fresh, stored, beyond }) => {
    expect(gatesBeyond(fresh, stored).map(({ rule }) => rule)).toEqual(beyond);
  });
});

describe('isNoStricter()', () => {
  const approve = verdict('approve', asks('a', 2), tells('c'));
  test.each([
    { title: 'the same', fresh: approve, stricter: false },
    { title: 'fewer people', fresh: verdict('approve', asks('a')), stricter: false },
    { title: 'nobody', fresh: verdict('allow'), stricter: false },
    { title: 'a deny', fresh: verdict('deny'), stricter: true },
    { title: 'more people', fresh: verdict('approve', asks('a', 3)), stricter: true },
    { title: 'other people', fresh: verdict('approve', asks('b')), stricter: true },
    { title: 'another channel', fresh: verdict('notify', tells('d')), stricter: true },
    {
      title: 'a smaller tool',
      fresh: { ...verdict('downscope'), downscopeTo: 'mail.draft' },
      stricter: true,
    },
  ])('is asked about $title', ({ fresh, stricter }) => {
    expect(isNoStricter(fresh, approve)).toBe(!stricter);
  });
});

describe('stillHolding()', () => {
  test.each([
    { fresh: verdict('allow'), stored: [asks('a')], effect: 'approve' },
    { fresh: verdict('notify', tells('c')), stored: [asks('a')], effect: 'approve' },
    { fresh: verdict('allow'), stored: [], effect: 'allow' },
    { fresh: verdict('downscope'), stored: [asks('a')], effect: 'downscope' },
    { fresh: verdict('deny'), stored: [asks('a')], effect: 'deny' },
  ])('makes $fresh.effect with $stored.length stored gates $effect', ({ fresh, stored, effect }) => {
    const held = stillHolding(fresh, stored);
    expect(held.effect).toBe(effect);
    expect(held.gates).toEqual([...fresh.gates, ...stored]);
  });
});
