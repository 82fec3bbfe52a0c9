import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/domain/decision.ts';
import {
  coversCall,
  type GatedCall,
  type GrantOffer,
  type GrantStanding,
  type Offerable,
  offerProblems,
  standsOn,
  whyNotOfferable,
} from '../../src/domain/standing-grant.ts';
import type { ApprovalGate } from '../../src/domain/verdict.ts';
import { aStandingGrant } from '../store/samples.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000).toISOString();

describe('whyNotOfferable()', () => {
  const step = { effect: 'write', reversibility: 'costly' } as const;
  const one: Offerable = { steps: [step], tier: 'medium', needs: [{ groups: ['platform'], count: 1 }] };

  test.each([
    ['one step of medium risk for one person', {}],
    ['low risk', { tier: 'low' as const }],
    ['either of two groups', { needs: [{ groups: ['support', 'finance'], count: 1 }] }],
  ])('whyNotOfferable() lets %s be offered', (_, change) => {
    expect(whyNotOfferable({ ...one, ...change })).toBeUndefined();
  });

  test.each([
    ['T62: high risk', { tier: 'high' as const }, /high risk is never/],
    ['T62: critical risk', { tier: 'critical' as const }, /critical risk is never/],
    [
      'T62: what is irreversible',
      { steps: [{ ...step, reversibility: 'irreversible' as const }] },
      /undone is never/,
    ],
    ['what a person edited', { steps: [{ ...step, edited: {} }] }, /was edited/],
    ['two steps', { steps: [step, step] }, /a single step/],
    ['no step', { steps: [] }, /a single step/],
    ['two people of one group', { needs: [{ groups: ['platform'], count: 2 }] }, /more than one person/],
    [
      'one person each of two groups',
      {
        needs: [
          { groups: ['platform'], count: 1 },
          { groups: ['finance'], count: 1 },
        ],
      },
      /more than one person/,
    ],
    ['nobody at all', { needs: [] }, /more than one person/],
  ])('%s is never offered', (_, change, why) => {
    expect(whyNotOfferable({ ...one, ...change })).toMatch(why);
  });
});

describe('offerProblems()', () => {
  const offer: GrantOffer = { covers: 'target', until: inDays(1), usesMax: 10 };
  const fieldsOf = (change: Partial<GrantOffer>, effect: 'write' | 'money' = 'write') =>
    offerProblems({ ...offer, ...change }, { effect, now: NOW }).map(({ field }) => field);

  test.each([
    ['a day', {}, 'write'],
    ['thirty days', { until: inDays(30) }, 'write'],
    ['a thousand uses', { usesMax: 1_000 }, 'write'],
    ['a sum for money', { centsMax: 1 }, 'money'],
  ] as const)('offerProblems() finds nothing wrong with %s', (_, change, effect) => {
    expect(fieldsOf(change, effect)).toEqual([]);
  });

  test.each([
    ['an end that is now', { until: NOW.toISOString() }, 'write', ['until']],
    ['more than thirty days', { until: inDays(30.01) }, 'write', ['until']],
    ['an end that is no time', { until: 'tomorrow' }, 'write', ['until']],
    ['no use', { usesMax: 0 }, 'write', ['usesMax']],
    ['half a use', { usesMax: 1.5 }, 'write', ['usesMax']],
    ['a thousand and one uses', { usesMax: 1_001 }, 'write', ['usesMax']],
    ['no number of uses', { usesMax: Number.NaN }, 'write', ['usesMax']],
    ['money without a sum', {}, 'money', ['centsMax']],
    ['a sum of nothing', { centsMax: 0 }, 'money', ['centsMax']],
    ['a sum beyond all bounds', { centsMax: 100_000_001 }, 'money', ['centsMax']],
    ['a sum for what moves no money', { centsMax: 100 }, 'write', ['centsMax']],
    ['everything wrong', { until: '', usesMax: -1 }, 'money', ['until', 'usesMax', 'centsMax']],
  ] as const)('offerProblems() names what is wrong with %s', (_, change, effect, fields) => {
    expect(fieldsOf(change, effect)).toEqual(fields);
  });
});

const gate = (change: Partial<ApprovalGate> = {}): ApprovalGate => ({
  ...{ kind: 'approval', rule: 'delete-branch', group: 'platform', quorum: 1, tier: 'medium', ttlMs: 1 },
  ...change,
});

describe('coversCall()', () => {
  const grant: GrantStanding = { ...aStandingGrant(), uses: 9, cents: 0 };
  const call: GatedCall = {
    agent: grant.agent,
    tool: grant.tool,
    reversibility: 'reversible',
    target: { id: grant.target, scope: grant.scope },
    ask: 'b'.repeat(64),
    amountCents: 0,
    stepCount: 1,
    gates: [gate()],
  };
  const covers = (ofGrant: Partial<GrantStanding>, ofCall: Partial<GatedCall>, now = NOW) =>
    coversCall({ ...grant, ...ofGrant }, { ...call, ...ofCall }, now);

  test.each([
    ['the same target, whatever the other arguments', {}, {}],
    [
      'a rule that wants a reason, with the one that was given',
      { reason: 'r' },
      { gates: [gate({ needsReason: true })] },
    ],
    ['its last use', { usesMax: 10, uses: 9 }, {}],
    ['exactly the same arguments', { covers: 'arguments' as const }, { ask: grant.ask }],
    ['what its rules ask more mildly now', {}, { gates: [gate({ tier: 'low' })] }],
    [
      'several of its rules that ask for the same person',
      { rules: ['a', 'b'] },
      { gates: [gate({ rule: 'a' }), gate({ rule: 'b' })] },
    ],
    ['money up to its sum', { centsMax: 500, cents: 200 }, { amountCents: 300 }],
  ])('coversCall() covers %s', (_, ofGrant, ofCall) => {
    expect(covers(ofGrant, ofCall)).toBe(true);
  });

  test.each([
    ['T32: another tool', {}, { tool: 'github.merge_pull_request' }],
    ['T32: another agent', {}, { agent: 'support-agent' }],
    ['T32: another target', {}, { target: { id: 'github:acme/webshop#heads/main', scope: grant.scope } }],
    ['T32: another scope', {}, { target: { id: grant.target, scope: 'github/acme' } }],
    ['T32: other arguments on the same target', { covers: 'arguments' as const }, {}],
    ['T32: a step of a larger request', {}, { stepCount: 2 }],
    ['T34: one use too many', { usesMax: 10, uses: 10 }, {}],
    ['T34: a sum too large', { centsMax: 500, cents: 201 }, { amountCents: 300 }],
    ['T34: money where none was granted', {}, { amountCents: 1 }],
    ['T62: what is of high risk by now', {}, { gates: [gate({ tier: 'high' })] }],
    ['T62: what is critical by now', {}, { gates: [gate(), gate({ tier: 'critical' })] }],
    ['T62: what is irreversible by now', {}, { reversibility: 'irreversible' as const }],
    ['T62: a higher risk than it was given for', { tier: 'low' as const }, {}],
    ['a rule that wants a reason where none was given', {}, { gates: [gate({ needsReason: true })] }],
    ['what no rule asks about', {}, { gates: [] }],
    ['a rule that did not ask when it was given', {}, { gates: [gate(), gate({ rule: 'out-of-hours' })] }],
    ['two people', {}, { gates: [gate({ quorum: 2 })] }],
    [
      'people of two groups',
      { rules: ['a', 'b'] },
      { gates: [gate({ rule: 'a' }), gate({ rule: 'b', group: 'finance' })] },
    ],
    ['anything once it was revoked', { revokedAt: NOW.toISOString(), revokedBy: 'bob' }, {}],
  ])('coversCall() does not cover %s', (_, ofGrant, ofCall) => {
    expect(covers(ofGrant, ofCall)).toBe(false);
  });

  test('coversCall() covers until the end, not at it', () => {
    const end = Date.parse(grant.until);
    expect(covers({}, {}, new Date(end - 1))).toBe(true);
    expect(covers({}, {}, new Date(end))).toBe(false);
  });
});

describe('T62: whatever is granted and asked', () => {
  const TIERS = ['low', 'medium', 'high', 'critical'] as const;
  const rule = fc.constantFrom('a', 'b');
  const gates = fc.array(
    fc.record({
      rule,
      group: fc.constantFrom('p', 'q'),
      quorum: fc.integer({ min: 1, max: 2 }),
      tier: fc.constantFrom(...TIERS),
    }),
    { maxLength: 3 },
  );
  const calls = fc.record({
    gates: gates.map((all) => all.map((one) => gate(one))),
    reversibility: fc.constantFrom('reversible', 'costly', 'irreversible'),
    amountCents: fc.integer({ min: 0, max: 3 }),
    stepCount: fc.integer({ min: 1, max: 2 }),
  } as const);
  const grants = fc.record({
    rules: fc.uniqueArray(rule),
    tier: fc.constantFrom(...TIERS),
    uses: fc.integer({ min: 0, max: 3 }),
    usesMax: fc.integer({ min: 1, max: 3 }),
    cents: fc.integer({ min: 0, max: 3 }),
    centsMax: fc.integer({ min: 1, max: 4 }),
  });

  test('nothing irreversible, high or critical is covered, nor a use beyond the budget', () => {
    let covered = 0;
    fc.assert(
      fc.property(grants, calls, (ofGrant, ofCall) => {
        const grant: GrantStanding = { ...aStandingGrant(), ...ofGrant };
        const { agent, tool, target: id, scope, ask } = grant;
        const call: GatedCall = { agent, tool, ask, target: { id, scope }, ...ofCall };
        if (!coversCall(grant, call, NOW)) return;
        covered += 1;
        expect(call.reversibility).not.toBe('irreversible');
        expect(
          call.gates.every(({ tier, quorum }) => tier !== 'high' && tier !== 'critical' && quorum === 1),
        ).toBe(true);
        expect(grant.uses).toBeLessThan(grant.usesMax);
        expect(grant.cents + call.amountCents).toBeLessThanOrEqual(grant.centsMax ?? 0);
      }),
      { numRuns: 20_000 },
    );
    expect(covered).toBeGreaterThan(50);
  });
});

describe('standsOn()', () => {
  const { covers, until, usesMax, grantedBy, request } = aStandingGrant();
  const offer = { covers, until, usesMax };
  const decision: Decision = {
    ...{ id: 'decision_1', request, version: 1, digest: 'd', person: grantedBy, answer: 'approve' },
    ...{ surface: 'slack', at: NOW.toISOString(), grant: offer },
  };

  test('standsOn() holds for the decision that offered it', () => {
    expect(standsOn(aStandingGrant(), decision)).toBe(true);
  });

  test.each([
    ['another end', { grant: { ...offer, until: inDays(9) } }],
    ['more uses', { grant: { ...offer, usesMax: 11 } }],
    ['a sum', { grant: { ...offer, centsMax: 1 } }],
    ['another reach', { grant: { ...offer, covers: 'arguments' as const } }],
    ['another person', { person: 'bob' }],
    ['a denial', { answer: 'deny' as const }],
    ['an emergency', { breakGlass: true as const }],
  ])('standsOn() does not hold for %s', (_, change) => {
    expect(standsOn(aStandingGrant(), { ...decision, ...change })).toBe(false);
  });

  test('standsOn() does not hold for a decision that offered nothing', () => {
    const { grant: _, ...plain } = decision;
    expect(standsOn(aStandingGrant(), plain)).toBe(false);
  });
});
