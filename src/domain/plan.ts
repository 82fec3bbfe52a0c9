/**
 * The plan: what people are shown and what their decisions bind to. Made by the `prepare` activity in the executor
 * role (it may look at the outside world), rebuilt as a new version when a target drifted.
 */
import type { Ask, Reversibility, Target, ToolEffect } from './ask.ts';
import type { RecordedFacts } from './facts.ts';
import type { Verdict, VerdictEffect } from './verdict.ts';

/** One label and value on the card. Values are outside text: shown as plain text only, already redacted. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What judging found for one step. */
export interface JudgedStep {
  readonly verdict: Verdict;
  /** The tool that runs: the asked one, or the smaller one of a downscope. */
  readonly tool: string;
  readonly effect: ToolEffect;
  readonly reversibility: Reversibility;
  readonly target: Target;
  /** What policy decided on, so that another policy can be asked later. Absent where no facts were reached. */
  readonly facts?: RecordedFacts;
  /** What a candidate policy would have said; only recorded. */
  readonly shadow?: ShadowVerdict;
}

/** The answer of a policy that is not in force. */
export interface ShadowVerdict {
  readonly policyVersion: string;
  readonly effect: VerdictEffect;
  readonly rules: readonly string[];
}

/** The result of judging a whole request. */
export interface Judgement {
  readonly policyVersion: string;
  readonly owner: string;
  /** Who changed the agent's configuration last. Absent in old histories, and where nobody is named. */
  readonly editor?: string;
  readonly digest: string;
  readonly steps: readonly JudgedStep[];
}

/** One step as people see it. */
export interface PlanStep {
  readonly index: number;
  /** `askDigest` of what the agent asked, so that everything shown can be held against the digest. */
  readonly ask: string;
  readonly tool: string;
  /** Verb and object in our words, e.g. `Delete branch`. */
  readonly title: string;
  readonly effect: ToolEffect;
  readonly reversibility: Reversibility;
  readonly target: Target;
  /** Hash of the target's state now; absent where the tool has none. A different one at execution is drift. */
  readonly fingerprint?: string;
  readonly facts: readonly Fact[];
  /** How the step would be undone, in one sentence; null where it cannot be. */
  readonly undo: string | null;
}

/** One version of the plan. `digest` covers everything that gives it meaning; decisions name it. */
export interface Plan {
  readonly version: number;
  readonly digest: string;
  /** One per step of the request, in order; lets an executor that holds one step recompute `digest`. */
  readonly stepDigests: readonly string[];
  readonly steps: readonly PlanStep[];
}

/** The asked step as its executor needs it. */
export interface StepAtHand {
  readonly index: number;
  readonly ask: Ask;
}
