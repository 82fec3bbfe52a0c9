/**
 * What a card shows, as data. The workflow makes one at each change; `slack/cards` draws it. A card is a view and
 * never the truth, but it must never lie: every field comes from the workflow's own state.
 */
import type { StepEdits } from './amendment.ts';
import type { Answer, Assurance, Decision } from './decision.ts';
import type { Effects, Outcome } from './outcome.ts';
import type { PlanStep } from './plan.ts';
import type { QuestionView } from './question.ts';
import type { Need } from './quorum.ts';
import type { StepStatus } from './request.ts';
import type { GrantOffer } from './standing-grant.ts';
import type { RiskTier, RuleHit, VerdictEffect } from './verdict.ts';

export interface CardStep extends PlanStep {
  readonly status: StepStatus;
  readonly verdict: VerdictEffect;
  readonly rules: readonly RuleHit[];
  /** Policy's chain from the question to the answer, for whoever wants the details. */
  readonly explanation?: readonly string[];
  readonly error?: string;
  /** Absent for a step that is as the agent asked. What it says the step was is told, not proved. */
  readonly edited?: StepEdits;
}

export interface CardVote {
  readonly person: string;
  /** Whom they stood in for, where their vote counts only because of it. */
  readonly forPerson?: string;
  readonly answer: Answer;
  readonly reason?: string;
  /** What they allow in advance with it, once this has run. */
  readonly grant?: GrantOffer;
  /** Absent on cards of old, as the next two. */
  readonly surface?: Decision['surface'];
  readonly assurance?: Assurance;
  readonly breakGlass?: true;
  readonly at: string;
}

/** `seq` grows with every change of one request; a drawing with a smaller one never replaces a larger. */
export interface CardView {
  readonly seq: number;
  readonly request: string;
  readonly version: number;
  readonly digest: string;
  readonly policyVersion: string;
  readonly agent: string;
  readonly owner: string;
  readonly editor?: string;
  readonly onBehalfOf?: string;
  readonly requestedBy?: string;
  /** The agent's own words: untrusted. */
  readonly reason: string;
  readonly confidence?: number;
  readonly tier: RiskTier;
  /** The rules whose gates asked; absent on cards of old, as `askedAt`. */
  readonly askedBy?: readonly string[];
  readonly steps: readonly CardStep[];
  readonly needs: readonly Need[];
  /** An approval counts only with a reason. */
  readonly needsReason?: boolean;
  readonly need: number;
  readonly have: number;
  /** People who may not decide, whatever groups they are in. */
  readonly excluded: readonly string[];
  /** People who may not approve it because they edited it; they may deny it. Absent where nobody did. */
  readonly editors?: readonly string[];
  readonly votes: readonly CardVote[];
  /** What approvers asked the agent; absent where nobody did. */
  readonly questions?: readonly QuestionView[];
  readonly requestedAt: string;
  /** When people were asked on this version, and when enough of them had approved it. */
  readonly askedAt?: string;
  readonly approvedAt?: string;
  /** Who edited this version into the next one. */
  readonly editedBy?: string;
  readonly expiresAt: string;
  /** `waiting` has buttons; `replaced` points to the newer version's card; the others are a record. */
  readonly state: 'waiting' | 'running' | 'undoing' | 'replaced' | 'closed';
  readonly outcome?: Outcome;
  readonly effects?: Effects;
  readonly message?: string;
  readonly closedAt?: string;
}

/** What the approvals role stores when a card opens: the authority behind a button's pointer value. */
export interface OpenApproval {
  readonly request: string;
  readonly version: number;
  readonly digest: string;
  readonly agent: string;
  readonly owner: string;
  readonly editor?: string;
  readonly onBehalfOf?: string;
  readonly requestedBy?: string;
  readonly title: string;
  readonly tier: RiskTier;
  readonly needs: readonly Need[];
  /** Whether an approval counts only with a reason. Absent in rows of old: it does not need one. */
  readonly needsReason?: boolean;
  readonly excluded: readonly string[];
  readonly expiresAt: string;
  readonly openedAt: string;
}

/** What a request is called where there is room for a line only: the titles of its steps, so that the digest proves it. */
export function titleOf(steps: readonly Pick<PlanStep, 'title'>[]): string {
  return steps.map(({ title }) => title).join(', ');
}
