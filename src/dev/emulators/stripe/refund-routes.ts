import { z } from 'zod';
import { type App, VendorRefusal } from '../serve-vendor.ts';
import { missing, once, paramsOf } from './stripe-request.ts';
import type { Payment, Refund, StripeWorld } from './stripe-world.ts';

const refundParams = z.strictObject({
  payment_intent: z.string(),
  amount: z.coerce.number().int().min(1),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: z.record(z.string(), z.string()).default({}),
});

export function refundRoutes(app: App, world: StripeWorld): void {
  const paymentOf = (id: string) => {
    const found = world.payments.get(id);
    if (found === undefined) throw missing('payment_intent', id);
    return found;
  };

  app.get('/v1/payment_intents/:id', (context) => {
    const payment = paymentOf(context.req.param('id'));
    const expand = context.req.queries('expand[]') ?? context.req.queries('expand[0]') ?? [];
    return context.json(paymentJson(world, payment, expand.includes('latest_charge')));
  });

  app.post('/v1/refunds', (context) =>
    once(world, context, (form) => {
      const { payment_intent, amount, reason = null, metadata } = paramsOf(form, refundParams);
      const payment = paymentOf(payment_intent);
      refuseTooMuch({ left: payment.amount - refunded(world, payment), amount });
      const id = `re_${world.refunds.rows().length + 1}_${payment.id}`;
      const created = Math.floor(world.clock().getTime() / 1000);
      const refund = {
        id,
        payment: payment.id,
        amount,
        currency: payment.currency,
        reason,
        metadata,
        created,
      };
      world.refunds.set(id, refund);
      return refundJson(refund);
    }),
  );

  app.get('/v1/refunds', (context) => {
    const payment = context.req.query('payment_intent');
    const found = world.refunds
      .rows()
      .filter((refund) => payment === undefined || refund.payment === payment);
    const limit = z.coerce.number().int().min(1).max(100).default(10).parse(context.req.query('limit'));
    const newest = found.toReversed();
    return context.json({
      object: 'list',
      has_more: newest.length > limit,
      data: newest.slice(0, limit).map(refundJson),
    });
  });
}

function refuseTooMuch({ left, amount }: { readonly left: number; readonly amount: number }): void {
  if (left === 0)
    throw new VendorRefusal(400, 'charge_already_refunded', 'Charge has already been refunded.');
  if (amount > left) {
    throw new VendorRefusal(
      400,
      'amount_too_large',
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
    );
  }
}

function refunded({ refunds }: StripeWorld, { id }: Payment): number {
  return refunds.rows().reduce((sum, { payment, amount }) => (payment === id ? sum + amount : sum), 0);
}

function paymentJson(world: StripeWorld, payment: Payment, expanded: boolean) {
  const { id, customer, amount, currency } = payment;
  const charge = id.replace(/^pi_/, 'ch_');
  const amount_refunded = refunded(world, payment);
  const latest_charge = {
    object: 'charge',
    id: charge,
    amount,
    amount_refunded,
    refunded: amount_refunded === amount,
    disputed: false,
    currency,
  };
  return {
    object: 'payment_intent',
    id,
    amount,
    amount_received: amount,
    currency,
    customer,
    status: 'succeeded',
    latest_charge: expanded ? latest_charge : charge,
    livemode: false,
  };
}

function refundJson({ id, payment, amount, currency, reason, metadata, created }: Refund) {
  return {
    object: 'refund',
    id,
    payment_intent: payment,
    amount,
    currency,
    reason,
    metadata,
    created,
    status: 'succeeded',
  };
}
