import { z } from 'zod';
import { canonicalHash } from '../../domain/digest.ts';
import { OutsideError } from '../../domain/retry.ts';
import { defineTool, type ToolContext } from '../define-tool.ts';
import { clipped } from '../plain-text.ts';
import { askStripe, stripeId } from './ask-stripe.ts';

/** 999,999.99 in a currency with cents: Stripe's own largest amount. */
export const AMOUNT_CENTS_MAX = 99_999_999;
const STATUS_CHARS_MAX = 40;
const CURRENCY_CHARS_MAX = 10;
/** Refunds of one payment that are looked through for ours. */
const REFUNDS_SEARCHED_MAX = 100;

const input = z.strictObject({
  payment: stripeId('pi'),
  amountCents: z
    .int()
    .min(1)
    .max(AMOUNT_CENTS_MAX)
    .describe("Amount in the smallest unit of the payment's currency"),
  reason: z
    .enum(['duplicate', 'fraudulent', 'requested_by_customer'])
    .meta({ policyFact: true })
    .exactOptional(),
});
type Args = z.output<typeof input>;

const output = z.strictObject({
  refund: stripeId('re'),
  amountCents: z.int().min(0).max(AMOUNT_CENTS_MAX),
  currency: z.string().max(CURRENCY_CHARS_MAX),
  status: z.string().max(STATUS_CHARS_MAX).nullable(),
});

const paymentAnswer = z.object({
  object: z.literal('payment_intent'),
  id: z.string(),
  status: clipped(STATUS_CHARS_MAX),
  currency: clipped(CURRENCY_CHARS_MAX),
  customer: z.string().nullable(),
  amount_received: z.number(),
  latest_charge: z.object({ id: z.string(), amount_refunded: z.number(), disputed: z.boolean() }).nullable(),
});

const refundAnswer = z.object({
  object: z.literal('refund'),
  id: z.string(),
  amount: z.number(),
  currency: clipped(CURRENCY_CHARS_MAX),
  status: clipped(STATUS_CHARS_MAX).nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
});

/** Pays money back. It cannot be taken back: a new charge would need the customer. */
export const refundPayment = defineTool({
  name: 'stripe.refund_payment',
  summary: 'Refund a Stripe payment, in full or in part',
  title: 'Refund payment',
  input,
  output,
  effect: 'money',
  reversibility: 'irreversible',
  target,
  amountCents: ({ amountCents }) => amountCents,
  inspect,
  preview: ({ payment, amountCents, reason }) => [
    { label: 'Payment', value: payment },
    { label: 'Refund', value: inUnits(amountCents) },
    ...(reason === undefined
      ? []
      : [{ label: 'Reason given to Stripe', value: reason.replaceAll('_', ' ') }]),
  ],
  execute,
  find,
});

function target({ payment }: Args) {
  return {
    kind: 'payment',
    id: `stripe:payment/${payment}`,
    label: `payment ${payment}`,
    scope: 'stripe/payments',
    tier: 3,
    traits: [],
  } as const;
}

async function inspect(args: Args, context: ToolContext) {
  const call = {
    access: 'read',
    action: `look at payment "${args.payment}"`,
    schema: paymentAnswer,
  } as const;
  const { id, status, currency, customer, amount_received, latest_charge } = await askStripe(
    context,
    call,
    (stripe) => stripe.paymentIntents.retrieve(args.payment, { expand: ['latest_charge'] }),
  );
  const { id: charge = null, amount_refunded: refunded = 0, disputed = false } = latest_charge ?? {};
  const general = target(args);
  return {
    target: charge === null ? general : { ...general, id: `${general.id}@${charge}` },
    fingerprint: canonicalHash({ id, status, charge, received: amount_received, refunded, disputed }),
    facts: [
      { label: 'Paid', value: inUnits(amount_received, currency) },
      { label: 'Refunded before', value: inUnits(refunded, currency) },
      { label: 'Customer', value: customer ?? 'none' },
      { label: 'Payment state', value: disputed ? `${status}, disputed` : status },
    ],
  };
}

async function execute({ payment, amountCents, reason }: Args, context: ToolContext) {
  const call = { access: 'write', action: `refund payment "${payment}"`, schema: refundAnswer } as const;
  const refund = await askStripe(context, call, (stripe, options) =>
    stripe.refunds.create(
      {
        payment_intent: payment,
        amount: amountCents,
        metadata: { countersign: context.idempotencyKey },
        ...(reason === undefined ? {} : { reason }),
      },
      options,
    ),
  );
  if (hasFailed(refund))
    throw new OutsideError('final', `Cannot refund payment "${payment}": Stripe made it "${refund.status}"`);
  return resultOf(refund);
}

const listAnswer = z.object({ object: z.literal('list'), data: z.array(refundAnswer) });

async function find({ payment }: Args, context: ToolContext) {
  const call = { access: 'read', action: `look for the refund of "${payment}"`, schema: listAnswer } as const;
  const { data } = await askStripe(context, call, (stripe) =>
    stripe.refunds.list({ payment_intent: payment, limit: REFUNDS_SEARCHED_MAX }),
  );
  const ours = data.find(
    (refund) => refund.metadata?.countersign === context.idempotencyKey && !hasFailed(refund),
  );
  return ours && resultOf(ours);
}

function hasFailed({ status }: { readonly status: string | null }): boolean {
  return status === 'failed' || status === 'canceled';
}

function resultOf({ id, amount, currency, status }: z.output<typeof refundAnswer>) {
  return { refund: id, amountCents: amount, currency, status };
}

/** For eyes: `420.00 EUR`. Currencies without cents are shown as if they had them, beside their name. */
function inUnits(cents: number, currency = ''): string {
  return `${(cents / 100).toFixed(2)} ${currency.toUpperCase()}`.trim();
}
