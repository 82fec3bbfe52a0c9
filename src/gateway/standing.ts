/** Whether somebody's credentials still count. */
import { CountersignError } from '../domain/errors.ts';
import { type Credentials, revocationFor } from '../domain/orders.ts';
import type { StandingOrders } from '../domain/ports.ts';

/** Rejects with `revoked`, or with `unavailable` where orders cannot be read: these may be among the revoked ones. */
export async function refuseRevoked(
  credentials: Credentials,
  orders: StandingOrders,
  now: Date,
): Promise<void> {
  const { revocations } = await orders.inForce(now).catch((cause: unknown) => {
    throw new CountersignError('unavailable', 'Cannot authenticate: standing orders cannot be read', {
      cause,
    });
  });
  const revoked = revocationFor(revocations, credentials);
  if (revoked === undefined) return;
  throw new CountersignError('revoked', `Cannot accept requests: this ${revoked.kind} is revoked`);
}
