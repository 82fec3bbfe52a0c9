/** How a request ends: a closed list an agent can branch on (design §4). */

export const OUTCOMES = [
  'executed',
  'rejected',
  'expired',
  'denied',
  'cancelled',
  'stale',
  'halted',
  'failed',
  'rolled_back',
  'rollback_failed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** How much of the request stands in the outside world now that it is closed. Reads and undone effects count as nothing. */
export type Effects = 'none' | 'some' | 'all';

/** How a closed request ended. `message` is one sentence the agent can show. */
export interface Closing {
  readonly outcome: Outcome;
  readonly effects: Effects;
  /** Present for refusals: whether asking again in another form can succeed. */
  readonly mayRevise?: boolean;
  readonly message: string;
  readonly at: string;
}

const MAY_REVISE: Partial<Record<Outcome, boolean>> = {
  rejected: true,
  expired: true,
  denied: false,
  stale: true,
  halted: false,
};

/** Whether an agent may revise and ask again after this outcome; undefined where it was no refusal. */
export function mayRevise(outcome: Outcome): boolean | undefined {
  return MAY_REVISE[outcome];
}
