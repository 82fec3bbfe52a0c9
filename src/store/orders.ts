import type { Orders } from '../domain/orders.ts';
import type { Halts, StandingOrders } from '../domain/ports.ts';
import type { RevocationBook } from './revocations.ts';
import type { SwitchBook } from './switches.ts';

/** Where the parts of the orders are read. */
export interface OrderSources {
  readonly halts: Pick<Halts, 'active'>;
  readonly revocations: Pick<RevocationBook, 'active'>;
  readonly switches: Pick<SwitchBook, 'active'>;
}

export interface OrdersOptions {
  /** How old remembered orders may be, counted from before they were asked for; 250 unless told. */
  readonly maxAgeMs?: number;
  /** Milliseconds that only go forward; the process's own unless told. */
  readonly monotonicMs?: () => number;
}

/** Standing orders of one process. Who changes them here calls `forget`, so that the change counts at once. */
export interface RememberedOrders extends StandingOrders {
  forget(): void;
}

/**
 * Standing orders, read together and remembered for `maxAgeMs`: who asks meanwhile shares one reading. A reading that
 * failed rejects everybody who shared it, and the next to ask reads again. A halt that runs out meanwhile is left out.
 */
export function createOrders(
  sources: OrderSources,
  { maxAgeMs = 250, monotonicMs = () => performance.now() }: OrdersOptions = {},
): RememberedOrders {
  let last: { readonly askedAtMs: number; readonly orders: Promise<Orders> } | undefined;
  const current = (now: Date): Promise<Orders> => {
    const askedAtMs = monotonicMs();
    // A reading that takes longer than that is not waited for by newcomers: theirs would be too old when it comes.
    if (last !== undefined && askedAtMs - last.askedAtMs < maxAgeMs) return last.orders;
    const reading = { askedAtMs, orders: read(sources, now) };
    last = reading;
    reading.orders.catch(() => {
      if (last === reading) last = undefined;
    });
    return reading.orders;
  };
  return {
    forget: () => {
      last = undefined;
    },
    inForce: async (now) => {
      const { halts, ...rest } = await current(now);
      return { ...rest, halts: halts.filter(({ until }) => until === undefined || new Date(until) > now) };
    },
  };
}

async function read({ halts, revocations, switches }: OrderSources, now: Date): Promise<Orders> {
  const [halted, revoked, switched] = await Promise.all([
    halts.active(now),
    revocations.active(),
    switches.active(),
  ]);
  return Object.freeze({ halts: halted, revocations: revoked, switches: switched });
}
