/** A Stripe customer: whose data is personal, tier 3. */
import { z } from 'zod';
import type { Target } from '../../domain/ask.ts';
import { OutsideError } from '../../domain/retry.ts';
import type { ToolContext } from '../define-tool.ts';
import { askStripe } from './ask-stripe.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);

export const customerAnswer = z.object({
  object: z.literal('customer'),
  id: z.string(),
  deleted: z.boolean().optional(),
  name: text,
  email: text,
  phone: text,
  description: text,
});

export type Customer = z.output<typeof customerAnswer>;

export function customerTarget(customer: string): Target {
  return {
    kind: 'customer',
    id: `stripe:customer/${customer}`,
    label: `customer ${customer}`,
    scope: 'stripe/customers',
    tier: 3,
    traits: ['personal-data'],
  };
}

/** Rejects as final when the customer is unknown or deleted. */
export async function readCustomer(context: ToolContext, customer: string): Promise<Customer> {
  const call = { access: 'read', action: `read customer "${customer}"`, schema: customerAnswer } as const;
  const found = await askStripe(context, call, (stripe) => stripe.customers.retrieve(customer));
  if (found.deleted === true)
    throw new OutsideError('final', `Cannot read customer "${customer}": it was deleted`);
  return found;
}
