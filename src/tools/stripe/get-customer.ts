import { z } from 'zod';
import { bare, strictest, type Tier } from '../data-tiers.ts';
import { defineTool } from '../define-tool.ts';
import { stripeId } from './ask-stripe.ts';
import { customerTarget, readCustomer } from './customer.ts';

const FIELDS = ['name', 'email', 'phone', 'description'] as const;
type Field = (typeof FIELDS)[number];

const input = z.strictObject({
  customer: stripeId('cus'),
  fields: z
    .array(z.enum(FIELDS))
    .min(1)
    .max(FIELDS.length)
    .exactOptional()
    .describe('The fields that are needed; without it, whatever this agent is cleared for'),
});
type Args = z.output<typeof input>;

// Longer values than Stripe keeps are not its own; they are left out of results.
const text = z.string().max(512).nullable();

const output = z.strictObject({
  id: stripeId('cus'),
  name: text.meta({ tier: 2 }).exactOptional(),
  email: text.meta({ tier: 3 }).exactOptional(),
  phone: text.meta({ tier: 3 }).exactOptional(),
  description: text.meta({ tier: 3 }).exactOptional(),
});

/** The tier of the mildest view that is of any use: who it is. */
const MILDEST: Tier = 2;

/**
 * Reads the few fields of a customer that support work needs; nothing about cards or balances. Asking for a field by
 * name is asking for its tier; without names the result holds what the agent is cleared for.
 */
export const getCustomer = defineTool({
  name: 'stripe.get_customer',
  summary: 'Read a Stripe customer: name, email, phone and description, or only the fields you name',
  title: 'Read customer',
  input,
  output,
  effect: 'read',
  reversibility: 'reversible',
  target: ({ customer, fields }) => ({ ...customerTarget(customer), tier: tierOf(fields) }),
  preview: ({ customer, fields }) => [
    { label: 'Customer', value: customer },
    { label: 'Fields', value: fields === undefined ? 'as far as cleared' : named(fields).join(', ') },
  ],
  execute: async ({ customer, fields = FIELDS }, context) => {
    const found = await readCustomer(context, customer);
    return { id: found.id, ...Object.fromEntries(named(fields).map((field) => [field, found[field]])) };
  },
});

/** In the order of the schema, each once. */
function named(fields: readonly Field[]): readonly Field[] {
  return FIELDS.filter((field) => fields.includes(field));
}

function tierOf(fields: Args['fields'] = []): Tier {
  return fields.reduce<Tier>((most, field) => strictest(most, bare(output.shape[field]).tier), MILDEST);
}
