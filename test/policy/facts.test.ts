import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GATHERED_FACTS, type GatheredFact } from '../../src/domain/facts.ts';
import type { Agent } from '../../src/domain/people.ts';
import { NOTHING_RECENT } from '../../src/domain/usage.ts';
import { factsFrom, gatherFacts, inputFacts, recordFacts } from '../../src/policy/facts.ts';
import { AUTHORITY, factsOf, loadText } from './sample.ts';

const AGENT: Agent = {
  id: 'clerk-1',
  title: 'Clerk',
  owner: 'olga',
  profile: 'clerk',
  environment: 'staging',
  maxTier: 2,
  suspended: false,
  tenant: 'acme',
  identities: [],
};
const SOURCES = {
  agent: AGENT,
  tool: { name: 'crm.edit', effect: 'write', reversibility: 'costly' },
  target: { kind: 'person', id: 'crm:7', label: 'Person 7', scope: 'crm/people', tier: 3, traits: [] },
  stepCount: 2,
  now: new Date('2026-03-01T12:00:00Z'),
  calendar: {
    freezes: [
      {
        from: new Date('2026-03-01T00:00:00Z'),
        to: new Date('2026-03-02T00:00:00Z'),
        environment: 'staging',
        reason: 'Audit',
        yearly: false,
      },
    ],
  },
} as const;

describe('gatherFacts()', () => {
  it('takes each fact from where it is known', () => {
    expect(gatherFacts({ ...SOURCES, amountCents: 5, confidence: 0.5 })).toEqual({
      agent: { id: 'clerk-1', profile: 'clerk', owner: 'olga', suspended: false, maxTier: 2 },
      tool: 'crm.edit',
      effect: 'write',
      reversibility: 'costly',
      target: SOURCES.target,
      environment: 'staging',
      confidence: 0.5,
      amountCents: 5,
      changeFreeze: true,
      stepCount: 2,
      now: SOURCES.now,
      businessHours: false,
      holiday: false,
      behalfGroups: null,
      elevated: false,
      task: { declared: false, outside: false },
      recent: NOTHING_RECENT,
      input: {},
    });
  });

  it.each([
    ['absent', undefined, 1],
    ['null', null, 1],
    ['zero', 0, 0],
    ['out of bounds, for the policy to refuse', 7, 7],
  ])('reads a confidence that is %s', (_, confidence, expected) => {
    const given = confidence === undefined ? {} : { confidence };
    expect(gatherFacts({ ...SOURCES, ...given }).confidence).toBe(expected);
  });

  it('counts no money where a tool moves none', () => {
    expect(gatherFacts(SOURCES).amountCents).toBe(0);
  });

  it("looks at freezes of the agent's own environment only", () => {
    const elsewhere = gatherFacts({ ...SOURCES, agent: { ...AGENT, environment: 'prod' } });
    expect(elsewhere).toMatchObject({ environment: 'prod', changeFreeze: false });
  });

  it('leaves neutral what no rule mentions, and says what it gathered', () => {
    const facts = gatherFacts({ ...SOURCES, mentions: new Set(['holiday', 'now']) });
    expect(facts).toMatchObject({ changeFreeze: false, gathered: ['holiday', 'now'] });
    expect(gatherFacts({ ...SOURCES, mentions: new Set(['changeFreeze']) })).toMatchObject({
      changeFreeze: true,
    });
  });

  it('refuses to go on without counts that a rule mentions', () => {
    const mentions = new Set(['recent'] as const);
    expect(() => gatherFacts({ ...SOURCES, mentions })).toThrow('what was done lately is missing');
    expect(gatherFacts({ ...SOURCES, mentions, recent: NOTHING_RECENT }).gathered).toEqual(['recent']);
  });

  it('passes on what was looked up', () => {
    const given = {
      behalfGroups: ['desk'],
      elevated: true,
      task: { declared: true, outside: true },
      recent: { ...NOTHING_RECENT, readTier: 3 },
      input: { seats: 3 },
    };
    expect(gatherFacts({ ...SOURCES, ...given })).toMatchObject(given);
  });
});

describe('decide() on facts that were not all gathered', () => {
  const rule = `@id("busy") @owner("leads") @reason("Enough for today.")
forbid (principal, action == Action::"mail.draft", resource) when { context.recent.agentDay.steps > 3 };`;

  it.each<[string, string, readonly GatheredFact[] | undefined, string]>([
    ['all were', 'mail.draft', undefined, 'allow'],
    ['the one that a rule reads was', 'mail.draft', ['recent'], 'allow'],
    ['the one that a rule reads was not', 'mail.draft', ['now'], 'deny'],
    ['a rule about another tool reads it', 'crm.look', [], 'allow'],
  ])('answers where %s', async (_, tool, gathered, effect) => {
    const policy = await loadText({ authority: `${AUTHORITY}${rule}` });
    const verdict = policy.decide(factsOf(tool, gathered === undefined ? {} : { gathered }));
    expect(verdict.effect).toBe(effect);
    if (effect === 'deny') expect(verdict.rules[0]?.sentence).toContain('"recent"');
  });

  it('counts what the rules of a smaller tool read as read by the larger', async () => {
    const policy = await loadText({ authority: `${AUTHORITY}${rule}` });
    expect([...policy.mentions('mail.send')]).toEqual(['recent']);
    expect([...policy.mentions('crm.look')]).toEqual([]);
    expect([...policy.mentions('crm.peek')]).toEqual([...GATHERED_FACTS]);
  });
});

describe('inputFacts()', () => {
  const marked = { policyFact: true };
  const tool = {
    name: 'crm.seat',
    input: z.strictObject({
      seats: z.int().min(0).max(9).optional().meta(marked),
      paid: z.boolean().optional().meta(marked),
      role: z.enum(['guest', 'host']).optional().meta(marked),
      note: z.string().max(10).optional(),
    }),
  };

  it.each([
    [
      { seats: 3, paid: true, role: 'host', note: 'x' },
      { seats: 3, paid: true, role: 'host' },
    ],
    [{}, { seats: 0, paid: false, role: 'absent' }],
  ])('takes only what is marked from %j, neutral where not given', (args, expected) => {
    expect(inputFacts(tool, args)).toEqual(expected);
  });

  it('refuses a fact that is no single value', () => {
    expect(() => inputFacts(tool, { seats: [3] })).toThrow('no single value');
  });
});

describe('factsFrom()', () => {
  const facts = factsOf('crm.look', { behalfGroups: ['desk'], gathered: ['now'], input: { seats: 1 } });

  it('gives back what was recorded, through JSON', () => {
    expect(factsFrom(JSON.parse(JSON.stringify(recordFacts(facts))))).toEqual(facts);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['a time that is none', { ...facts, now: 'soon' }],
    ['an amount out of bounds', { ...recordFacts(facts), amountCents: -1 }],
    ['a tier that there is not', { ...recordFacts(facts), agent: { ...facts.agent, maxTier: 5 } }],
    ['an old record without counts', { ...recordFacts(facts), recent: undefined }],
  ])('refuses %s', (_, kept) => {
    expect(() => factsFrom(kept)).toThrow(expect.objectContaining({ code: 'invalid-field' }));
  });
});
