import { z } from 'zod';
import { canonicalHash } from '../../domain/digest.ts';
import { defineTool, type ToolContext, type Undone } from '../define-tool.ts';
import { line } from '../plain-text.ts';
import { askStripe, stripeId } from './ask-stripe.ts';
import { type Customer, customerAnswer, customerTarget, readCustomer } from './customer.ts';

const FIELDS = ['name', 'email', 'phone', 'description'] as const;
type Field = (typeof FIELDS)[number];

const fields = z
  .strictObject({
    name: line(256).meta({ tier: 2 }).exactOptional(),
    email: z.email().max(254).meta({ tier: 3 }).exactOptional(),
    phone: z
      .string()
      .max(20)
      .regex(/^\+?[0-9 ()./-]{3,20}$/, 'Want a phone number')
      .meta({ tier: 3 })
      .exactOptional(),
    description: line(350).meta({ tier: 3 }).exactOptional(),
  })
  .refine((given) => Object.keys(given).length > 0, 'Want at least one field');

const input = z.strictObject({ customer: stripeId('cus'), fields });
type Args = z.output<typeof input>;

const output = z.strictObject({
  customer: stripeId('cus'),
  changed: z.array(z.enum(FIELDS)).max(FIELDS.length),
});

const captured = z.partialRecord(z.enum(FIELDS), z.string().nullable());
type Captured = z.output<typeof captured>;

/** Changes fields of a customer. The undo restores the old values of those fields that still hold ours. */
export const updateCustomer = defineTool({
  name: 'stripe.update_customer',
  summary: 'Change name, email, phone or description of a Stripe customer',
  title: 'Change customer',
  input,
  output,
  effect: 'write',
  reversibility: 'reversible',
  target: ({ customer }) => customerTarget(customer),
  inspect,
  preview: (args) => [
    { label: 'Customer', value: args.customer },
    ...given(args).map((field) => ({ label: `New ${field}`, value: args.fields[field] ?? '' })),
  ],
  capture: async (args, context) => pick(await readCustomer(context, args.customer), given(args)),
  execute: async ({ customer, fields: wanted }, context) => {
    await write(context, customer, wanted);
    return { customer, changed: Object.keys(wanted) };
  },
  find: async (args, context) => {
    const now = await readCustomer(context, args.customer);
    const happened = given(args).every((field) => now[field] === args.fields[field]);
    return happened ? { customer: args.customer, changed: given(args) } : undefined;
  },
  undoSentence: (args) => `The earlier ${given(args).join(', ')} of the customer is restored`,
  undo: (args, context, state) => undo(args, context, captured.parse(state.captured)),
});

function given(args: Args): Field[] {
  return FIELDS.filter((field) => args.fields[field] !== undefined);
}

function pick(customer: Customer, wanted: readonly Field[]): Captured {
  return Object.fromEntries(wanted.map((field) => [field, customer[field]]));
}

async function inspect(args: Args, context: ToolContext) {
  const now = pick(await readCustomer(context, args.customer), given(args));
  return {
    target: customerTarget(args.customer),
    fingerprint: canonicalHash(now),
    facts: given(args).map((field) => ({ label: `Present ${field}`, value: now[field] ?? 'none' })),
  };
}

function write(context: ToolContext, customer: string, values: Partial<Record<Field, string>>) {
  const call = { access: 'write', action: `change customer "${customer}"`, schema: customerAnswer } as const;
  return askStripe(context, call, (stripe, options) => stripe.customers.update(customer, values, options));
}

async function undo(args: Args, context: ToolContext, before: Captured): Promise<Undone> {
  const now = await readCustomer(context, args.customer);
  const ours = given(args).filter(
    (field) => now[field] === args.fields[field] && now[field] !== before[field],
  );
  if (ours.length === 0) return { undone: false, sentence: 'The customer holds none of the new values' };
  // Stripe clears a field by the empty string.
  await write(context, args.customer, Object.fromEntries(ours.map((field) => [field, before[field] ?? ''])));
  return { undone: true, sentence: `The earlier ${ours.join(', ')} of the customer is back` };
}
