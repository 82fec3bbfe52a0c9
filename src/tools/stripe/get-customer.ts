import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { stripeId } from './ask-stripe.ts';
import { customerTarget, readCustomer } from './customer.ts';

const input = z.strictObject({ customer: stripeId('cus') });

/** Reads the few fields of a customer that support work needs; nothing about cards or balances. */
export const getCustomer = defineTool({
  name: 'stripe.get_customer',
  summary: 'Read a Stripe customer: name, email, phone and description',
  title: 'Read customer',
  input,
  effect: 'read',
  reversibility: 'reversible',
  target: ({ customer }) => customerTarget(customer),
  preview: ({ customer }) => [{ label: 'Customer', value: customer }],
  execute: async ({ customer }, context) => {
    const { id, name, email, phone, description } = await readCustomer(context, customer);
    return { id, name, email, phone, description };
  },
});
