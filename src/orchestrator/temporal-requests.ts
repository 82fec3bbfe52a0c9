/** The `Requests` of `requests.ts` on a Temporal client. */
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import {
  AMENDMENT_SIGNAL,
  DECISION_SIGNAL,
  QUESTION_SIGNAL,
  REQUEST_WORKFLOW,
  SEARCH_ATTRIBUTES,
} from '../../workflows/messages.ts';
import type { HandedAmendment } from '../domain/amendment.ts';
import type { Ask } from '../domain/ask.ts';
import { askDigest, canonicalHash } from '../domain/digest.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Clock, SealSigner } from '../domain/ports.ts';
import type { RequestInput, RequestSettings } from '../domain/request.ts';
import { answerQuestion } from './answer-question.ts';
import { isNotFound, sortClientError } from './client-errors.ts';
import { isRequestId, type MakeRequestId, requestIds, takesDecisions } from './request-id.ts';
import type { Asker, NewRequest, Requests } from './requests.ts';
import { listRequests } from './search.ts';
import { timelineOf } from './timeline.ts';
import { asksNow, settledView, viewNow } from './views.ts';

export interface OrchestratorDeps {
  readonly client: Client;
  readonly workflowQueue: string;
  readonly settings: RequestSettings;
  readonly seals: SealSigner;
  readonly clock: Clock;
  /** The installation's secret that request ids are made with; null where this process starts none. Empty is refused. */
  readonly idSecret: string | Uint8Array | null;
  /** Start eagerly: only where client and workflow worker share a process and a connection. */
  readonly eager: boolean;
  /** What operators read beside the workflow: the tool's policy scope, never customer text. */
  readonly scopeOf: (ask: Ask) => string;
}

/** How long a call to Temporal may take before the caller is told that nothing is known. */
const CALL_AT_MOST_MS = 10_000;

export function createRequests(deps: OrchestratorDeps): Requests {
  const { client } = deps;
  const idOf = deps.idSecret === null ? noIds : requestIds(deps.idSecret);
  const bounded = <T>(call: () => Promise<T>, waitMs = 0) =>
    client.withDeadline(Date.now() + waitMs + CALL_AT_MOST_MS, call).catch((error: unknown) => {
      throw sortClientError(error);
    });
  return {
    start: (ask) => bounded(() => start(ask, { ...deps, idOf })),
    idOf,
    view: async (id, asker) => (isRequestId(id) ? bounded(() => viewNow(client, id, asker)) : undefined),
    settled: async (id, waitMs, asker) =>
      isRequestId(id) ? bounded(() => settledView(client, id, waitMs, asker), waitMs) : undefined,
    cancel: (id, asker) => bounded(() => cancel(id, client, asker)),
    list: (filter) => bounded(() => listRequests(client, filter)),
    decide: (id, jws) => bounded(() => hand(id, { signal: DECISION_SIGNAL, what: jws }, client)),
    amend: (id, amendment) => bounded(() => hand(id, { signal: AMENDMENT_SIGNAL, what: amendment }, client)),
    asks: async (id) => (isRequestId(id) ? bounded(() => asksNow(client, id)) : undefined),
    question: (id, jws) => bounded(() => hand(id, { signal: QUESTION_SIGNAL, what: jws }, client)),
    answer: (id, answer, asker) => bounded(() => answerQuestion(client, id, answer, asker)),
    timeline: async (id) => (isRequestId(id) ? bounded(() => timelineOf(client, id)) : []),
    ready: async () => {
      await bounded(() => client.workflowService.getSystemInfo({}));
    },
  };
}

function noIds(): never {
  throw new CountersignError('internal', 'Cannot start request: this process has no secret for ids');
}

type StartDeps = OrchestratorDeps & { readonly idOf: MakeRequestId };

async function start(ask: NewRequest, deps: StartDeps) {
  const { client, eager, workflowQueue, scopeOf } = deps;
  const input = await sealed(ask, deps);
  const body = bodyHash(ask);
  const tools = [...new Set(ask.steps.map(({ tool }) => tool))];
  const first = ask.steps[0];
  const more = ask.steps.length > 1 ? ` and ${ask.steps.length - 1} more` : '';
  try {
    await client.workflow.start(REQUEST_WORKFLOW, {
      workflowId: input.id,
      taskQueue: workflowQueue,
      args: [input],
      requestEagerStart: eager,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      memo: { agent: ask.agent, body, ...(ask.session === undefined ? {} : { session: ask.session }) },
      staticSummary:
        first === undefined ? ask.agent : `${ask.agent}: ${first.tool} on ${scopeOf(first)}${more}`,
      typedSearchAttributes: [
        { key: SEARCH_ATTRIBUTES.agent, value: ask.agent },
        { key: SEARCH_ATTRIBUTES.tools, value: tools },
        { key: SEARCH_ATTRIBUTES.status, value: 'running' },
      ],
    });
    return { id: input.id, created: true };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await refuseOtherBody(input.id, body, client);
    return { id: input.id, created: false };
  }
}

async function sealed(ask: NewRequest, { seals, settings, clock, idOf }: StartDeps): Promise<RequestInput> {
  const { key, token = null, ...asked } = ask;
  const id = idOf(ask.agent, key);
  const receivedAt = clock().toISOString();
  const seal = await seals.sign({
    request: id,
    agent: ask.agent,
    onBehalfOf: ask.onBehalfOf ?? null,
    confidence: ask.confidence ?? null,
    asks: ask.steps.map(askDigest),
    receivedAt,
    session: ask.session ?? null,
    token,
    requestedBy: ask.requestedBy ?? null,
  });
  return { ...asked, id, receivedAt, seal, settings };
}

function bodyHash({ key: _, token: __, ...asked }: NewRequest): string {
  return canonicalHash(asked);
}

async function refuseOtherBody(id: string, body: string, client: Client): Promise<void> {
  const { memo } = await client.workflow.getHandle(id).describe();
  if (memo?.body === body) return;
  throw new CountersignError(
    'key-reused',
    'Cannot start request: this idempotency key came with another body or session before',
  );
}

async function cancel(id: string, client: Client, asker: Asker | undefined): Promise<void> {
  const view = isRequestId(id) ? await viewNow(client, id, asker) : undefined;
  if (view === undefined) throw new CountersignError('not-found', `Cannot cancel "${id}": no such request`);
  if (view.status === 'closed') {
    throw new CountersignError('already-closed', `Cannot cancel "${id}": it is closed as "${view.outcome}"`);
  }
  try {
    await client.workflow.getHandle(id).cancel();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CountersignError('already-closed', `Cannot cancel "${id}": it closed just now`);
  }
}

/** Hands something signed to a request's workflow; durable once it resolves to `recorded`. */
async function hand(
  id: string,
  { signal, what }: { readonly signal: string; readonly what: string | HandedAmendment },
  client: Client,
): Promise<'recorded' | 'closed' | 'unknown'> {
  if (!takesDecisions(id)) return 'unknown';
  try {
    await client.workflow.getHandle(id).signal(signal, what);
    return 'recorded';
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return (await viewNow(client, id)) === undefined ? 'unknown' : 'closed';
  }
}
