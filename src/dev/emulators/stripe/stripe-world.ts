/** What the Stripe emulator knows, and the example customers it starts with. */
import type { Clock } from '../../../domain/ports.ts';
import type { Journal, Table } from '../journal.ts';

export interface Customer {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly description: string | null;
}

export interface Payment {
  readonly id: string;
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
}

export interface Subscription {
  readonly id: string;
  readonly customer: string;
  readonly status: 'active' | 'canceled';
  readonly cancelAtPeriodEnd: boolean;
  /** Seconds since 1970. */
  readonly periodEnd: number;
}

export interface Refund {
  readonly id: string;
  readonly payment: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: number;
}

/** The first answer to an idempotency key, replayed to every later request with it. */
export interface Replay {
  readonly request: string;
  readonly status: number;
  readonly body: unknown;
}

export interface StripeWorld {
  readonly customers: Table<Customer>;
  readonly payments: Table<Payment>;
  readonly subscriptions: Table<Subscription>;
  readonly refunds: Table<Refund>;
  readonly replays: Table<Replay>;
  readonly clock: Clock;
}

export function openStripeWorld(journal: Journal, clock: Clock): StripeWorld {
  return {
    customers: journal.table('customers'),
    payments: journal.table('payments'),
    subscriptions: journal.table('subscriptions'),
    refunds: journal.table('refunds'),
    replays: journal.table('replays'),
    clock,
  };
}

export function seedStripe({ customers, payments, subscriptions }: StripeWorld): void {
  const ada = {
    id: 'cus_ada',
    name: 'Ada Byron',
    email: 'ada@customer.example',
    phone: '+44 20 7946 0001',
    description: null,
  };
  const grace = {
    id: 'cus_grace',
    name: 'Grace Murray',
    email: 'grace@customer.example',
    phone: null,
    description: 'Wholesale',
  };
  // What people write into such fields in spite of every rule.
  const alan = {
    id: 'cus_alan',
    name: 'Alan Knuthson',
    email: 'alan@customer.example',
    phone: '+44 20 7946 0003',
    description: 'Pays with 4242 4242 4242 4242, see http://crm.internal/customers/17',
  };
  for (const customer of [ada, grace, alan]) customers.set(customer.id, customer);
  const seeds = [
    { id: 'pi_ada_small', customer: 'cus_ada', amount: 49_00 },
    { id: 'pi_grace_mid', customer: 'cus_grace', amount: 420_00 },
    { id: 'pi_grace_big', customer: 'cus_grace', amount: 7_200_00 },
  ];
  for (const payment of seeds) payments.set(payment.id, { ...payment, currency: 'eur' });
  const periodEnd = Date.parse('2026-12-15T00:00:00Z') / 1000;
  subscriptions.set('sub_ada', {
    id: 'sub_ada',
    customer: 'cus_ada',
    status: 'active',
    cancelAtPeriodEnd: false,
    periodEnd,
  });
}
