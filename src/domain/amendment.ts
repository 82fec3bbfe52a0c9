/**
 * An amendment is one person's signed edit of one step of exactly one version of a request. It makes a new version and
 * approves nothing: whoever decides, decides on what the step became. The edited arguments travel beside the
 * signature, bound by their digest.
 * Imported by workflow code, so this file stays free of zod and of Node built-ins.
 */
import type { JsonObject } from './ask.ts';
import type { Decision } from './decision.ts';

/** At most this many amendments are looked at for one request, refused ones among them. Part of replay: never change it. */
export const AMENDMENTS_MAX = 10;

/** The claims inside an amendment's JWS. `id` is derived from the submission, as a decision's is. */
export interface Amendment {
  readonly id: string;
  readonly request: string;
  /** What the person was shown when they edited. */
  readonly version: number;
  readonly digest: string;
  readonly step: number;
  /** `askDigest` of the step before and after: amendments of one step are a chain from what the agent asked. */
  readonly was: string;
  readonly ask: string;
  readonly person: string;
  readonly reason: string;
  readonly surface: Decision['surface'];
  readonly at: string;
}

/** An amendment as it is handed to a request. `args` are believed only as far as their digest is the signed one. */
export interface HandedAmendment {
  readonly jws: string;
  readonly args: JsonObject;
}

/** An admitted amendment, with the JWS that proves it. */
export interface SignedAmendment {
  readonly amendment: Amendment;
  readonly jws: string;
}

/** One argument that an edit changed, for people. Values are outside text; absent where the argument was or is not given. */
export interface ArgumentChange {
  /** The way to the argument, e.g. `branch` or `fields.email`. */
  readonly field: string;
  readonly was?: string;
  readonly now?: string;
}

/** What people see of a step that was edited: by whom, and how it differs from what the agent asked. */
export interface StepEdits {
  readonly edits: readonly { readonly by: string; readonly at: string; readonly reason: string }[];
  readonly changes: readonly ArgumentChange[];
}

/**
 * The people whose edits stand, each step's last: they said what the step is now, so another person has to agree. Whom
 * an earlier edit of the same step is by may approve what it became, because somebody else said that.
 */
export function editorsOf(steps: readonly (readonly SignedAmendment[] | undefined)[]): readonly string[] {
  const last = steps.flatMap((amendments) => amendments?.at(-1)?.amendment.person ?? []);
  return [...new Set(last)];
}
