/** Looks at everything an agent sends, and stops the session of one that sends a canary. */
import type { FastifyBaseLogger } from 'fastify';
import { CountersignError } from '../domain/errors.ts';
import type { Revocation } from '../domain/orders.ts';
import type { Clock } from '../domain/ports.ts';
import type { Caller } from './auth.ts';
import { type Canaries, textsIn } from './canary.ts';
import type { Door } from './openapi.ts';
import type { CallerOf } from './require-caller.ts';

/** What the watch stands on. `security` is written to without the value that was found. */
export interface CanaryWatch {
  readonly canaries: Canaries;
  readonly revocations: { add(revocation: Revocation): Promise<void> };
  readonly security: Pick<FastifyBaseLogger, 'warn' | 'error'>;
  readonly clock: Clock;
}

/**
 * Has every body of `scope`, the address and the idempotency key looked at before their schemas are: what is refused
 * for its form has shown its source all the same. All of it is bounded by then.
 */
export function watchForCanaries(scope: Door, parts: CanaryWatch & { readonly callerOf: CallerOf }): void {
  scope.addHook('preValidation', async (request) => {
    const { body, params, query, headers } = request;
    const canary = parts.canaries.find(textsIn([body, params, query, headers['idempotency-key']]));
    if (canary !== undefined) await tripCanary(canary, parts.callerOf(request), parts);
  });
}

/**
 * Revokes the caller's session, or the agent where the token names none, and always rejects: with `canary-tripped` when
 * the revocation stands, with `unavailable` when it could not be written down.
 */
export async function tripCanary(
  canary: string,
  { agent, session }: Caller,
  { revocations, security, clock }: Omit<CanaryWatch, 'canaries'>,
): Promise<never> {
  const kind = session === null ? 'agent' : 'session';
  const facts = { canary, agent: agent.id, session, revoked: kind };
  try {
    await revocations.add({
      kind,
      subject: session ?? agent.id,
      reason: `Canary "${canary}" turned up in what it asked`,
      by: 'canary',
      at: clock().toISOString(),
    });
  } catch (cause) {
    security.error({ ...facts, err: cause }, 'canary tripped, but its sender could not be stopped');
    throw new CountersignError('unavailable', 'Cannot accept requests: orders cannot be written', { cause });
  }
  security.warn(facts, 'canary tripped');
  throw new CountersignError('canary-tripped', `Cannot accept requests: this ${kind} was stopped`);
}
