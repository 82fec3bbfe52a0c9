/** Reading one request: from its result when closed, by query while it runs, honestly when it was cut short. */
import { setTimeout } from 'node:timers/promises';
import { type Client, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { ASKS_QUERY, type AsksQuery, SEARCH_ATTRIBUTES, VIEW_QUERY } from '../../workflows/messages.ts';
import { CountersignError } from '../domain/errors.ts';
import type { RequestView } from '../domain/request.ts';
import { isNotFound } from './client-errors.ts';
import { cutShort, hasNotBegun, viewAsAsked } from './cut-short.ts';
import type { Asker } from './requests.ts';

/** Between looks at an open request while somebody waits for it. */
const LOOK_EVERY_MS = 400;
/** A query is answered by a worker; one that is there takes milliseconds. */
const QUERY_AT_MOST_MS = 4_000;
/** Before a query is asked a second and last time. */
const ASK_AGAIN_MS = 300;

/** The request as it is now; undefined when unknown or not this asker's. */
export async function viewNow(client: Client, id: string, asker?: Asker): Promise<RequestView | undefined> {
  const handle = client.workflow.getHandle(id);
  try {
    const { status, memo, closeTime: at } = await handle.describe();
    if (!isOf(memo, asker)) return undefined;
    if (status.name === 'COMPLETED') return (await handle.result()) as RequestView;
    if (status.name === 'RUNNING') return await toldView(client, handle);
    const view = await toldView(client, handle);
    const { events } = await handle.fetchHistory();
    return cutShort(view, events ?? [], { byOperator: status.name === 'TERMINATED', at });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What a running request asks now; undefined when it is unknown or no longer runs. Rejects where no worker answers. */
export async function asksNow(client: Client, id: string): Promise<AsksQuery | undefined> {
  const handle = client.workflow.getHandle(id);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return undefined;
    const query = () => handle.query<AsksQuery>(ASKS_QUERY);
    return await within(QUERY_AT_MOST_MS, () => client.withDeadline(Date.now() + QUERY_AT_MOST_MS, query));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether a request with this memo is the asker's to see. */
function isOf(memo: Readonly<Record<string, unknown>> | undefined, asker: Asker | undefined): boolean {
  if (asker === undefined) return true;
  return memo?.agent === asker.agent && (!isOfSession(asker) || memo.session === asker.session);
}

function isOfSession(asker: Asker | undefined): boolean {
  return typeof asker?.session === 'string';
}

async function isAskers(client: Client, id: string, asker: Asker | undefined): Promise<boolean> {
  try {
    const { memo } = await client.workflow.getHandle(id).describe();
    return isOf(memo, asker);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** What the story says, or what was asked where it has not begun, for want of a worker. */
async function toldView(client: Client, handle: WorkflowHandle): Promise<RequestView> {
  const query = () => handle.query<RequestView>(VIEW_QUERY);
  const ask = () => client.withDeadline(Date.now() + QUERY_AT_MOST_MS, query);
  try {
    return await within(QUERY_AT_MOST_MS, () => ask().catch((error: unknown) => askAgain(error, ask)));
  } catch (error) {
    const { events } = await handle.fetchHistory();
    const asked = hasNotBegun(events ?? []) ? viewAsAsked(events ?? []) : undefined;
    if (asked === undefined) throw error;
    return asked;
  }
}

/** A query that meets a task in flight may be answered from half a replay, with an error; the next one is not. */
async function askAgain<T>(error: unknown, ask: () => Promise<T>): Promise<T> {
  if (!(error instanceof QueryNotRegisteredError)) throw error;
  await setTimeout(ASK_AGAIN_MS);
  return ask();
}

/**
 * With a timer of our own: the SDK tries a query that timed out again, with the whole of its time, until nothing of
 * the caller's is left to read the history in.
 */
async function within<T>(ms: number, call: () => Promise<T>): Promise<T> {
  const answered = new AbortController();
  const silence = setTimeout(ms, undefined, { signal: answered.signal }).then(() => {
    throw new CountersignError('unavailable', 'Cannot read the request: no worker answers');
  });
  try {
    return await Promise.race([call(), silence]);
  } finally {
    answered.abort();
  }
}

/**
 * Waits up to `waitMs` for the request to close. The outcome stands before the last card is drawn, so a long wait
 * looks at the view too and does not hang on Slack. Whose a closed request is its own result says; the server is
 * asked only when that does not come at once, so that a short request costs one call.
 */
export async function settledView(
  client: Client,
  id: string,
  waitMs: number,
  asker?: Asker,
): Promise<RequestView | undefined> {
  const deadline = Date.now() + waitMs;
  // A result does not say of which session it is.
  if (isOfSession(asker) && !(await isAskers(client, id, asker))) return undefined;
  const result = resultBefore(client, id, deadline).then((view) => ({
    view: asker === undefined || view?.agent === asker.agent ? view : undefined,
  }));
  for (let every = LOOK_EVERY_MS; Date.now() < deadline; every = Math.min(every * 2, 2000)) {
    // A look may hang where a worker is busy; a result that comes meanwhile is not kept waiting for it.
    const ended =
      (await Promise.race([result, setTimeout(Math.min(every, deadline - Date.now()))])) ??
      (await Promise.race([result, look(client, id, asker)]));
    if (ended !== undefined) return ended.view;
  }
  return viewNow(client, id, asker);
}

/**
 * Its closed view, or that it is unknown or somebody else's; undefined while it is open. The server alone is asked
 * which: a query has the worker replay what it has not at hand, and many callers may be waiting for people.
 */
async function look(
  client: Client,
  id: string,
  asker: Asker | undefined,
): Promise<{ readonly view: RequestView | undefined } | undefined> {
  try {
    const { status, memo, typedSearchAttributes } = await client.workflow.getHandle(id).describe();
    if (!isOf(memo, asker)) return { view: undefined };
    const isMarkedClosed = typedSearchAttributes.get(SEARCH_ATTRIBUTES.status) === 'closed';
    if (status.name === 'RUNNING' && !isMarkedClosed) return undefined;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return { view: await viewNow(client, id, asker) };
}

/**
 * Undefined when there is no such request. Never settles where there is no result for another reason: the looks tell
 * why, and must not become a race without pauses.
 */
async function resultBefore(client: Client, id: string, deadline: number): Promise<RequestView | undefined> {
  const handle = client.workflow.getHandle(id);
  try {
    return await client.withDeadline(deadline + LOOK_EVERY_MS, () => handle.result());
  } catch (error) {
    if (isNotFound(error)) return undefined;
    return new Promise<never>(() => undefined);
  }
}
