/** One decision of a signed-in person, from whichever of our doors it came: the page's form or the command line. */
import { REASON_CHARS_MAX } from '../approvals/claims.schema.ts';
import { isTyped, phraseToType } from '../approvals/phrase.ts';
import { recordDecision } from '../approvals/record-decision.ts';
import type { OpenApproval } from '../domain/card.ts';
import type { Answer, Assurance } from '../domain/decision.ts';
import type { Person } from '../domain/people.ts';
import { whyNotDecide } from './may-decide.ts';
import type { PagesOptions } from './ports.ts';

export interface Deciding {
  readonly person: Person;
  readonly approval: OpenApproval;
  readonly answer: Answer;
  readonly reason: string;
  /** The target as typed by hand; empty where it was not. */
  readonly target: string;
  /** Whether a passkey was shown for exactly this. */
  readonly withPasskey: boolean;
  readonly surface: 'web' | 'cli';
  /** What makes this decision this one and no other; a form sent twice has the same. */
  readonly parts: readonly string[];
}

export type Decided = { readonly kind: 'recorded' } | { readonly kind: 'refused'; readonly sentence: string };

/** Resolves once the decision is durable, or with why it is not. Rejects when neither is known. */
export async function decide(web: PagesOptions, deciding: Deciding): Promise<Decided> {
  const { person, approval, answer, surface } = deciding;
  const reason = deciding.reason.trim();
  const wrong =
    (await whyNotDecide(web, person, approval)) ??
    wrongReason(deciding, reason) ??
    (await wrongTarget(web, deciding));
  if (wrong !== undefined) return { kind: 'refused', sentence: wrong };
  const assurance = assuranceOf(deciding);
  const parts = [surface, ...deciding.parts, assurance];
  return recordDecision(web.desk, {
    ...{ person, approval, answer, surface, assurance },
    ...(reason === '' ? {} : { reason }),
    decisionParts: parts,
    deliveryParts: parts,
  });
}

/** What somebody said by doing what they did. That it is enough for the tier is looked at where it is recorded. */
function assuranceOf({ withPasskey, target, answer }: Deciding): Assurance {
  if (withPasskey) return 'passkey';
  return answer === 'approve' && target.trim() !== '' ? 'reviewed' : 'click';
}

function wrongReason({ answer, approval: { tier } }: Deciding, reason: string): string | undefined {
  if (reason.length > REASON_CHARS_MAX)
    return `The reason is longer than ${REASON_CHARS_MAX} characters; nothing was recorded`;
  if (reason !== '') return undefined;
  if (answer === 'deny')
    return 'Please say why you deny it: the agent and its owner are told; nothing was recorded';
  return tier === 'high' || tier === 'critical'
    ? 'Please say why you approve it: the reason is kept with your decision; nothing was recorded'
    : undefined;
}

/** Looked at wherever something was typed, so that a wrong name never passes for a careful one. */
async function wrongTarget({ cards }: PagesOptions, deciding: Deciding): Promise<string | undefined> {
  const { answer, withPasskey, target, approval } = deciding;
  const isAsked = approval.tier === 'high' && !withPasskey;
  if (answer === 'deny' || (!isAsked && target.trim() === '')) return undefined;
  const card = await cards.current(approval.request, approval.version);
  if (card === undefined)
    return 'The content of this request cannot be read at the moment; please try again; nothing was recorded';
  const wanted = phraseToType(card.wantedView);
  return isTyped(target, wanted)
    ? undefined
    : `The target does not match: to approve, type exactly "${wanted}"; nothing was recorded`;
}
