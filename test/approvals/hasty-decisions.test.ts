import { describe, expect, it } from 'vitest';
import type { DecisionDesk } from '../../src/approvals/desk.ts';
import { recordDecision, type Said } from '../../src/approvals/record-decision.ts';
import type { Pace } from '../../src/approvals/slow-down.ts';
import { ASSURANCES } from '../../src/domain/decision.ts';
import { anApproval } from '../store/samples.ts';
import { NOW, person } from './acme.ts';
import { OversightInMemory } from './oversight-in-memory.ts';

const REASON = 'Carol and I looked at each line';

function desk(pace: Pace, kept: 'recorded' | 'closed' | 'unknown' = 'recorded') {
  const oversight = new OversightInMemory();
  oversight.pace = pace;
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const hand = async () => kept;
  const made: DecisionDesk = {
    ...{ oversight, log, security: log, clock: () => NOW },
    requests: { decide: hand, question: hand, view: async () => undefined },
    inbox: {
      open: async () => undefined,
      close: async () => undefined,
      find: async () => undefined,
      list: async () => [],
    },
    clicks: { seen: async () => false, firstSeen: async () => true },
    signer: { sign: async () => 'jws' },
    questionSigner: { sign: async () => 'jws' },
    putAway: async () => undefined,
  };
  return { made, oversight };
}

function said(tier: 'low' | 'medium' | 'high' | 'critical', change: Partial<Said> = {}): Said {
  return {
    person: person('alice', ['platform']),
    approval: anApproval({ tier }),
    ...{ answer: 'approve', surface: 'web', assurance: 'click', decisionParts: ['d'], deliveryParts: ['d'] },
    ...change,
  };
}

describe('recordDecision() where a rule wants a reason', () => {
  const approval = anApproval({ tier: 'medium', needsReason: true });
  it.each([
    ['refuses an approval without one', {}, 'no-reason'],
    ['refuses an approval with blanks for one', { reason: '  ' }, 'no-reason'],
    ['records an approval with one', { reason: 'Checked' }, 'recorded'],
    ['records a denial without one', { answer: 'deny' }, 'recorded'],
  ] as const)('%s', async (_, change, wanted) => {
    const { made } = desk('usual');
    const recorded = await recordDecision(made, said('medium', { approval, ...change }));
    expect(recorded.kind === 'recorded' ? 'recorded' : recorded.why).toBe(wanted);
  });
});

describe('recordDecision() of somebody in a hurry', () => {
  const cases: readonly (readonly [Pace, Parameters<typeof said>[0], Partial<Said>, string])[] = [
    ['usual', 'medium', {}, 'recorded'],
    ['unknown', 'medium', {}, 'recorded'],
    ['streak', 'low', {}, 'recorded'],
    ['streak', 'medium', {}, 'slow-down'],
    ['streak', 'medium', { assurance: 'reviewed' }, 'recorded'],
    ['streak', 'medium', { assurance: 'passkey' }, 'recorded'],
    ['streak', 'medium', { answer: 'deny' }, 'recorded'],
    ['usual', 'high', {}, 'too-weak'],
    ['usual', 'high', { assurance: 'reviewed', reason: 'fine' }, 'recorded'],
    ['streak', 'high', { assurance: 'reviewed', reason: 'fine' }, 'slow-down'],
    ['streak', 'high', { assurance: 'reviewed' }, 'slow-down'],
    ['streak', 'high', { assurance: 'reviewed', reason: `  ${'x'.repeat(19)}  ` }, 'slow-down'],
    ['streak', 'high', { assurance: 'reviewed', reason: REASON }, 'recorded'],
    ['streak', 'high', { answer: 'deny', reason: 'no' }, 'recorded'],
    ['unknown', 'high', { assurance: 'reviewed', reason: 'fine' }, 'slow-down'],
    ['unknown', 'high', { assurance: 'reviewed', reason: REASON }, 'recorded'],
    ['streak', 'critical', { assurance: 'passkey' }, 'slow-down'],
    ['streak', 'critical', { assurance: 'passkey', reason: REASON }, 'recorded'],
    ['usual', 'critical', { assurance: 'passkey' }, 'recorded'],
    ['usual', 'critical', { assurance: 'reviewed', reason: REASON }, 'too-weak'],
  ];
  it.each(cases)('at %s pace, %s risk, %j: %s (T61)', async (pace, tier, change, outcome) => {
    const { made, oversight } = desk(pace);
    const recorded = await recordDecision(made, said(tier, change));
    expect(recorded.kind).toBe(outcome === 'recorded' ? 'recorded' : 'refused');
    expect(oversight.refusals.map(({ why }) => why)).toEqual(outcome === 'recorded' ? [] : [outcome]);
    expect(oversight.heard).toHaveLength(outcome === 'recorded' ? 1 : 0);
  });

  it('never asks for less than the tier does, whatever the pace', async () => {
    for (const pace of ['usual', 'streak', 'unknown'] as const) {
      for (const assurance of ASSURANCES.slice(0, 2)) {
        const { made } = desk(pace);
        const recorded = await recordDecision(made, said('critical', { assurance, reason: REASON }));
        expect(recorded).toMatchObject({ kind: 'refused', sentence: expect.stringContaining('passkey') });
      }
    }
  });

  it.each([
    ['closed', 'too-late'],
    ['unknown', 'unknown-request'],
  ] as const)('counts what a request that is %s refuses', async (kept, why) => {
    const { made, oversight } = desk('usual', kept);
    const one = said('medium');
    expect(await recordDecision(made, one)).toMatchObject({ kind: 'refused' });
    const { request, version } = one.approval;
    expect(oversight.refusals).toEqual([
      { why, surface: 'web', person: 'alice', request, version, parts: ['d'] },
    ]);
    expect(oversight.heard).toEqual([]);
  });
});
