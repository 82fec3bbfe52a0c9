/** Waiting for a request's outcome to stand in its history, before the last card is drawn. */
import type { Client } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/messages.ts';

const WAIT_MS_MAX = 60_000;

/**
 * Resolves when the history names the outcome, by the same long poll that waits for a bare workflow's result.
 * Rejects when it is another than `wanted`.
 */
export async function outcomeStands(client: Client, id: string, wanted: string): Promise<void> {
  let nextPageToken: Uint8Array = new Uint8Array();
  const deadline = Date.now() + WAIT_MS_MAX;
  while (Date.now() < deadline) {
    const answer = await client.withDeadline(deadline, () =>
      client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId: id },
        waitNewEvent: true,
        historyEventFilterType:
          proto.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT,
        nextPageToken,
      }),
    );
    const outcome = outcomeIn(answer.history?.events ?? []);
    if (outcome === wanted) return;
    if (outcome !== undefined) throw new Error(`Cannot measure "${id}": it ended as "${outcome}"`);
    nextPageToken = answer.nextPageToken;
    if (nextPageToken.length === 0) break;
  }
  throw new Error(`Cannot measure "${id}": no outcome in its history`);
}

function outcomeIn(events: readonly temporal.api.history.v1.IHistoryEvent[]): string | undefined {
  for (const { upsertWorkflowSearchAttributesEventAttributes: upsert } of events) {
    const data = upsert?.searchAttributes?.indexedFields?.[SEARCH_ATTRIBUTES.outcome.name]?.data;
    if (data != null) return JSON.parse(Buffer.from(data).toString()) as string;
  }
  return undefined;
}
