/**
 * What was judged in the past, read from the histories of requests: for asking another policy about it, and for
 * explaining one request.
 *
 * Judging comes first in a request's story, so only the head of each history is read, a few at a time; a long run over
 * many requests holds no more than those in memory.
 */
import type { Client } from '@temporalio/client';
import { REQUEST_WORKFLOW } from '../../workflows/messages.ts';
import type { Judgement } from '../domain/plan.ts';
import type { RequestInput } from '../domain/request.ts';
import { isNotFound, sortClientError } from './client-errors.ts';
import { judgementIn } from './cut-short.ts';
import { timeOf } from './timeline.ts';
import { type HistoryEvent, read } from './timeline-activities.ts';

/** A request and what judging said. `judgement` is absent where none was reached, or its history can't be read. */
export interface PastJudgement {
  readonly id: string;
  readonly agent: string;
  /** When the request was started, ISO 8601 in UTC. */
  readonly at: string;
  readonly judgement?: Judgement;
}

/**
 * Which requests are read: those started at `since` or later, at most `limit`, as Temporal lists them: open ones first,
 * then those that closed last.
 */
export interface PastQuery {
  readonly since: Date;
  readonly limit: number;
}

/** Histories read at the same time. */
const READ_AT_ONCE = 8;
const EVENTS_A_PAGE = 64;
/** Judging that has not ended after so many pages is as if it never had. */
const PAGES_MAX = 8;

/**
 * The requests since a time, open and closed ones. Visibility is eventually consistent, so the newest may be missing.
 * Rejects with `unavailable` when Temporal does not answer.
 */
export async function* pastJudgements(client: Client, query: PastQuery): AsyncGenerator<PastJudgement> {
  const reading: Promise<PastJudgement>[] = [];
  for await (const execution of executionsSince(client, query)) {
    const one = readHead(client, execution);
    // Another one may fail first; then nobody would wait for this one.
    one.catch(() => undefined);
    reading.push(one);
    const [oldest] = reading.length < READ_AT_ONCE ? [] : reading.splice(0, 1);
    if (oldest !== undefined) yield await oldest;
  }
  for (const one of reading) yield await one;
}

/** One request by its id; undefined when Temporal knows none. Rejects with `unavailable`. */
export async function pastJudgement(client: Client, id: string): Promise<PastJudgement | undefined> {
  const events = await headOf(client, { workflowId: id });
  return events === undefined ? undefined : pastFrom(id, events);
}

/** What the beginning of a history says. Never throws: what can't be read is absent. */
export function pastFrom(id: string, events: readonly HistoryEvent[]): PastJudgement {
  const first = events[0];
  const input = read<Partial<RequestInput>>(first?.workflowExecutionStartedEventAttributes?.input);
  const judgement = judgementIn(events);
  const at = timeOf(first ?? {});
  return { id, agent: input?.agent ?? '', at, ...(judgement === undefined ? {} : { judgement }) };
}

interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
  readonly startTime?: Date;
}

async function* executionsSince(client: Client, { since, limit }: PastQuery): AsyncGenerator<Execution> {
  const query = `WorkflowType = '${REQUEST_WORKFLOW}' AND StartTime >= '${since.toISOString()}'`;
  let left = limit;
  try {
    if (left <= 0) return;
    for await (const execution of client.workflow.list({ query, pageSize: Math.min(left, 200) })) {
      yield execution;
      left -= 1;
      if (left <= 0) return;
    }
  } catch (error) {
    throw sortClientError(error);
  }
}

async function readHead(client: Client, execution: Execution): Promise<PastJudgement> {
  const events = await headOf(client, execution);
  const { workflowId: id, startTime } = execution;
  // Retention may have taken the history between the list and this.
  if (events === undefined) return { id, agent: '', at: (startTime ?? new Date(0)).toISOString() };
  return pastFrom(id, events);
}

/** The events up to the one that holds the judgement; undefined when there is no such workflow. */
async function headOf(client: Client, execution: Execution): Promise<readonly HistoryEvent[] | undefined> {
  const { workflowId, runId = '' } = execution;
  const events: HistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  try {
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await client.workflowService.getWorkflowExecutionHistory({
        namespace: client.options.namespace,
        execution: { workflowId, runId },
        maximumPageSize: EVENTS_A_PAGE,
        ...(nextPageToken === undefined ? {} : { nextPageToken }),
      });
      events.push(...(answer.history?.events ?? []));
      nextPageToken = answer.nextPageToken ?? undefined;
      if (!nextPageToken?.length || judgementIn(events) !== undefined) break;
    }
    return events;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw sortClientError(error);
  }
}
