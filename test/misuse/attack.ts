/** One thing a hijacked or hostile agent tries, and what must come of it. */
import type { Call, TestAgent } from '../support/agents.ts';

/** What an attack may use. `token` mints what a leaked issuer key or a clumsy issuer could. */
export interface Ground {
  readonly agent: (id: string) => Promise<TestAgent>;
  readonly token: (agent: string, over?: Readonly<Record<string, unknown>>) => Promise<string>;
}

/**
 * - `refused`: the door answers with this problem and starts nothing.
 * - `denied`: policy says no, by this rule; nothing ran.
 * - `gated`: it waits for people; nothing ran, and its words are plain text on the card.
 */
export type Expected =
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  | { readonly kind: 'denied'; readonly rule: string }
  | { readonly kind: 'gated' };

export interface Attack {
  /** A sentence that begins with what is tried. */
  readonly name: string;
  readonly agent: string;
  /** The call to `POST /v1/requests`; a string is sent as it is. */
  readonly call: (ground: Ground) => Call | Promise<Call>;
  readonly expected: Expected;
}

export const refused = (status: number, code: string): Expected => ({ kind: 'refused', status, code });
export const denied = (rule: string): Expected => ({ kind: 'denied', rule });
export const GATED: Expected = { kind: 'gated' };

/** An attack whose whole is a body. */
export function asking(
  agent: string,
  name: string,
  body: unknown,
  expected: Expected,
  headers: Readonly<Record<string, string>> = {},
): Attack {
  return { name, agent, expected, call: () => ({ body, headers }) };
}

/** A refused body is about one field; the rest of it is as an honest agent would write it. */
export const deleting = (
  args: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'gift-cards', ...args },
  reason: 'Cleaning up',
  ...more,
});

export const mailing = (args: Readonly<Record<string, unknown>>) => ({
  tool: 'email.send',
  args: { to: ['ada@customer.example'], subject: 'Your order', text: 'It is on its way.', ...args },
  reason: 'Answering a customer',
});

export const refunding = (
  args: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  tool: 'stripe.refund_payment',
  args: { payment: 'pi_ada_small', amountCents: 500, ...args },
  reason: 'The parcel never came',
  ...more,
});
