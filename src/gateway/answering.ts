/** How every answer leaves the door: headers, problems for refusals, one log line and the numbers. */
import type { FastifyReply } from 'fastify';
import { CountersignError, type ErrorCode } from '../domain/errors.ts';
import type { DoorMetrics } from './door-metrics.ts';
import type { Door } from './openapi.ts';
import { problemOf, refusalOf } from './problems.ts';

const HEADERS = Object.freeze({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});
/** When asking again may help. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  'too-many-open': 60,
  'turned-down-often': 300,
};
const RETRY_UNAVAILABLE_SECONDS = 5;

/** Adds the headers, the error and not-found answers, and the records. No CORS: browsers have no business here. */
export function addAnswering(door: Door, metrics: DoorMetrics): void {
  door.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...HEADERS, 'x-request-id': request.id });
  });
  door.setNotFoundHandler(async (_request, reply) => {
    const refusal = new CountersignError('not-found', 'Cannot find page: GET /openapi.json lists them all');
    metrics.refused(refusal.code);
    await sendProblem(refusal, reply);
  });
  door.setErrorHandler(async (error, request, reply) => {
    const refusal = refusalOf(error);
    metrics.refused(refusal.code);
    if (problemOf(refusal).status >= 500)
      request.log.error({ err: refusal, code: refusal.code }, 'cannot answer');
    await sendProblem(refusal, reply);
  });
  door.addHook('onResponse', async (request, reply) => {
    // The pattern, not the address: the address is a caller's text.
    const route = request.routeOptions.url ?? 'unmatched';
    const { method } = request;
    const seconds = reply.elapsedTime / 1000;
    metrics.answered({ route, method, status: reply.statusCode, seconds });
    request.log.info({ route, method, status: reply.statusCode, seconds }, 'answered');
  });
}

/** Answers with a refusal's problem and the headers that go with it. */
export function sendProblem(refusal: CountersignError, reply: FastifyReply): FastifyReply {
  const problem = problemOf(refusal);
  if (problem.status === 401) {
    reply.header('www-authenticate', 'Bearer realm="countersign", error="invalid_token"');
  }
  const retryAfter = RETRY_AFTER_SECONDS[problem.code];
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  if (problem.status === 503) reply.header('retry-after', RETRY_UNAVAILABLE_SECONDS);
  return reply.headers(HEADERS).code(problem.status).type('application/problem+json').send(problem);
}
