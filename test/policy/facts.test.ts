import { describe, expect, it } from 'vitest';
import type { Agent } from '../../src/domain/people.ts';
import { gatherFacts } from '../../src/policy/facts.ts';

const AGENT: Agent = {
  id: 'clerk-1',
  title: 'Clerk',
  owner: 'olga',
  profile: 'clerk',
  environment: 'staging',
  maxTier: 2,
  suspended: false,
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
});
