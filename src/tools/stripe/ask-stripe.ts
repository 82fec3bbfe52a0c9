/** Stripe: the one way to call, and what ids look like. Writes carry the idempotency key, which Stripe honours for a day. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { askVendor } from '../ask-vendor.ts';
import type { ToolContext } from '../define-tool.ts';
import type { VendorCall } from '../vendor-errors.ts';

/** Calls Stripe and parses the answer. Rejects with an OutsideError only. */
export function askStripe<Answer>(
  { vendors, signal, idempotencyKey }: ToolContext,
  { schema, ...call }: Omit<VendorCall, 'provider'> & { readonly schema: z.ZodType<Answer> },
  run: (stripe: Stripe, options: { readonly idempotencyKey?: string }) => Promise<unknown>,
): Promise<Answer> {
  const options = call.access === 'write' ? { idempotencyKey } : {};
  return askVendor({ provider: 'Stripe', ...call }, { signal, schema }, async () =>
    run(vendors.stripe, options),
  );
}

/** An id of one kind of object, e.g. `stripeId('cus')`. */
export function stripeId(prefix: string) {
  return z
    .string()
    .max(80)
    .regex(new RegExp(`^${prefix}_[A-Za-z0-9_]+$`), `Want an id that starts with "${prefix}_"`);
}
