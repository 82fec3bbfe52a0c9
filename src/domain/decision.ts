/**
 * A decision is one person's signed answer on exactly one version of one request. A vote is an admitted decision.
 * The signature (JWS, EdDSA) is made in `approvals/` and believed by executors; history alone is not.
 */

import type { GrantOffer } from './standing-grant.ts';
import type { RiskTier } from './verdict.ts';

export type Answer = 'approve' | 'deny';

/**
 * How sure the door was that this person meant this, mild to strong: a click with a confirmation, a review of the whole
 * payload with the target typed by hand, a passkey on the approver page (WebAuthn, user verified).
 */
export const ASSURANCES = ['click', 'reviewed', 'passkey'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** What an approval of this tier takes at least. A denial takes a click, whatever the tier. */
export function assuranceFor(tier: RiskTier): Assurance {
  if (tier === 'critical') return 'passkey';
  return tier === 'high' ? 'reviewed' : 'click';
}

/** Whether one assurance is at least another. */
export function isAsSure(given: Assurance, wanted: Assurance): boolean {
  return ASSURANCES.indexOf(given) >= ASSURANCES.indexOf(wanted);
}

/** The claims inside a decision's JWS. `id` is derived from the click, so that a repeated delivery repeats the id. */
export interface Decision {
  readonly id: string;
  readonly request: string;
  readonly version: number;
  readonly digest: string;
  readonly person: string;
  readonly answer: Answer;
  readonly reason?: string;
  readonly surface: 'slack' | 'cli' | 'web';
  /** Absent in decisions of old histories: a click. */
  readonly assurance?: Assurance;
  /** Overrides the quorum in an emergency; counts only for people whom the organisation names for that. */
  readonly breakGlass?: true;
  /** A standing grant minted with this approval. */
  readonly grant?: GrantOffer;
  readonly at: string;
}

/** An admitted decision, with the JWS that proves it. */
export interface Vote {
  readonly decision: Decision;
  readonly jws: string;
  /** Whom they stood in for, where their vote counts only because of it. */
  readonly forPerson?: string;
}

/** Why a decision did not count. Each has a sentence for the clicker, made in `approvals/admit.ts`. */
export type DecisionRefusal =
  | 'bad-signature'
  | 'wrong-request'
  | 'wrong-version'
  | 'wrong-digest'
  | 'unknown-person'
  | 'inactive'
  | 'excluded'
  | 'not-eligible'
  | 'own-edit'
  | 'duplicate'
  | 'too-weak'
  | 'no-reason'
  | 'no-break-glass'
  | 'too-late'
  | 'directory-unreachable';

/** What became of one decision. Kept in the history either way. */
export type Admission =
  | { readonly admitted: true; readonly vote: Vote }
  | {
      readonly admitted: false;
      readonly why: DecisionRefusal;
      readonly sentence: string;
      readonly decisionId?: string;
      readonly person?: string;
      readonly surface?: Decision['surface'];
    };
