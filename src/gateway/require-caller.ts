/** Puts the authentication hook before everything else of a scope, body included. */
import type { FastifyRequest } from 'fastify';
import type { Clock, StandingOrders } from '../domain/ports.ts';
import type { Asker } from '../orchestrator/requests.ts';
import type { Authenticate, Caller } from './auth.ts';
import type { Door } from './openapi.ts';
import { refuseRevoked } from './standing.ts';

const CALLER = 'caller';

/** Reads the caller of an authenticated call. */
export type CallerOf = (request: FastifyRequest) => Caller;

/** What callers are let in by. */
export interface Admittance {
  readonly authenticate: Authenticate;
  readonly orders: StandingOrders;
  readonly clock: Clock;
}

/** Refuses unauthenticated calls in `scope`; the result reads the caller of an authenticated one. */
export function requireCaller(scope: Door, { authenticate, orders, clock }: Admittance): CallerOf {
  const callerOf: CallerOf = (request) => request.getDecorator<Caller>(CALLER);
  scope.decorateRequest<Caller | null>(CALLER, null);
  scope.addHook('onRequest', async (request) => {
    request.setDecorator<Caller>(CALLER, await authenticate(request.headers.authorization));
  });
  scope.addHook('preHandler', async (request) => {
    // A body may take half a minute to come.
    const { agent, session, token } = callerOf(request);
    await refuseRevoked({ agent: agent.id, session, token }, orders, clock());
  });
  return callerOf;
}

/** Whose requests a caller may see and stop. */
export function askerOf({ agent, session }: Caller): Asker {
  return { agent: agent.id, session };
}
