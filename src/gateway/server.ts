/**
 * The gateway: the agents' door over HTTP.
 *
 * It promises that nothing unauthenticated, revoked, unbounded or unparsed reaches the orchestrator, that a session
 * sees and stops its own requests only, that a canary stops its sender, and that every refusal is a problem with a stable code. It refuses to judge, to wait
 * longer than asked, and to show causes of errors. Called by `main/`; it speaks to nothing but the ports it is given.
 */
import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { ApprovalSettingsReader } from '../domain/approval-settings.ts';
import type { OpenAsks } from '../domain/open-asks.ts';
import type { Judgement } from '../domain/plan.ts';
import type { AccessBook, Clock, Directory, Sessions, StandingOrders } from '../domain/ports.ts';
import type { NewRequest, Requests } from '../orchestrator/requests.ts';
import { addAnswerRoute } from './answer-routes.ts';
import { addAnswering, sendProblem } from './answering.ts';
import type { Authenticate } from './auth.ts';
import { type CanaryWatch, watchForCanaries } from './canary-watch.ts';
import { createDemand } from './demand.ts';
import { createDoorMetrics, type DoorMetrics } from './door-metrics.ts';
import { readJsonOnly } from './json-body.ts';
import { addOpenApi, checkWithZod, type Door } from './openapi.ts';
import { addOperationRoutes } from './operation-routes.ts';
import { createOutcomeWait } from './outcome-wait.ts';
import type { ToolCatalogue } from './parse-ask.ts';
import { refusalOf } from './problems.ts';
import type { Links } from './request-answer.ts';
import { addRequestRoutes } from './request-routes.ts';
import { requireCaller } from './require-caller.ts';
import { addSessionRoutes } from './session-routes.ts';
import { addToolRoutes, type MayAsk } from './tool-routes.ts';

/** Bytes of a body. */
export const BODY_BYTES_MAX = 262_144;
const CONNECTIONS_MAX = 10_000;
const RECEIVE_TIMEOUT_MS = 30_000;

/**
 * Everything the door stands on. `judge` is for dry runs; `ready` defaults to asking the orchestrator. `orders`
 * are the authenticator's too: credentials may be revoked while a call waits.
 */
export interface GatewayParts extends Omit<CanaryWatch, 'clock'> {
  readonly requests: Requests;
  readonly registry: ToolCatalogue;
  readonly authenticate: Authenticate;
  readonly judge: (ask: NewRequest) => Promise<Judgement>;
  readonly mayAsk: MayAsk;
  readonly orders: StandingOrders;
  readonly sessions: Sessions;
  readonly access: Pick<AccessBook, 'list'>;
  readonly directory: Pick<Directory, 'person'>;
  readonly openAsks: OpenAsks;
  readonly approvalSettings: ApprovalSettingsReader;
  readonly links: Links;
  readonly version: string;
  readonly logger?: FastifyBaseLogger;
  readonly metrics?: Registry;
  readonly clock?: Clock;
  readonly ready?: () => Promise<void>;
}

/** Builds the door; it listens nowhere until `listenGateway`. Closing it ends every wait at once. */
export async function createGateway(parts: GatewayParts): Promise<FastifyInstance> {
  const { requests, version } = parts;
  const metrics = createDoorMetrics(parts.metrics);
  const door = newDoor(parts.logger);
  readJsonOnly(door);
  checkWithZod(door);
  addAnswering(door, metrics);
  await addOpenApi(door, version);
  addOperationRoutes(door, { ready: parts.ready ?? (() => requests.ready()), metrics, version });
  await door.register((agents, _options, done) => {
    addAgentRoutes(agents.withTypeProvider<ZodTypeProvider>(), parts, metrics);
    done();
  });
  await door.ready();
  door.server.maxConnections = CONNECTIONS_MAX;
  return door as unknown as FastifyInstance;
}

function newDoor(logger: FastifyBaseLogger | undefined): Door {
  return Fastify({
    ...(logger === undefined ? {} : { loggerInstance: redacting(logger) }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    // One line of ours a call instead: addresses may hold a caller's text, route patterns do not.
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    frameworkErrors: (error, _request, reply) =>
      sendProblem(refusalOf(error), reply as unknown as FastifyReply),
  }).withTypeProvider<ZodTypeProvider>();
}

function redacting(logger: FastifyBaseLogger): FastifyBaseLogger {
  const paths = ['authorization', '*.authorization', '*.headers.authorization'];
  return logger.child({ room: 'gateway' }, { redact: { paths, censor: '[redacted]' } });
}

/** In a scope of its own: every route in it is behind the authentication hook, whatever its address. */
function addAgentRoutes(agents: Door, parts: GatewayParts, metrics: DoorMetrics): void {
  const { requests, clock = () => new Date() } = parts;
  const closing = new AbortController();
  agents.addHook('preClose', async () => closing.abort());
  const callerOf = requireCaller(agents, { ...parts, clock });
  watchForCanaries(agents, { ...parts, callerOf, clock });
  const waitForOutcome = createOutcomeWait(requests, closing.signal);
  const demand = createDemand({
    ...parts,
    clock,
    ...(parts.logger === undefined ? {} : { log: parts.logger }),
  });
  addRequestRoutes(agents, { ...parts, callerOf, waitForOutcome, metrics, clock, demand });
  addAnswerRoute(agents, { ...parts, callerOf });
  addToolRoutes(agents, { ...parts, callerOf });
  addSessionRoutes(agents, { ...parts, callerOf, clock });
}
