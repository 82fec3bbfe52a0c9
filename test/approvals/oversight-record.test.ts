import { describe, expect, it } from 'vitest';
import { askedOf, similarSteps } from '../../src/approvals/oversight-record.ts';
import type { CardView } from '../../src/domain/card.ts';
import type { Asked } from '../../src/domain/oversight.ts';
import { step, view } from '../slack/views.ts';

const AT = '2026-11-21T14:00:00.000Z';
const yes = { person: 'alice', answer: 'approve', at: AT } as const;
const no = { person: 'bob', answer: 'deny', at: AT } as const;

describe('askedOf()', () => {
  const fates: readonly (readonly [string, Partial<CardView>, Asked['fate']])[] = [
    ['waits', {}, 'open'],
    ['has one of two approvals', { votes: [yes], have: 1 }, 'open'],
    ['has enough approvals', { votes: [yes], need: 1, have: 1 }, 'approved'],
    ['asks nobody and waits', { need: 0, have: 0 }, 'open'],
    ['runs', { state: 'running', approvedAt: AT }, 'approved'],
    ['was approved by an override', { state: 'closed', approvedAt: AT, outcome: 'executed' }, 'approved'],
    [
      'was approved, and denied by policy later',
      { state: 'closed', approvedAt: AT, outcome: 'denied' },
      'approved',
    ],
    ['was denied', { votes: [no], state: 'closed', outcome: 'rejected' }, 'rejected'],
    ['was denied after enough had approved', { votes: [yes, no], need: 1, have: 1 }, 'rejected'],
    ['was denied and is taken back', { votes: [no], state: 'undoing' }, 'rejected'],
    ['drifted', { state: 'replaced' }, 'replaced'],
    ['was edited', { state: 'replaced', editedBy: 'alice' }, 'edited'],
    ['was edited after enough had approved', { editedBy: 'alice', need: 1, have: 1 }, 'edited'],
    ['was approved and then drifted', { state: 'replaced', approvedAt: AT }, 'approved'],
    ['ran out and is taken back', { state: 'undoing' }, 'open'],
    ['ran out', { state: 'closed', outcome: 'expired' }, 'expired'],
    ['was cancelled', { state: 'closed', outcome: 'cancelled' }, 'ended'],
  ];
  it.each(fates)('tells the fate of a version that %s', (_, change, fate) => {
    expect(askedOf(view(change)).fate).toBe(fate);
  });

  it('keeps who was asked by which rules when, and leaves out who may not decide', () => {
    const asked = askedOf(
      view({
        ...{ askedBy: ['delete-branch', 'night'], askedAt: AT, tier: 'high' },
        needs: [
          { groups: ['platform', 'leads'], count: 2 },
          { groups: ['leads'], count: 1 },
        ],
      }),
      { platform: ['alice', 'dana'], leads: ['dana'] },
    );
    expect(asked).toMatchObject({
      ...{ rules: ['delete-branch', 'night'], groups: ['platform', 'leads'], tier: 'high', askedAt: AT },
      members: { platform: ['alice'], leads: [] },
    });
  });

  it('of a card of old says what it can: every rule that fired, and when the request came', () => {
    const old = view({ votes: [yes] });
    expect(askedOf(old)).toMatchObject({
      ...{ rules: ['branch-delete'], groups: ['platform'], askedAt: old.requestedAt },
      answers: [{ ...yes, hasReason: false, surface: 'slack', assurance: 'click' }],
    });
    expect(askedOf(old)).not.toHaveProperty('members');
  });

  it('counts what was taken back and what could not be', () => {
    const steps = (['done', 'undone', 'undone', 'undo_failed'] as const).map((status, index) =>
      step({ status, index }),
    );
    expect(
      askedOf(view({ steps, state: 'closed', outcome: 'rollback_failed', effects: 'some', closedAt: AT })),
    ).toMatchObject({
      ...{ undone: 2, stuck: 1, outcome: 'rollback_failed', effects: 'some', closedAt: AT },
    });
  });

  it('carries nothing that a person, an agent or a vendor wrote', () => {
    const CANARY = 'canary-7f3a';
    const target = { ...step().target, id: `mail:to/${CANARY}`, label: CANARY };
    const written = view({
      reason: CANARY,
      message: CANARY,
      votes: [{ ...yes, reason: CANARY, surface: 'web', assurance: 'passkey' }],
      steps: [
        step({
          target,
          title: CANARY,
          facts: [{ label: CANARY, value: CANARY }],
          undo: CANARY,
          error: CANARY,
          rules: [{ id: 'rule', sentence: CANARY }],
          explanation: [CANARY],
        }),
      ],
    });
    const asked = askedOf(written, { platform: ['alice'] });
    expect(asked.answers).toEqual([{ ...yes, hasReason: true, surface: 'web', assurance: 'passkey' }]);
    expect(JSON.stringify(asked)).not.toContain(CANARY);
  });
});

describe('similarSteps()', () => {
  it('gives the steps people are asked about, their targets told apart and not told', () => {
    const steps = [
      step({ verdict: 'allow' }),
      step({ index: 1 }),
      step({ index: 2, target: { ...step().target, id: 'x', scope: 's'.repeat(900) } }),
    ];
    const [first, second, ...others] = similarSteps(view({ steps }));
    expect(others).toEqual([]);
    expect(first).toEqual({
      index: 1,
      tool: 'github.delete_branch',
      scope: 'github/acme/webshop',
      target: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(second?.target).not.toBe(first?.target);
    expect(second?.scope).toHaveLength(200);
  });

  it('gives all steps where policy asks about none', () => {
    expect(similarSteps(view({ steps: [step({ verdict: 'allow' })] }))).toHaveLength(1);
  });
});
