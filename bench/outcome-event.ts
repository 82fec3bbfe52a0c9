/** Waiting for a request's outcome to stand in its history, before the last card is drawn. */
import { type Client, isGrpcServiceError } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/messages.ts';

const WAIT_MS_MAX = 60_000;
const BEGINNING = new Uint8Array();
/** gRPC's code. */
const INVALID_ARGUMENT = 3;

/**
 * Resolves when the history names the outcome, by the same long poll that waits for a bare workflow's result.
 * Rejects when it is another than `wanted`.
 */
export async function outcomeStands(client: Client, id: string, wanted: string): Promise<void> {
  let nextPageToken: Uint8Array = BEGINNING;
  const deadline = Date.now() + WAIT_MS_MAX;
  while (Date.now() < deadline) {
    const answer = await newEvents(client, { id, nextPageToken, deadline });
    const outcome = outcomeIn(answer.history?.events ?? []);
    if (outcome === wanted) return;
    if (outcome !== undefined) throw new Error(`Cannot measure "${id}": it ended as "${outcome}"`);
    nextPageToken = answer.nextPageToken;
    if (nextPageToken.length === 0) break;
  }
  throw new Error(`Cannot measure "${id}": no outcome in its history`);
}

async function newEvents(
  client: Client,
  { id, nextPageToken, deadline }: { id: string; nextPageToken: Uint8Array; deadline: number },
) {
  const request = {
    namespace: client.options.namespace,
    execution: { workflowId: id },
    waitNewEvent: true,
    historyEventFilterType:
      proto.temporal.api.enums.v1.HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT,
  };
  const read = (token: Uint8Array) =>
    client.withDeadline(deadline, () =>
      client.workflowService.getWorkflowExecutionHistory({ ...request, nextPageToken: token }),
    );
  // The server refuses a place in a history whose buffered events were written elsewhere meanwhile: read it anew.
  return read(nextPageToken).catch((error: unknown) => {
    if (!isGrpcServiceError(error) || error.code !== INVALID_ARGUMENT) throw error;
    return read(BEGINNING);
  });
}

function outcomeIn(events: readonly temporal.api.history.v1.IHistoryEvent[]): string | undefined {
  for (const { upsertWorkflowSearchAttributesEventAttributes: upsert } of events) {
    const data = upsert?.searchAttributes?.indexedFields?.[SEARCH_ATTRIBUTES.outcome.name]?.data;
    if (data != null) return JSON.parse(Buffer.from(data).toString()) as string;
  }
  return undefined;
}
