/** The agents' calls about requests: ask, read, cancel, list, dry run. Each acts for the authenticated agent only. */
import type { FastifyReply } from 'fastify';
import { CountersignError } from '../domain/errors.ts';
import type { Judgement } from '../domain/plan.ts';
import type { Clock, Directory, StandingOrders } from '../domain/ports.ts';
import type { Asker, NewRequest, Requests } from '../orchestrator/requests.ts';
import {
  askHeadersSchema,
  askSchema,
  emptySchema,
  idSchema,
  listSchema,
  waitHeadersSchema,
} from './ask.schema.ts';
import type { Caller } from './auth.ts';
import type { Demand } from './demand.ts';
import type { DoorMetrics } from './door-metrics.ts';
import { dryRun } from './dry-run.ts';
import { answers, type Door } from './openapi.ts';
import type { WaitForOutcome } from './outcome-wait.ts';
import { parseAsk, type ToolCatalogue } from './parse-ask.ts';
import { parsePrefer, type Wait } from './prefer.ts';
import { asAnswered, type Links, type RequestAnswer } from './request-answer.ts';
import { askerOf, type CallerOf } from './require-caller.ts';
import { refuseRevoked } from './standing.ts';
import { dryRunSchema, requestListSchema, requestViewSchema } from './view.schema.ts';

/** What the request routes stand on. */
export interface RequestRoutes {
  readonly requests: Requests;
  readonly registry: ToolCatalogue;
  readonly directory: Pick<Directory, 'person'>;
  readonly judge: (ask: NewRequest) => Promise<Judgement>;
  readonly callerOf: CallerOf;
  readonly orders: StandingOrders;
  readonly waitForOutcome: WaitForOutcome;
  readonly demand: Demand;
  readonly links: Links;
  readonly metrics: DoorMetrics;
  readonly clock: Clock;
}

const RETRY_RUNNING_SECONDS = 1;
const RETRY_WAITING_SECONDS = 10;

/** Adds the routes to the door. */
export function addRequestRoutes(door: Door, parts: RequestRoutes): void {
  addAsk(door, parts);
  addRead(door, parts);
  addCancel(door, parts);
  addList(door, parts);
  addDryRun(door, parts);
}

function addAsk(door: Door, parts: RequestRoutes): void {
  const schema = {
    summary: 'Ask for something to be done',
    headers: askHeadersSchema,
    body: askSchema,
    response: answers({
      200: [requestViewSchema, 'Closed'],
      202: [
        requestViewSchema,
        'Open: still running or waiting. With `Countersign-Joined`: the same was asked before and waits for people already',
      ],
    }),
  };
  door.post('/v1/requests', { schema }, async (request, reply) => {
    const caller = parts.callerOf(request);
    const key = request.headers['idempotency-key'];
    const ask = await parseAsk(request.body, { ...parts, caller, key });
    const { id, isRepeat, joined } = await parts.demand.startOrJoin(ask, () => parts.requests.start(ask));
    // Set before waiting: even an answer that fails later tells the caller where its request is.
    reply.header('location', parts.links.selfUrl(id));
    if (isRepeat) reply.header('idempotency-replayed', 'true');
    if (joined) reply.header('countersign-joined', id);
    // It is this session's: the session is part of the body that a key stands for. Asking again would cost a call.
    const asker = { agent: caller.agent.id };
    const wait = parsePrefer(request.headers.prefer);
    return await answerWhenSettled({ id, caller, asker, reply, wait }, parts);
  });
}

function addRead(door: Door, parts: RequestRoutes): void {
  const schema = {
    summary: 'Read a request',
    headers: waitHeadersSchema,
    params: idSchema,
    response: answers({
      200: [requestViewSchema, 'Closed'],
      202: [requestViewSchema, 'Open: still running or waiting'],
    }),
  };
  door.get('/v1/requests/:id', { schema }, async (request, reply) => {
    const caller = parts.callerOf(request);
    const wait = parsePrefer(request.headers.prefer);
    return await answerWhenSettled(
      { id: request.params.id, caller, asker: askerOf(caller), reply, wait },
      parts,
    );
  });
}

function addCancel(door: Door, parts: RequestRoutes): void {
  const schema = {
    summary: 'Ask an open request to stop; what ran is undone',
    headers: waitHeadersSchema,
    params: idSchema,
    body: emptySchema,
    response: answers({ 200: [requestViewSchema, 'Closed'], 202: [requestViewSchema, 'Stopping'] }),
  };
  door.post('/v1/requests/:id/cancel', { schema }, async (request, reply) => {
    const caller = parts.callerOf(request);
    const asker = askerOf(caller);
    const { id } = request.params;
    const view = await parts.requests.view(id, asker);
    if (view === undefined) throw notFound();
    await parts.requests.cancel(id, asker);
    const wait = parsePrefer(request.headers.prefer);
    return await answerWhenSettled({ id, caller, asker, reply, wait }, parts);
  });
}

function addList(door: Door, parts: RequestRoutes): void {
  const schema = {
    summary: 'List your requests, newest first',
    querystring: listSchema,
    response: answers({ 200: [requestListSchema, 'Your requests'] }),
  };
  door.get('/v1/requests', { schema }, async (request) => {
    const { status, limit } = request.query;
    const asker = askerOf(parts.callerOf(request));
    const found = await parts.requests.list({ asker, limit, ...(status === undefined ? {} : { status }) });
    return { requests: found.filter(({ agent }) => agent === asker.agent) };
  });
}

function addDryRun(door: Door, parts: RequestRoutes): void {
  const schema = {
    summary: 'See what policy would say, without running or recording anything',
    headers: askHeadersSchema,
    body: askSchema,
    response: answers({ 200: [dryRunSchema, 'What would happen'] }),
  };
  // Fastify reads "::" as a literal colon.
  door.post('/v1/requests::dryRun', { schema }, async (request) => {
    const ask = await parseAsk(request.body, { ...parts, caller: parts.callerOf(request) });
    return dryRun(ask, await parts.judge(ask), parts.clock());
  });
}

interface Waiting {
  readonly id: string;
  readonly caller: Caller;
  readonly asker: Asker;
  readonly reply: FastifyReply;
  readonly wait: Wait;
}

async function answerWhenSettled(
  { id, caller: { agent, session, token }, asker, reply, wait }: Waiting,
  { waitForOutcome, links, metrics, orders, clock, demand }: RequestRoutes,
): Promise<RequestAnswer> {
  const view = await waitForOutcome({ id, waitMs: wait.waitMs, asker });
  // Half a minute may have passed since the call was let in.
  await refuseRevoked({ agent: agent.id, session, token }, orders, clock());
  // Belt and braces: the orchestrator filters by agent as well.
  if (view === undefined || view.agent !== asker.agent) throw notFound();
  if (wait.applied !== undefined) reply.header('preference-applied', wait.applied);
  if (view.status !== 'closed') {
    reply
      .code(202)
      .header('retry-after', view.status === 'waiting' ? RETRY_WAITING_SECONDS : RETRY_RUNNING_SECONDS);
  }
  await demand.seen(view);
  metrics.told(view);
  return asAnswered(view, links);
}

function notFound(): CountersignError {
  return new CountersignError('not-found', 'Cannot find request: no request of yours has this id');
}
