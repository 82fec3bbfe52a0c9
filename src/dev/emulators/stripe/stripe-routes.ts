/** The part of Stripe's API that the catalogue uses, with its idempotency keys. Unknown URLs are errors, as at Stripe. */
import { z } from 'zod';
import { type App, type Exchange, VendorRefusal } from '../serve-vendor.ts';
import { refundRoutes } from './refund-routes.ts';
import { missing, once, paramsOf } from './stripe-request.ts';
import type { Customer, StripeWorld, Subscription } from './stripe-world.ts';

export function stripeRoutes(app: App, world: StripeWorld): void {
  customerRoutes(app, world);
  subscriptionRoutes(app, world);
  refundRoutes(app, world);
}

// An empty string clears a field.
const clearable = z
  .string()
  .transform((value) => (value === '' ? null : value))
  .exactOptional();
const customerParams = z.strictObject({
  name: clearable,
  email: clearable,
  phone: clearable,
  description: clearable,
});

function customerRoutes(app: App, world: StripeWorld): void {
  const customerOf = (context: Exchange) => {
    const id = context.req.param('id') ?? '';
    const found = world.customers.get(id);
    if (found === undefined) throw missing('customer', id);
    return found;
  };
  app.get('/v1/customers/:id', (context) => context.json(customerJson(customerOf(context))));
  app.post('/v1/customers/:id', (context) =>
    once(world, context, (form) => {
      const changed: Customer = { ...customerOf(context), ...paramsOf(form, customerParams) };
      world.customers.set(changed.id, changed);
      return customerJson(changed);
    }),
  );
}

function customerJson(customer: Customer) {
  return { object: 'customer', ...customer, livemode: false };
}

const subscriptionParams = z.strictObject({ cancel_at_period_end: z.enum(['true', 'false']) });

function subscriptionRoutes(app: App, world: StripeWorld): void {
  const subscriptionOf = (context: Exchange) => {
    const id = context.req.param('id') ?? '';
    const found = world.subscriptions.get(id);
    if (found === undefined) throw missing('subscription', id);
    return found;
  };
  const save = (changed: Subscription) => {
    world.subscriptions.set(changed.id, changed);
    return subscriptionJson(changed);
  };
  app.get('/v1/subscriptions/:id', (context) => context.json(subscriptionJson(subscriptionOf(context))));
  app.post('/v1/subscriptions/:id', (context) =>
    once(world, context, (form) => {
      const { cancel_at_period_end } = paramsOf(form, subscriptionParams);
      const now = subscriptionOf(context);
      if (now.status === 'canceled') {
        throw new VendorRefusal(
          400,
          'parameter_invalid',
          'A canceled subscription can only update its cancellation_details and metadata',
        );
      }
      return save({ ...now, cancelAtPeriodEnd: cancel_at_period_end === 'true' });
    }),
  );
  app.delete('/v1/subscriptions/:id', (context) =>
    context.json(save({ ...subscriptionOf(context), status: 'canceled' })),
  );
}

function subscriptionJson({ id, customer, status, cancelAtPeriodEnd, periodEnd }: Subscription) {
  return {
    object: 'subscription',
    id,
    customer,
    status,
    cancel_at_period_end: cancelAtPeriodEnd,
    cancel_at: cancelAtPeriodEnd ? periodEnd : null,
    items: {
      object: 'list',
      data: [{ object: 'subscription_item', id: `si_${id}`, current_period_end: periodEnd }],
    },
    livemode: false,
  };
}
