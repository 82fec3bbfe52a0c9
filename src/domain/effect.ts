/**
 * The effect ledger: an effect is written down before it happens, under a key that is unique per request, step and
 * direction. Owned by the executor role; implemented in `store/effects.ts`.
 */
import type { JsonValue } from './ask.ts';
import type { Doer } from './usage.ts';

export type Direction = 'do' | 'undo';

export interface EffectKey {
  readonly request: string;
  readonly step: number;
  readonly direction: Direction;
}

/** One row. `result` is set once the vendor's answer is known; until then it is unknown whether the effect happened. */
export interface Effect extends EffectKey {
  readonly tool: string;
  readonly target: string;
  readonly idempotencyKey: string;
  /** What an undo needs, captured before the effect. */
  readonly captured: JsonValue;
  readonly intendedAt: Date;
  readonly state: 'intended' | 'done' | 'failed';
  readonly result: JsonValue;
  readonly settledAt: Date | null;
}

export interface Intent extends EffectKey {
  readonly tool: string;
  readonly target: string;
  readonly idempotencyKey: string;
  readonly captured: JsonValue;
  /** What limits count: for whom, how sensitive, how much. Undo rows count for nothing. */
  readonly counted: Doer & { readonly tier: number; readonly amountCents: number };
  /** The standing grant it runs under; `intendWithin` takes a use of it. */
  readonly under?: string;
}

/** The key a vendor sees for one effect; stable over retries and resets. */
export function idempotencyKey({ request, step, direction }: EffectKey): string {
  return `${request}:${step}:${direction}`;
}
