/** After a broken glass a review follows, as a workflow that outlives the request. */
import { log, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { REVIEW_DUE_MS, type ReviewInput, reviewIdOf } from '../src/domain/review.ts';
import { sentenceOf } from './activity-sentence.ts';
import { REVIEW_WORKFLOW } from './messages.ts';
import type { RequestRecord } from './request-record.ts';

/** Starts it where the glass was broken and the organisation names reviewers. A request is closed whatever comes of it. */
export async function startReview(record: RequestRecord): Promise<void> {
  const { asking, settings } = record;
  const { glass } = asking ?? {};
  if (asking?.approvedAt === undefined || glass?.review === undefined) return;
  const { deciding = { remindAt: [] } } = settings;
  const { agent, owner } = record.parties;
  const input: ReviewInput = {
    ...{ id: reviewIdOf(record.id), request: record.id, agent, owner, settings, deciding },
    ...{ version: asking.plan.version, digest: asking.plan.digest },
    excluded: [...new Set([...record.excluded, ...glass.by])],
    ...{ brokenBy: glass.by, group: glass.review, channel: glass.channel, dueMs: REVIEW_DUE_MS },
  };
  try {
    await startChild(REVIEW_WORKFLOW, {
      workflowId: input.id,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Review of an emergency by ${agent}`,
    });
  } catch (error) {
    log.error('Could not start the review of a broken glass', { error: sentenceOf(error) });
  }
}
