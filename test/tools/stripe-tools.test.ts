import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/ask.ts';
import { contextOf, type VendorWorld, vendorWorld } from './vendor-world.ts';

async function run(world: VendorWorld, name: string, args: JsonObject, request = 'req_1') {
  const tool = world.registry.get(name);
  const parsed = world.registry.parse(name, args);
  const context = contextOf(world, { request });
  const captured: JsonValue = (await tool?.capture?.(parsed, context)) ?? null;
  return {
    execute: () => tool?.execute(parsed, context, captured),
    find: () => tool?.find?.(parsed, context, captured),
    undo: (result: JsonValue) =>
      tool?.undo?.(parsed, contextOf(world, { request, direction: 'undo' }), { captured, result }),
  };
}

const look = (world: VendorWorld, name: string, args: JsonObject) =>
  world.registry.get(name)?.inspect?.(world.registry.parse(name, args), contextOf(world));

const REFUND = { payment: 'pi_grace_mid', amountCents: 10_000 };

describe('stripe.get_customer', () => {
  it('reads five fields and nothing else', async () => {
    const world = await vendorWorld();
    expect(await (await run(world, 'stripe.get_customer', { customer: 'cus_ada' })).execute()).toEqual({
      id: 'cus_ada',
      name: 'Ada Byron',
      email: 'ada@customer.example',
      phone: '+44 20 7946 0001',
      description: null,
    });
  });

  it('reads only the fields that were named', async () => {
    const world = await vendorWorld();
    const args = { customer: 'cus_ada', fields: ['phone', 'name'] };
    expect(await (await run(world, 'stripe.get_customer', args)).execute()).toEqual({
      id: 'cus_ada',
      name: 'Ada Byron',
      phone: '+44 20 7946 0001',
    });
  });

  it('refuses a customer that does not exist as final', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'stripe.get_customer', { customer: 'cus_nobody' });
    await expect(execute()).rejects.toMatchObject({
      kind: 'final',
      message: 'Cannot read customer "cus_nobody": Stripe answered 404 "resource_missing"',
    });
  });
});

describe('stripe.update_customer', () => {
  const ARGS = { customer: 'cus_grace', fields: { name: 'Grace B. Murray', phone: '+44 20 7946 0002' } };

  it('inspect() shows the present values and minds only the fields that change', async () => {
    const world = await vendorWorld();
    const first = await look(world, 'stripe.update_customer', ARGS);
    expect(first?.facts).toEqual([
      { label: 'Present name', value: 'Grace Murray' },
      { label: 'Present phone', value: 'none' },
    ]);
    await world.vendors.stripe.customers.update('cus_grace', { description: 'Retail' });
    expect((await look(world, 'stripe.update_customer', ARGS))?.fingerprint).toBe(first?.fingerprint);
    await world.vendors.stripe.customers.update('cus_grace', { phone: '+44 20 7946 0009' });
    expect((await look(world, 'stripe.update_customer', ARGS))?.fingerprint).not.toBe(first?.fingerprint);
  });

  it('undo() restores only what still holds the new value', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'stripe.update_customer', ARGS);
    const result = (await execute()) ?? null;
    await world.vendors.stripe.customers.update('cus_grace', { name: 'Grace Hopper' });
    expect(await undo(result)).toEqual({
      undone: true,
      sentence: 'The earlier phone of the customer is back',
    });
    expect(await world.vendors.stripe.customers.retrieve('cus_grace')).toMatchObject({
      name: 'Grace Hopper',
      phone: null,
    });
  });
});

describe('stripe.cancel_subscription', () => {
  const ARGS = { subscription: 'sub_ada' };

  it('execute() ends it with the paid period, not now', async () => {
    const world = await vendorWorld();
    const result = await (await run(world, 'stripe.cancel_subscription', ARGS)).execute();
    expect(result).toEqual({ subscription: 'sub_ada', status: 'active', endsAt: '2026-12-15T00:00:00.000Z' });
  });

  it('undo() does not resume what was to end before', async () => {
    const world = await vendorWorld();
    await world.vendors.stripe.subscriptions.update('sub_ada', { cancel_at_period_end: true });
    const { execute, undo } = await run(world, 'stripe.cancel_subscription', ARGS);
    const result = (await execute()) ?? null;
    expect(await undo(result)).toMatchObject({ undone: false });
    expect((await world.vendors.stripe.subscriptions.retrieve('sub_ada')).cancel_at_period_end).toBe(true);
  });

  it('neither cancels nor resumes one that has ended', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'stripe.cancel_subscription', ARGS);
    const result = (await execute()) ?? null;
    const before = await look(world, 'stripe.cancel_subscription', ARGS);
    await world.vendors.stripe.subscriptions.cancel('sub_ada');
    await expect(undo(result)).rejects.toMatchObject({ kind: 'final' });
    await expect(run(world, 'stripe.cancel_subscription', ARGS)).rejects.toMatchObject({ kind: 'final' });
    expect((await look(world, 'stripe.cancel_subscription', ARGS))?.fingerprint).not.toBe(
      before?.fingerprint,
    );
  });
});

describe('stripe.refund_payment', () => {
  it('inspect() binds to the charge and what was refunded of it', async () => {
    const world = await vendorWorld();
    const first = await look(world, 'stripe.refund_payment', REFUND);
    expect(first?.target.id).toBe('stripe:payment/pi_grace_mid@ch_grace_mid');
    expect(first?.facts).toContainEqual({ label: 'Paid', value: '420.00 EUR' });
    await world.vendors.stripe.refunds.create({ payment_intent: 'pi_grace_mid', amount: 500 });
    const later = await look(world, 'stripe.refund_payment', REFUND);
    expect(later?.facts).toContainEqual({ label: 'Refunded before', value: '5.00 EUR' });
    expect(later?.fingerprint).not.toBe(first?.fingerprint);
  });

  it('execute() repeated under one key moves the money once', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'stripe.refund_payment', REFUND);
    expect(await execute()).toEqual(await execute());
    const { data } = await world.vendors.stripe.refunds.list({ payment_intent: 'pi_grace_mid' });
    expect(data.map(({ amount }) => amount)).toEqual([10_000]);
  });

  it('find() takes nobody else’s refund of the same payment for ours', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'stripe.refund_payment', REFUND, 'req_one');
    const other = await run(world, 'stripe.refund_payment', REFUND, 'req_other');
    await execute();
    expect(await other.find()).toBeUndefined();
  });

  it.each([
    ['more than was paid', { payment: 'pi_ada_small', amountCents: 4_901 }, 'amount_too_large'],
    ['a payment that does not exist', { payment: 'pi_nobody', amountCents: 1 }, 'resource_missing'],
  ])('execute() refuses %s as final', async (_, args, code) => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'stripe.refund_payment', args);
    await expect(execute()).rejects.toMatchObject({
      kind: 'final',
      message: expect.stringContaining(`"${code}"`),
    });
  });

  it('execute() refuses a second refund of the whole', async () => {
    const world = await vendorWorld();
    const whole = { payment: 'pi_ada_small', amountCents: 4_900 };
    await (await run(world, 'stripe.refund_payment', whole, 'req_one')).execute();
    const again = await run(world, 'stripe.refund_payment', whole, 'req_two');
    await expect(again.execute()).rejects.toMatchObject({
      kind: 'final',
      message: expect.stringContaining('"charge_already_refunded"'),
    });
  });
});
