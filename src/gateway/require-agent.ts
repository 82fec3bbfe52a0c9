/** Puts the authentication hook before everything else of a scope, body included. */
import type { FastifyRequest } from 'fastify';
import type { Agent } from '../domain/people.ts';
import type { Authenticate } from './auth.ts';
import type { Door } from './openapi.ts';

const AGENT = 'agent';

/** Refuses unauthenticated calls in `scope`; the result reads the agent of an authenticated one. */
export function requireAgent(scope: Door, authenticate: Authenticate): (request: FastifyRequest) => Agent {
  scope.decorateRequest<Agent | null>(AGENT, null);
  scope.addHook('onRequest', async (request) => {
    request.setDecorator<Agent>(AGENT, await authenticate(request.headers.authorization));
  });
  return (request) => request.getDecorator<Agent>(AGENT);
}
