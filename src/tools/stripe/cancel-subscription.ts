import { z } from 'zod';
import { canonicalHash } from '../../domain/digest.ts';
import { OutsideError } from '../../domain/retry.ts';
import { defineTool, type ToolContext, type Undone } from '../define-tool.ts';
import { clipped } from '../plain-text.ts';
import { askStripe, stripeId } from './ask-stripe.ts';

const input = z.strictObject({ subscription: stripeId('sub') });
type Args = z.output<typeof input>;

const STATUS_CHARS_MAX = 40;

const output = z.strictObject({
  subscription: stripeId('sub'),
  status: z.string().max(STATUS_CHARS_MAX),
  endsAt: z.iso.datetime().max(30).nullable(),
});

const captured = z.object({ cancelAtPeriodEnd: z.boolean() });

const subscriptionAnswer = z.object({
  object: z.literal('subscription'),
  id: z.string(),
  status: clipped(STATUS_CHARS_MAX),
  customer: z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]),
  cancel_at_period_end: z.boolean(),
  cancel_at: z.number().nullable(),
});

/** Lets a subscription end with the period that is paid for. It can be resumed until then. */
export const cancelSubscription = defineTool({
  name: 'stripe.cancel_subscription',
  summary: 'Cancel a Stripe subscription at the end of its paid period',
  title: 'Cancel subscription',
  input,
  output,
  effect: 'write',
  reversibility: 'reversible',
  target,
  inspect,
  preview: ({ subscription }) => [
    { label: 'Subscription', value: subscription },
    { label: 'Ends', value: 'with the period that is paid for' },
  ],
  capture: async ({ subscription }, context) => {
    const { cancel_at_period_end } = await readRunning(context, subscription);
    return { cancelAtPeriodEnd: cancel_at_period_end };
  },
  execute: async ({ subscription }, context) =>
    resultOf(await setCancel(context, { subscription, cancel: true })),
  find: async ({ subscription }, context) => {
    const now = await read(context, subscription);
    return now.cancel_at_period_end ? resultOf(now) : undefined;
  },
  undoSentence: () => 'The subscription is resumed, as long as its period has not ended',
  undo: (args, context, state) => undo(args, context, captured.parse(state.captured).cancelAtPeriodEnd),
});

function target({ subscription }: Args) {
  return {
    kind: 'subscription',
    id: `stripe:subscription/${subscription}`,
    label: `subscription ${subscription}`,
    scope: 'stripe/customers',
    tier: 3,
    traits: [],
  } as const;
}

function read(context: ToolContext, subscription: string) {
  const call = {
    access: 'read',
    action: `look at subscription "${subscription}"`,
    schema: subscriptionAnswer,
  } as const;
  return askStripe(context, call, (stripe) => stripe.subscriptions.retrieve(subscription));
}

/** A subscription that has ended can be neither cancelled nor resumed. */
async function readRunning(context: ToolContext, subscription: string) {
  const now = await read(context, subscription);
  if (now.status !== 'canceled' && now.status !== 'incomplete_expired') return now;
  throw new OutsideError(
    'final',
    `Cannot change subscription "${subscription}": it has ended, wanted a running one`,
  );
}

async function inspect(args: Args, context: ToolContext) {
  const { id, status, customer, cancel_at_period_end, cancel_at } = await read(context, args.subscription);
  return {
    target: target(args),
    fingerprint: canonicalHash({ id, status, cancel: cancel_at_period_end, cancelAt: cancel_at }),
    facts: [
      { label: 'Customer', value: customer },
      { label: 'Status', value: status },
      { label: 'Ends at period end already', value: cancel_at_period_end ? 'yes' : 'no' },
    ],
  };
}

function setCancel(
  context: ToolContext,
  { subscription, cancel }: { readonly subscription: string; readonly cancel: boolean },
) {
  const action = `${cancel ? 'cancel' : 'resume'} subscription "${subscription}"`;
  const call = { access: 'write', action, schema: subscriptionAnswer } as const;
  return askStripe(context, call, (stripe, options) =>
    stripe.subscriptions.update(subscription, { cancel_at_period_end: cancel }, options),
  );
}

function resultOf({ id, status, cancel_at }: z.output<typeof subscriptionAnswer>) {
  return {
    subscription: id,
    status,
    endsAt: cancel_at === null ? null : new Date(cancel_at * 1000).toISOString(),
  };
}

async function undo({ subscription }: Args, context: ToolContext, wasCancelled: boolean): Promise<Undone> {
  const now = await readRunning(context, subscription);
  if (wasCancelled)
    return { undone: false, sentence: 'The subscription was to end at period end before already' };
  if (!now.cancel_at_period_end) return { undone: false, sentence: 'The subscription goes on' };
  await setCancel(context, { subscription, cancel: false });
  return { undone: true, sentence: 'The subscription goes on again' };
}
