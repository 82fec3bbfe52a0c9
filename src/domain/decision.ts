/**
 * A decision is one person's signed answer on exactly one version of one request. A vote is an admitted decision.
 * The signature (JWS, EdDSA) is made in `approvals/` and believed by executors; history alone is not.
 */

export type Answer = 'approve' | 'deny';

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
  readonly at: string;
}

/** An admitted decision, with the JWS that proves it. */
export interface Vote {
  readonly decision: Decision;
  readonly jws: string;
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
  | 'duplicate'
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
    };
