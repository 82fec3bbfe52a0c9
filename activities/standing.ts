/** What stands against a step whatever policy says: revoked credentials, another environment, switched-off tools. */
import type { ToolEffect } from '../src/domain/ask.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { Environment } from '../src/domain/facts.ts';
import {
  type Credentials,
  type Orders,
  revocationFor,
  switchFor,
  type ToolSwitch,
} from '../src/domain/orders.ts';
import type { Agent } from '../src/domain/people.ts';
import type { Clock, StandingOrders } from '../src/domain/ports.ts';
import { Denied } from './denied.ts';

export interface StandingDeps {
  readonly orders: StandingOrders;
  /** Of the configuration. Those of operators are among the orders; the strictest of both holds. */
  readonly switches: readonly ToolSwitch[];
  /** The environment this installation acts in. Agents of another can't call across. */
  readonly environment: Environment;
  readonly clock: Clock;
}

const SENTENCE_CHARS_MAX = 160;

const NO_ORDERS: Orders = Object.freeze({ halts: [], revocations: [], switches: [] });

/**
 * The standing orders as a step of this effect needs them. Without them reads go on; for everything else no verdict is
 * reached, so it rejects with `unavailable`.
 */
export async function ordersFor(
  effect: ToolEffect | undefined,
  { orders, clock }: Pick<StandingDeps, 'orders' | 'clock'>,
): Promise<Orders> {
  try {
    return await orders.inForce(clock());
  } catch (cause) {
    if (effect === 'read') return NO_ORDERS;
    throw new CountersignError(
      'unavailable',
      'Cannot judge: halts and revocations cannot be read, so nothing that changes anything may run',
      { cause },
    );
  }
}

/** Throws `Denied` where the credentials behind a step are revoked. */
export function refuseRevoked({ revocations }: Orders, credentials: Credentials): void {
  const found = revocationFor(revocations, credentials);
  if (found === undefined) return;
  throw new Denied('revoked', bounded(`This ${found.kind} was revoked by ${found.by}: ${found.reason}`));
}

/** Throws `Denied` for a suspended agent: no policy can forget it, also for what waits. */
export function refuseSuspended({ id, suspended }: Agent): void {
  if (suspended) throw new Denied('agent-suspended', bounded(`${id} is suspended and may do nothing.`));
}

/** Throws `Denied` for an agent of another environment. */
export function refuseElsewhere({ id, environment }: Agent, here: Environment): void {
  if (environment === here) return;
  throw new Denied(
    'other-environment',
    bounded(`${id} is an agent of ${environment} and may not act in ${here}.`),
  );
}

/** Throws `Denied` where the tool is off, by configuration or by an operator, or read-only and would change something. */
export function refuseSwitchedOff(
  { switches }: Orders,
  { name, effect }: { readonly name: string; readonly effect: ToolEffect },
  { switches: configured, environment }: Pick<StandingDeps, 'switches' | 'environment'>,
): void {
  const found = switchFor([...configured, ...switches], { tool: name, effect, environment });
  if (found === undefined) return;
  const state = found.state === 'off' ? 'switched off' : 'read-only';
  throw new Denied('tool-off', bounded(`"${found.subject}" is ${state} in ${environment}: ${found.reason}`));
}

/** A reason is an operator's and may be long; a sentence is read on a card. */
function bounded(sentence: string): string {
  return sentence.length <= SENTENCE_CHARS_MAX ? sentence : `${sentence.slice(0, SENTENCE_CHARS_MAX - 1)}…`;
}
