/** Standing orders and declared sessions as a door sees them, in memory; each can be made to fail. */
import { isDeepStrictEqual } from 'node:util';
import type { Revocation } from '../../src/domain/orders.ts';
import type { Sessions, StandingOrders } from '../../src/domain/ports.ts';
import type { Session } from '../../src/domain/session.ts';

export interface BookInMemory extends StandingOrders {
  readonly revoked: readonly Revocation[];
  /** How often it was asked what is in force. */
  looks(): number;
  add(revocation: Revocation): Promise<void>;
  failWith(error: Error | undefined): void;
}

export function bookInMemory(): BookInMemory {
  const revoked: Revocation[] = [];
  let looks = 0;
  let failure: Error | undefined;
  const check = async () => {
    if (failure !== undefined) throw failure;
  };
  return {
    revoked,
    looks: () => looks,
    failWith: (error) => {
      failure = error;
    },
    add: async (revocation) => {
      await check();
      revoked.push(revocation);
    },
    inForce: async () => {
      looks += 1;
      await check();
      return { halts: [], switches: [], revocations: [...revoked] };
    },
  };
}

/** Puts an end to a token, a session or an agent. */
export function revoking(kind: Revocation['kind'], subject: string): Revocation {
  return { kind, subject, reason: 'a test', by: 'alice', at: '2026-11-21T09:00:00.000Z' };
}

export interface SessionsInMemory extends Sessions {
  failWith(error: Error | undefined): void;
}

export function sessionsInMemory(): SessionsInMemory {
  const known = new Map<string, Session>();
  let failure: Error | undefined;
  return {
    failWith: (error) => {
      failure = error;
    },
    async find(id) {
      if (failure !== undefined) throw failure;
      return known.get(id);
    },
    async declare(session) {
      if (failure !== undefined) throw failure;
      const { id, agent, task } = session;
      const before = known.get(id);
      if (before === undefined) known.set(id, session);
      return before === undefined || (before.agent === agent && isDeepStrictEqual(before.task, task));
    },
  };
}
