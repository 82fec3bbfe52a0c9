/** After a broken glass: a review that outlives the request, refuses whoever broke it, and is never forgotten silently. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Answer, Decision } from '../../src/domain/decision.ts';
import { type ReviewInput, type ReviewResult, reviewIdOf } from '../../src/domain/review.ts';
import { DECISION_SIGNAL, REVIEW_WORKFLOW, SEARCH_ATTRIBUTES } from '../../workflows/messages.ts';
import { recordHistory } from './record-history.ts';
import { gate, onStage, type Stage } from './stage.ts';

const deciding = { remindAt: [0.5, 0.85] };
const emergency = { breakGlass: true, reason: 'The site is down' } as const;

/** A request whose glass two leads broke, and the review it left behind. */
async function afterEmergency(act: (stage: Stage, review: WorkflowHandle) => Promise<void>): Promise<void> {
  const script = { steps: [{ gates: [gate('platform', 2)] }], settings: { deciding }, glassOf: 2 };
  await onStage(script, async (stage) => {
    await stage.waiting();
    await stage.decide('lead-1', 'approve', emergency);
    await stage.decide('lead-2', 'approve', emergency);
    expect(await stage.handle.result()).toMatchObject({ outcome: 'executed' });
    const review = stage.handle.client.getHandle(reviewIdOf(stage.id));
    try {
      await act(stage, review);
    } finally {
      await review.terminate('the test is over').catch(() => undefined);
    }
  });
}

function says(stage: Stage, person: string, answer: Answer): Decision {
  return {
    ...{ id: randomUUID(), request: reviewIdOf(stage.id), version: 1, digest: 'digest-1', person, answer },
    ...{ reason: 'I looked at it', surface: 'slack', at: new Date().toISOString() },
  };
}

test('Review asks the reviewers and ends with what one of them says (T65)', async () => {
  await afterEmergency(async (stage, review) => {
    const { typedSearchAttributes } = await review.describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsHuman)).toBe(true);
    await review.signal(DECISION_SIGNAL, JSON.stringify(says(stage, 'reviewers-1', 'deny')));
    expect(await review.result()).toMatchObject({
      outcome: 'not-justified',
      by: 'reviewers-1',
      note: 'I looked at it',
    } satisfies Partial<ReviewResult>);
    expect(stage.log.join('\n')).toMatch(/thread lead-1 and lead-2 overrode the approvals of req_/);
    expect(stage.log.join('\n')).toMatch(/thread reviewers-1 reviewed the emergency of req_/);
    const after = await review.describe();
    expect(after.typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsHuman)).toBe(false);
  });
});

test('Review refuses whoever broke the glass, strangers and garbage, and goes on waiting (T4)', async () => {
  await afterEmergency(async (stage, review) => {
    for (const person of ['lead-1', 'owner-1', 'platform-1'])
      await review.signal(DECISION_SIGNAL, JSON.stringify(says(stage, person, 'approve')));
    for (const garbage of ['', 'no signature', 7, null]) await review.signal(DECISION_SIGNAL, garbage);
    await expect
      .poll(() => stage.whispers.map(({ person }) => person))
      .toEqual(['lead-1', 'owner-1', 'platform-1']);
    await review.signal(DECISION_SIGNAL, JSON.stringify(says(stage, 'reviewers-2', 'approve')));
    expect(await review.result()).toMatchObject({ outcome: 'justified', by: 'reviewers-2' });
  });
});

test('Review that nobody gives is reminded, ends, and alerts the operators', async () => {
  await onStage({ steps: [{ effect: 'read' }] }, async ({ handle, id, log }) => {
    await handle.result();
    const bounds = { attemptsMax: 2, backoffMs: 50, attemptTimeoutMs: 2_000 };
    const settings = {
      ...{ readsLocally: true, executorQueue: id, approvalsQueue: id, versionsMax: 3, decisionsMax: 50 },
      ...{ execute: bounds, undo: bounds, render: bounds },
    };
    const input: ReviewInput = {
      ...{
        id: reviewIdOf(id),
        request: id,
        version: 1,
        digest: 'digest-1',
        agent: 'test-agent',
        owner: 'owner-1',
      },
      ...{ excluded: ['lead-1'], brokenBy: ['lead-1'], group: 'reviewers', channel: 'emergencies' },
      ...{ dueMs: 1_000, settings, deciding },
    };
    const review = await handle.client.start(REVIEW_WORKFLOW, {
      workflowId: input.id,
      taskQueue: id,
      args: [input],
    });
    expect(await review.result()).toMatchObject({ outcome: 'not-reviewed' });
    await recordHistory('not-reviewed', review);
    expect(log.filter((line) => line.startsWith('thread Still to be reviewed'))).toHaveLength(2);
    expect(log).toContain('announce emergencies');
    const { typedSearchAttributes } = await review.describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.needsHuman)).toBe(true);
  });
});
