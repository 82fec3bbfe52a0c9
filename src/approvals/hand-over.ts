/**
 * Handing what a person said at a door over to its request: once a delivery, and never "done" before it is durable.
 * Shared by all that is signed at a door, so that no door knows a delivery seen before from a new one by itself.
 */
import { createHash } from 'node:crypto';
import type { OpenApproval } from '../domain/card.ts';
import type { Decision } from '../domain/decision.ts';
import type { RefusedWhy } from '../domain/oversight.ts';
import type { Person } from '../domain/people.ts';
import type { DecisionDesk, Kept } from './desk.ts';
import type { Refusal } from './oversight.ts';
import { whyTooLate } from './too-late.ts';

/** `recorded` also for a delivery seen before: it stands, and repeating it changed nothing. */
export type Recorded =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'refused'; readonly sentence: string; readonly why?: RefusedWhy };

export type HandOverDesk = Pick<DecisionDesk, 'clicks' | 'clock' | 'log' | 'security' | 'putAway'> & {
  readonly oversight: Pick<DecisionDesk['oversight'], 'refused'>;
  readonly requests: Pick<DecisionDesk['requests'], 'view'>;
};

export interface HandOver {
  readonly person: Person;
  readonly approval: OpenApproval;
  readonly surface: Decision['surface'];
  /** What makes this delivery this one. */
  readonly deliveryParts: readonly string[];
  /** Signs and makes it durable; not called for a delivery seen before. */
  keep(now: Date): Promise<Kept>;
}

/** Resolves once it is durable, or refused. Rejects when that could not be achieved or is not known. */
export async function handOver(desk: HandOverDesk, said: HandOver): Promise<Recorded> {
  const { person, approval, deliveryParts, keep } = said;
  const delivery = idOf('click', deliveryParts);
  if (await desk.clicks.seen(delivery)) {
    desk.security.warn(
      { event: 'click-repeated', request: approval.request, person: person.id },
      'Ignored a click seen before',
    );
    return { kind: 'recorded' };
  }
  const now = desk.clock();
  const kept = await keep(now);
  if (kept === 'recorded') {
    await remember(desk, delivery, now);
    return { kind: 'recorded' };
  }
  void desk.oversight.refused(refusalOf(said, kept === 'unknown' ? 'unknown-request' : 'too-late'));
  if (kept === 'unknown') {
    const sentence = 'Countersign no longer knows this request; nothing was recorded';
    return { kind: 'refused', sentence };
  }
  const view = await desk.requests.view(approval.request);
  await desk.putAway(approval, view);
  return { kind: 'refused', sentence: whyTooLate(approval, view) };
}

/** What is counted of something that was said and refused. */
export function refusalOf(
  { person, approval, surface, deliveryParts }: Omit<HandOver, 'keep'>,
  why: RefusedWhy,
): Refusal {
  const { request, version } = approval;
  return { why, surface, person: person.id, request, version, parts: deliveryParts };
}

/** JSON keeps the parts apart, so that no two lists give one id. */
export function idOf(kind: 'click' | 'decision' | 'amendment' | 'q', parts: readonly string[]): string {
  return `${kind}_${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}

/**
 * Only after it is durable: a delivery that failed must not pass for one that stands. Where remembering itself fails, a
 * repeat carries the same id, which is admitted once.
 */
async function remember(
  { clicks, log }: Pick<DecisionDesk, 'clicks' | 'log'>,
  delivery: string,
  now: Date,
): Promise<void> {
  try {
    await clicks.firstSeen(delivery, now);
  } catch (error) {
    const why = error instanceof Error ? error.name : 'unknown';
    log.warn({ event: 'click-forgotten', why }, 'Could not remember a recorded click');
  }
}
