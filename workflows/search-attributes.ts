/** What operators can find requests by. Each call is one more history event, so there are three in a life at most. */
import { upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from './messages.ts';
import type { RequestRecord } from './request-record.ts';

/** Marks the request as waiting for people. */
export function markWaiting(record: RequestRecord): void {
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.status, value: 'waiting' },
    { key: SEARCH_ATTRIBUTES.risk, value: record.asking?.tier ?? 'low' },
  ]);
}

/** The last mark; `NeedsHuman` where effects stand that should not, until a person settled it. */
export function markClosed(record: RequestRecord): void {
  const outcome = record.closing?.outcome;
  const needsHuman = outcome !== 'executed' && record.hasStandingEffects;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.status, value: 'closed' },
    ...(outcome === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.outcome, value: outcome }]),
    { key: SEARCH_ATTRIBUTES.risk, value: record.asking?.tier ?? 'low' },
    ...(needsHuman ? [{ key: SEARCH_ATTRIBUTES.needsHuman, value: true }] : []),
  ]);
}
