/** The Web API and the response URLs over HTTP, as Slack's clients expect them. Loopback only. */
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Args, type Method, refuse, textOf } from './api-call.ts';
import type { Failures } from './failures.ts';
import type { ResponseUrls } from './response-urls.ts';
import { sameSecret } from './signing.ts';

const BODY_BYTES_MAX = 1_000_000;

/** Builds the server; the caller listens and closes. `methods` is the whole API: another name is `unknown_method`. */
export function webApi(parts: {
  readonly methods: Readonly<Record<string, Method>>;
  readonly failures: Failures;
  readonly responseUrls: ResponseUrls;
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
  server.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const names: Readonly<Record<number, string>> = {
      400: 'invalid_json',
      413: 'request_too_large',
      415: 'invalid_post_type',
    };
    return reply.status(status < 500 ? 200 : 500).send(refuse(names[status] ?? 'internal_error'));
  });

  server.route<{ Params: { method: string } }>({
    method: ['GET', 'POST'],
    url: '/api/:method',
    handler: async (request, reply) => {
      const { method } = request.params;
      const failure = parts.failures.take(method);
      if (failure !== undefined) return fail(reply, failure);
      const args = argumentsOf(request);
      if (method === 'api.test') return { ok: true, args };
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? textOf(args, 'token');
      if (token === undefined) return refuse('not_authed');
      if (!sameSecret(token, parts.botToken)) return refuse('invalid_auth');
      const run = Object.hasOwn(parts.methods, method) ? parts.methods[method] : undefined;
      return run === undefined ? refuse('unknown_method') : run(args);
    },
  });

  server.post<{ Params: { key: string } }>('/response/:key', async (request, reply) => {
    const done = parts.responseUrls.use(request.params.key, argumentsOf(request));
    if (done.ok) return 'ok';
    return reply.status(done.error.endsWith('_url') ? 404 : 400).send(done);
  });
  return server;
}

function fail(
  reply: FastifyReply,
  failure: { readonly status: number; readonly retryAfterSeconds?: number },
): FastifyReply {
  if (failure.status === 429) void reply.header('retry-after', String(failure.retryAfterSeconds ?? 1));
  return reply.status(failure.status).send(refuse(failure.status === 429 ? 'ratelimited' : 'internal_error'));
}

function argumentsOf(request: FastifyRequest): Args {
  const body = typeof request.body === 'object' ? request.body : null;
  return { ...(request.query as Args), ...(body as Args | null) };
}
