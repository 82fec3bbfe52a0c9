/** The Web API and the response URLs over HTTP, as Slack's clients expect them. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Args, type Method, type Refusal, refuse, textOf } from './api-call.ts';
import type { SlackEmulator } from './contract.ts';
import { sameSecret } from './signing.ts';

const BODY_BYTES_MAX = 1_000_000;

type Failure = Parameters<SlackEmulator['failNext']>[0];

/** Builds the server; the caller listens and closes. `methods` is the whole API: another name is `unknown_method`. */
export function webApi(parts: {
  readonly methods: Readonly<Record<string, Method>>;
  readonly takeFailure: (method: string) => Failure | undefined;
  /** The seconds after which a call that comes too soon may be made. */
  readonly tooSoon: (method: string, args: Args) => number | undefined;
  readonly respond: (key: string, args: Args) => { readonly ok: true } | Refusal;
  readonly botToken: string;
}): FastifyInstance {
  const server = Fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    },
  );
  server.setErrorHandler(async ({ statusCode = 500 }: { statusCode?: number }, _request, reply) => {
    const name = new Map([
      [400, 'invalid_json'],
      [413, 'request_too_large'],
      [415, 'invalid_post_type'],
    ]).get(statusCode);
    return reply.status(name === undefined ? 500 : 200).send(refuse(name ?? 'internal_error'));
  });
  server.route<{ Params: { method: string } }>({
    method: ['GET', 'POST'],
    url: '/api/:method',
    handler: async (request, reply) => {
      const { method } = request.params;
      const failure = parts.takeFailure(method);
      if (failure !== undefined) return fail(reply, failure);
      const args = argumentsOf(request);
      if (method === 'api.test') return { ok: true, args };
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? textOf(args, 'token');
      if (token === undefined) return refuse('not_authed');
      if (!sameSecret(token, parts.botToken)) return refuse('invalid_auth');
      const run = Object.hasOwn(parts.methods, method) ? parts.methods[method] : undefined;
      if (run === undefined) return refuse('unknown_method');
      const retryAfterSeconds = parts.tooSoon(method, args);
      return retryAfterSeconds === undefined ? run(args) : fail(reply, { status: 429, retryAfterSeconds });
    },
  });
  server.post<{ Params: { key: string } }>('/response/:key', async (request, reply) => {
    const done = parts.respond(request.params.key, argumentsOf(request));
    if (done.ok) return 'ok';
    return reply.status(done.error.endsWith('_url') ? 404 : 400).send(done);
  });
  return server;
}

function fail(
  reply: FastifyReply,
  { status, retryAfterSeconds = 1 }: Pick<Failure, 'status' | 'retryAfterSeconds'>,
): FastifyReply {
  if (status === 429) void reply.header('retry-after', String(retryAfterSeconds));
  return reply.status(status).send(refuse(status === 429 ? 'ratelimited' : 'internal_error'));
}

function argumentsOf(request: FastifyRequest): Args {
  const body = typeof request.body === 'object' ? request.body : null;
  return { ...(request.query as Args), ...(body as Args | null) };
}
