import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Judgement } from '../../src/domain/plan.ts';
import type { ApprovalGate, Verdict } from '../../src/domain/verdict.ts';
import { dryRun } from '../../src/gateway/dry-run.ts';
import type { NewRequest } from '../../src/orchestrator/requests.ts';
import { allowed, type OpenDoor, openDoor } from './open-door.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const HOUR_MS = 3_600_000;

const ask = (tools: readonly string[], more: Partial<NewRequest> = {}): NewRequest => ({
  ...{ agent: 'a', reason: 'r', steps: tools.map((tool) => ({ tool, args: {} })) },
  ...more,
});

const gate = (group: string, more: Partial<ApprovalGate> = {}): ApprovalGate => ({
  ...{ kind: 'approval', rule: 'r', group, quorum: 1, tier: 'high', ttlMs: 4 * HOUR_MS },
  ...more,
});

function judged(request: NewRequest, verdicts: readonly Partial<Verdict>[]): Judgement {
  const { steps, ...rest } = allowed(request);
  return {
    ...rest,
    steps: steps.map((step, index) => ({ ...step, verdict: { ...step.verdict, ...verdicts[index] } })),
  };
}

describe('dryRun()', () => {
  test('says the strictest of the steps and each one with its rules', () => {
    const request = ask(['email.send', 'github.delete_branch']);
    const rules = [{ id: 'ask', sentence: 'People decide' }];
    const result = dryRun(
      request,
      judged(request, [{}, { effect: 'approve', rules, gates: [gate('platform')] }]),
      NOW,
    );
    expect(result).toEqual({
      effect: 'approve',
      policyVersion: 'p1',
      steps: [
        { tool: 'email.send', verdict: { effect: 'allow', rules: [{ id: 'grant', sentence: 'Granted' }] } },
        { tool: 'github.delete_branch', verdict: { effect: 'approve', rules } },
      ],
      waitingFor: { groups: ['platform'], need: 1, have: 0, expiresAt: '2026-11-21T13:00:00.000Z' },
    });
  });

  test('hands on how policy came to each verdict, and nothing else of it', () => {
    const request = ask(['email.send', 'github.delete_branch']);
    const explanation = ['grant "send" matches', 'no block matches'];
    const [first, second] = dryRun(request, judged(request, [{ explanation }, {}]), NOW).steps;
    expect(first?.verdict).toEqual({ ...second?.verdict, explanation });
    expect(Object.keys(second?.verdict ?? {})).toEqual(['effect', 'rules']);
  });

  test.each([
    [
      'two gates of two groups',
      [gate('platform'), gate('finance', { quorum: 2 })],
      {},
      { need: 3, groups: ['platform', 'finance'] },
    ],
    ['the same gate twice', [gate('platform'), gate('platform')], {}, { need: 1, groups: ['platform'] }],
    [
      'an escalation',
      [gate('finance', { escalateTo: 'finance-leads' })],
      {},
      { need: 1, groups: ['finance', 'finance-leads'] },
    ],
    [
      'the shortest wait',
      [gate('a', { ttlMs: HOUR_MS }), gate('b')],
      {},
      { expiresAt: '2026-11-21T10:00:00.000Z' },
    ],
    [
      "the agent's shorter wait",
      [gate('a')],
      { waitAtMostMs: 60_000 },
      { expiresAt: '2026-11-21T09:01:00.000Z' },
    ],
    [
      "not the agent's longer wait",
      [gate('a')],
      { waitAtMostMs: 9 * HOUR_MS },
      { expiresAt: '2026-11-21T13:00:00.000Z' },
    ],
  ])('counts %s', (_, gates, more, waitingFor) => {
    const request = ask(['email.send'], more);
    expect(dryRun(request, judged(request, [{ effect: 'approve', gates }]), NOW).waitingFor).toMatchObject(
      waitingFor,
    );
  });

  test('waits for nobody when one step is denied', () => {
    const request = ask(['email.send', 'github.delete_branch']);
    const result = dryRun(
      request,
      judged(request, [{ effect: 'approve', gates: [gate('a')] }, { effect: 'deny' }]),
      NOW,
    );
    expect(result.effect).toBe('deny');
    expect(result).not.toHaveProperty('waitingFor');
  });

  test('names the smaller tool and the one asked for', () => {
    const request = ask(['email.send']);
    const judgement = judged(request, [{ effect: 'downscope', downscopeTo: 'email.draft' }]);
    const steps = judgement.steps.map((step) => ({ ...step, tool: 'email.draft' }));
    expect(dryRun(request, { ...judgement, steps }, NOW).steps).toMatchObject([
      { tool: 'email.draft', askedFor: 'email.send' },
    ]);
  });
});

describe('POST /v1/requests:dryRun', () => {
  const asked: NewRequest[] = [];
  let door: OpenDoor;
  beforeAll(async () => {
    door = await openDoor({
      judgement: (one) => {
        asked.push(one);
        return allowed(one);
      },
    });
  });
  afterAll(() => door.close());
  const BODY = { tool: 'github.delete_branch', args: { repository: 'a/b', branch: 'x' }, reason: 'r' };

  test('judges without starting anything', async () => {
    expect(await door.call('/v1/requests:dryRun', { body: BODY })).toMatchObject({
      status: 200,
      body: { effect: 'allow' },
    });
    expect(door.requests.started).toHaveLength(0);
  });

  test('judges for the session and the token that ask', async () => {
    await door.call('/v1/requests:dryRun', { body: BODY, session: 'ses_1' });
    expect(asked.at(-1)).toMatchObject({ session: 'ses_1', token: expect.stringMatching(/^tok_/) });
    await door.call('/v1/requests:dryRun', { body: BODY });
    expect(asked.at(-1)).not.toHaveProperty('session');
  });

  test('refuses what asking refuses', async () => {
    const answer = await door.call('/v1/requests:dryRun', { body: { ...BODY, tool: 'shell.run' } });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'unknown-tool', errors: [{ field: '/tool' }] },
    });
  });
});
