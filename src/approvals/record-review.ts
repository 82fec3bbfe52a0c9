/** Records what a reviewer says of a broken glass, by the one path that every decision takes. */
import type { Person } from '../domain/people.ts';
import { reviewIdOf } from '../domain/review.ts';
import type { DecisionDesk } from './desk.ts';
import type { Recorded } from './hand-over.ts';
import { recordDecision } from './record-decision.ts';

/** What a reviewer said, and where. */
export interface SaidOfReview {
  readonly person: Person;
  readonly request: string;
  readonly verdict: 'justified' | 'not-justified';
  readonly note: string;
  readonly surface: 'slack' | 'cli';
  readonly parts: readonly string[];
}

/** Resolves once it is durable. Whether the person may review it is the review's own answer, told privately. */
export async function recordReview(desk: DecisionDesk, said: SaidOfReview): Promise<Recorded> {
  const { request, person, verdict, note, surface, parts } = said;
  const view = await desk.requests.view(request);
  const approval = view === undefined ? undefined : await desk.inbox.find(request, view.version);
  if (approval === undefined)
    return {
      kind: 'refused',
      why: 'unknown-request',
      sentence: 'Countersign knows no such request; nothing was recorded',
    };
  return recordDecision(desk, {
    // Signed for the review, so that it can never pass for a decision about the request.
    approval: { ...approval, request: reviewIdOf(request), tier: 'low' },
    ...{ person, surface, reason: note, assurance: 'click' },
    answer: verdict === 'justified' ? 'approve' : 'deny',
    decisionParts: parts,
    deliveryParts: parts,
  });
}
