/** Puts the authentication hook before everything else of a scope, body included. */
import type { FastifyRequest } from 'fastify';
import type { Asker } from '../orchestrator/requests.ts';
import type { Authenticate, Caller } from './auth.ts';
import type { Door } from './openapi.ts';

const CALLER = 'caller';

/** Reads the caller of an authenticated call. */
export type CallerOf = (request: FastifyRequest) => Caller;

/** Refuses unauthenticated calls in `scope`; the result reads the caller of an authenticated one. */
export function requireCaller(scope: Door, authenticate: Authenticate): CallerOf {
  scope.decorateRequest<Caller | null>(CALLER, null);
  scope.addHook('onRequest', async (request) => {
    request.setDecorator<Caller>(CALLER, await authenticate(request.headers.authorization));
  });
  return (request) => request.getDecorator<Caller>(CALLER);
}

/** Whose requests a caller may see and stop. */
export function askerOf({ agent, session }: Caller): Asker {
  return { agent: agent.id, session };
}
