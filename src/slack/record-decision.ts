/** Turns one believed click into one signed decision and makes it durable. Whether it counts is the workflow's answer. */
import { createHash } from 'node:crypto';
import type { OpenApproval } from '../domain/card.ts';
import type { Answer, Decision } from '../domain/decision.ts';
import type { Person } from '../domain/people.ts';
import { redacted } from './bolt-logger.ts';
import { whyTooLate } from './find-approval.ts';
import type { Desk } from './ports.ts';
import { putAway } from './put-away.ts';

export interface Click {
  readonly person: Person;
  readonly approval: OpenApproval;
  readonly answer: Answer;
  readonly reason?: string;
  /** What makes this decision this one and no other: a repeated delivery has the same parts. */
  readonly decisionParts: readonly string[];
  /** What makes this delivery this one: a second press of the same button has other parts. */
  readonly deliveryParts: readonly string[];
}

/** `recorded` also for a delivery seen before: it stands, and repeating it changed nothing. */
export type Recorded =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Resolves once the decision is durable. Rejects when that could not be achieved or is not known. */
export async function recordDecision(desk: Desk, click: Click): Promise<Recorded> {
  const now = desk.clock();
  const { approval, person, answer, reason } = click;
  const delivery = idOf('click', click.deliveryParts);
  if (await desk.clicks.seen(delivery)) {
    desk.security.warn(
      { event: 'click-repeated', request: approval.request, person: person.id },
      'Ignored a click seen before',
    );
    return { kind: 'recorded' };
  }
  const decision: Decision = {
    id: idOf('decision', [...click.decisionParts, answer]),
    request: approval.request,
    version: approval.version,
    digest: approval.digest,
    person: person.id,
    answer,
    ...(reason === undefined ? {} : { reason }),
    surface: 'slack',
    at: now.toISOString(),
  };
  const kept = await desk.requests.decide(approval.request, await desk.signer.sign(decision));
  if (kept === 'recorded') {
    await remember(desk, delivery, now);
    desk.log.info(
      { event: 'decision-recorded', request: approval.request, version: approval.version, answer },
      'Recorded a decision',
    );
    return { kind: 'recorded' };
  }
  if (kept === 'unknown')
    return {
      kind: 'refused',
      sentence: 'Countersign no longer knows this request; nothing was recorded',
    };
  const view = await desk.requests.view(approval.request);
  await putAway(desk, approval, view);
  return { kind: 'refused', sentence: whyTooLate(approval, view) };
}

/**
 * Only after the decision is durable: a delivery that failed must not pass for one that stands. Where remembering
 * itself fails, a repeat carries the same decision, which is admitted once.
 */
async function remember({ clicks, log }: Desk, delivery: string, now: Date): Promise<void> {
  try {
    await clicks.firstSeen(delivery, now);
  } catch (error) {
    log.warn({ event: 'click-forgotten', why: redacted([error]) }, 'Could not remember a recorded click');
  }
}

/** JSON keeps the parts apart, so that no two lists give one id. */
function idOf(kind: 'click' | 'decision', parts: readonly string[]): string {
  return `${kind}_${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}
