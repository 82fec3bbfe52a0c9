import { describe, expect, it } from 'vitest';
import type { StepFacts } from '../../src/domain/facts.ts';
import { NOTHING_RECENT } from '../../src/domain/usage.ts';
import type { Bundle } from '../../src/policy/ask-engine.ts';
import type { Engine } from '../../src/policy/engine.ts';
import { boundedFacts, questionOf } from '../../src/policy/entities.ts';
import { ANSWERS_MAX, rememberingAsk } from '../../src/policy/remember.ts';
import type { Rule } from '../../src/policy/rules.ts';
import { AUTHORITY, factsOf, loadText } from './sample.ts';

const EARLIER = new Date('2026-11-21T09:00:00Z');
const LATER = new Date('2027-01-02T09:00:00Z');
const LOOK = {
  name: 'crm.look',
  effect: 'read',
  reversibility: 'reversible',
  smaller: [],
  policyFacts: {},
} as const;
const CLERK = factsOf('crm.look').agent;

describe('decide() with a memory', () => {
  it.each<[string, Partial<StepFacts>, string]>([
    ['is suspended', { agent: { ...CLERK, suspended: true } }, 'deny'],
    ['is another', { agent: { ...CLERK, id: 'reader-1', profile: 'reader' } }, 'deny'],
    ['is less sure', { confidence: 0.5 }, 'downscope'],
    ['writes elsewhere', { target: { ...factsOf('crm.look').target } }, 'deny'],
    ['has a fact out of bounds', { stepCount: 0 }, 'deny'],
    ['has a time out of bounds', { now: new Date('1999-01-01T00:00:00Z') }, 'deny'],
  ])('decide() sees at once that the agent %s', async (_, changes, effect) => {
    const policy = await loadText();
    expect(policy.decide(factsOf('mail.send')).effect).toBe('approve');
    expect(policy.decide(factsOf('mail.send')).effect).toBe('approve');
    expect(policy.decide(factsOf('mail.send', changes)).effect).toBe(effect);
  });

  it.each([
    'context.now > datetime("2027-01-01T00:00:00Z")',
    'context["now"] > datetime("2027-01-01T00:00:00Z")',
    'context["n\\u{6f}w"] > datetime("2027-01-01T00:00:00Z")',
  ])('decide() notices that time passes where a rule says %s', async (condition) => {
    const rule = `@id("too-late") @owner("leads") @reason("It is too late.")\nforbid (principal, action, resource) when { ${condition} };`;
    const policy = await loadText({ authority: `${AUTHORITY}\n${rule}` });
    expect(policy.decide(factsOf('crm.look', { now: EARLIER })).effect).toBe('allow');
    expect(policy.decide(factsOf('crm.look', { now: LATER })).effect).toBe('deny');
    expect(policy.decide(factsOf('crm.look', { now: EARLIER })).effect).toBe('allow');
  });
});

describe('the memory of two bundles', () => {
  it('is not shared', async () => {
    const blocked = `${AUTHORITY}\n@id("closed") @owner("leads") @reason("It is closed.")\nforbid (principal, action, resource);`;
    const [open, closed] = [await loadText(), await loadText({ authority: blocked })];
    for (let times = 0; times < 2; times += 1) {
      expect(open.decide(factsOf('crm.look')).effect).toBe('allow');
      expect(closed.decide(factsOf('crm.look')).effect).toBe('deny');
    }
  });

  it('notices that time passes only where a rule about the tool reads it', async () => {
    const rule = `@id("too-late") @owner("leads") @reason("It is too late.")
forbid (principal, action == Action::"crm.edit", resource) when { context.now > datetime("2027-01-01T00:00:00Z") };`;
    const policy = await loadText({ authority: `${AUTHORITY}\n${rule}` });
    expect([...policy.mentions('crm.edit')]).toEqual(['now']);
    expect([...policy.mentions('crm.look')]).toEqual([]);
    expect(policy.decide(factsOf('crm.edit', { now: EARLIER })).effect).toBe('notify');
    expect(policy.decide(factsOf('crm.edit', { now: LATER })).effect).toBe('deny');
  });
});

describe('rememberingAsk()', () => {
  const question = (changes: Partial<StepFacts> = {}) =>
    questionOf(boundedFacts.parse(factsOf('crm.look', changes)), LOOK);

  it('asks the engine once for one question, whenever it comes', () => {
    const { ask, asked } = counting();
    const first = ask('authority', question({ now: EARLIER }));
    expect(ask('authority', question({ now: LATER }))).toEqual(first);
    expect(asked()).toBe(1);
  });

  it.each<[string, Partial<StepFacts>]>([
    ['agent', { agent: { ...CLERK, id: 'clerk-2' } }],
    ['profile', { agent: { ...CLERK, profile: 'reader' } }],
    ['tier allowed', { agent: { ...CLERK, maxTier: 1 } }],
    ['target', { target: { ...factsOf('crm.look').target, id: 'crm/people#8' } }],
    ['traits', { target: { ...factsOf('crm.look').target, traits: ['personal-data'] } }],
    ['environment', { environment: 'dev' }],
    ['amount', { amountCents: 1 }],
    ['freeze', { changeFreeze: true }],
    ['number of steps', { stepCount: 2 }],
    ['working time', { businessHours: false }],
    ['holiday', { holiday: true }],
    ['person behind it', { behalfGroups: [] }],
    ['group of that person', { behalfGroups: ['desk'] }],
    ['elevation', { elevated: true }],
    ['task', { task: { declared: true, outside: false } }],
    ['step that leaves the task', { task: { declared: true, outside: true } }],
    ['count', { recent: { ...NOTHING_RECENT, toolDay: { steps: 1, denied: 0, cents: 0 } } }],
    ['tier read', { recent: { ...NOTHING_RECENT, readTier: 3 } }],
  ])('asks again for another %s', (_, changes) => {
    const { ask, asked } = counting();
    ask('authority', question());
    ask('authority', question(changes));
    expect(asked()).toBe(2);
  });

  it('answers from memory where only what no rule reads is another', () => {
    const { ask, asked } = counting();
    ask('gates', question());
    ask('gates', question({ amountCents: 1, holiday: true, elevated: true }));
    expect(asked()).toBe(1);
    ask('gates', question({ target: { ...factsOf('crm.look').target, tier: 4 } }));
    expect(asked()).toBe(2);
  });

  it('asks each rule set by itself', () => {
    const { ask, asked } = counting();
    ask('authority', question());
    ask('gates', question());
    expect(asked()).toBe(2);
  });

  it('asks again after an answer that was none', () => {
    const { ask, asked } = counting({ fails: true });
    expect(() => ask('authority', question())).toThrow('refused the facts');
    expect(() => ask('authority', question())).toThrow('refused the facts');
    expect(asked()).toBe(2);
  });

  it('forgets the oldest answers first', () => {
    const { ask, asked } = counting();
    for (let amountCents = 0; amountCents <= ANSWERS_MAX; amountCents += 1)
      ask('authority', question({ amountCents }));
    ask('authority', question({ amountCents: 1 }));
    expect(asked()).toBe(ANSWERS_MAX + 1);
    ask('authority', question({ amountCents: 0 }));
    expect(asked()).toBe(ANSWERS_MAX + 2);
  });
});

/** A rule that reads everything but the time. */
const WIDE: Rule = {
  set: 'authority',
  place: 'here:1',
  position: 0,
  text: '',
  annotations: { gate: undefined, id: 'wide', owner: 'olga', reason: 'It reads a lot.' },
  json: {
    effect: 'permit',
    principal: { op: 'All' },
    action: { op: 'All' },
    resource: { op: 'All' },
    conditions: Object.keys(questionOf(boundedFacts.parse(factsOf('crm.look')), LOOK).context)
      .filter((attr) => attr !== 'now')
      .map((attr) => ({ kind: 'when', body: { '.': { left: { Var: 'context' }, attr } } })),
  },
};

/** An engine that allows everything and counts; the real one cannot be looked into. */
function counting({ fails = false } = {}) {
  let count = 0;
  const parsed = () => ({ type: 'success' });
  const engine = {
    preparseSchema: parsed,
    preparsePolicySet: parsed,
    statefulIsAuthorized: () => {
      count += 1;
      const response = { decision: 'allow', diagnostics: { reason: [], errors: [] } };
      return fails
        ? { type: 'failure', errors: [], warnings: [] }
        : { type: 'success', response, warnings: [] };
    },
  } as unknown as Engine;
  const bundle: Bundle = {
    version: 'p-test',
    schema: {},
    policies: { authority: { wide: '' }, gates: { wide: '', 'not-gated': '' } },
    rules: new Map([['wide', WIDE]]),
    tools: new Map([['crm.look', LOOK]]),
    scopes: new Set(),
    gated: new Set(),
  };
  return { ask: rememberingAsk(engine, bundle), asked: () => count };
}
