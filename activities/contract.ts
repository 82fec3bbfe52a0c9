/**
 * The activities' shapes, as workflow code sees them (types only). One file per activity beside this one implements
 * them; `main/` wires what they need. Anything refused by our own rules is a value, so that the story can branch on
 * it; only outside failures are thrown (sorted in `failures.ts`).
 */
import type { ArgumentChange, SignedAmendment } from '../src/domain/amendment.ts';
import type { Ask, JsonObject, JsonValue } from '../src/domain/ask.ts';
import type { CardView, OpenApproval } from '../src/domain/card.ts';
import type { Admission, Decision, DecisionRefusal } from '../src/domain/decision.ts';
import type { JudgedStep, Judgement, Plan, PlanStep } from '../src/domain/plan.ts';
import type { Hearing } from '../src/domain/question.ts';
import type { Need, QuorumState } from '../src/domain/quorum.ts';
import type { RequestInput, Withheld } from '../src/domain/request.ts';
import type { ApprovalGate, Gate, RiskTier, Verdict } from '../src/domain/verdict.ts';

/** One step with the proofs its executor needs: the seal for the ask, and the plan with its decisions where people were asked. */
export interface StepInput {
  readonly request: string;
  readonly seal: string;
  readonly step: number;
  readonly ask: Ask;
  /** The signed edits of this step, oldest first, that lead from what was sealed to `ask`; absent where there are none. */
  readonly amendments?: readonly string[];
  /** The tool that runs as it was judged, after a downscope the smaller one. Nothing larger may run without going back. */
  readonly runs: string;
  /** The channels this step was announced to. */
  readonly announced: readonly string[];
  readonly plan?: {
    readonly version: number;
    readonly digest: string;
    readonly stepDigests: readonly string[];
    readonly step: PlanStep;
  };
  readonly decisions: readonly string[];
  /** The gates of the verdict the request waits under: they hold even if policy is milder now. */
  readonly judgedGates?: readonly Gate[];
  /** The standing grant that took the place of people when it was judged. */
  readonly judgedUnder?: string;
  /** The version of the policy that gave them. */
  readonly judgedPolicy?: string;
}

/** Why a step was not run although nothing failed. `drifted` and `unapproved` go back to people. */
export type StepRefusal = 'denied' | 'halted' | 'drifted' | 'unapproved';

export type StepResult =
  | {
      readonly kind: 'done';
      readonly tool: string;
      readonly result: JsonValue;
      readonly withheld?: readonly Withheld[];
    }
  | {
      readonly kind: 'refused';
      readonly why: StepRefusal;
      readonly sentence: string;
      /** The fresh verdict, when it is what refused. */
      readonly verdict?: Verdict;
      /** An earlier attempt wrote an intent, so an undo has to find out about it. */
      readonly mayHaveHappened?: boolean;
    };

/** What became of an undo: taken back, never happened, or cannot be taken back. */
export interface UndoResult {
  readonly kind: 'undone' | 'nothing' | 'stands';
  readonly sentence: string;
}

export interface PrepareInput {
  readonly request: Omit<RequestInput, 'settings' | 'seal'>;
  readonly version: number;
  /** The tool that runs in each step, as judged. */
  readonly tools: readonly string[];
  /** Steps before this one have run already and are not looked at again. */
  readonly from: number;
}

export interface AdmitInput {
  readonly jws: string;
  readonly request: string;
  readonly version: number;
  readonly digest: string;
  readonly stage: 'waiting' | 'running' | 'closed';
  /** Until when people may decide; absent where nobody is asked. */
  readonly expiresAt?: string;
  readonly needs: readonly Need[];
  readonly tier: RiskTier;
  /** Whether an approval counts only with a reason. */
  readonly needsReason: boolean;
  readonly agent: string;
  readonly onBehalfOf?: string;
  readonly requestedBy?: string;
  /** As they were when the request was judged; whoever they are by now is excluded too. */
  readonly excluded: readonly string[];
  /** For the sentence told to an excluded person. */
  readonly owner: string;
  readonly editor?: string;
  /** The votes admitted so far, as their signatures. */
  readonly votes: readonly string[];
  /** Whose edit is asked, unless the rules let them approve it. */
  readonly editors?: readonly string[];
}

/** `quorum` is counted afresh over every vote still valid now. */
export interface AdmitResult {
  readonly admission: Admission;
  readonly quorum: QuorumState;
  /** Present when the glass is broken: by whom, and where that is announced. */
  readonly glass?: BrokenGlass;
}

export interface BrokenGlass {
  readonly by: readonly string[];
  readonly channel: string;
  /** Whose members look at it afterwards. */
  readonly review?: string;
}

/** Who is asked, by which gates. */
export interface MusterInput {
  readonly gates: readonly ApprovalGate[];
  readonly agent: string;
  readonly onBehalfOf?: string;
  readonly requestedBy?: string;
  readonly editors?: readonly string[];
}

export interface MusterResult {
  readonly needs: readonly Need[];
  readonly enough: boolean;
  readonly fallbacks: readonly string[];
  /** Groups of a later stage to ask at once: it is out of hours for everybody who is asked first. */
  readonly askAtOnce?: readonly string[];
  /** Where operators are told when nobody is left who could decide. */
  readonly alertChannel?: string;
}

/** One signed question, against the request as it is now. `asked` are the ids of those put to the agent so far. */
export interface HearInput extends Omit<AdmitInput, 'votes'> {
  readonly asked: readonly string[];
}

/** One signed edit, and everything that asking again with it depends on. */
export interface AmendInput {
  readonly jws: string;
  readonly args: JsonObject;
  /** With the steps as they are asked now; `asked` is what the agent asked first. */
  readonly request: Omit<RequestInput, 'settings' | 'seal'>;
  readonly asked: readonly Ask[];
  readonly version: number;
  readonly digest: string;
  readonly stage: AdmitInput['stage'];
  readonly expiresAt?: string;
  readonly needs: readonly Need[];
  readonly tier: RiskTier;
  readonly onBehalfOf?: string;
  readonly requestedBy?: string;
  readonly excluded: readonly string[];
  readonly owner: string;
  readonly editor?: string;
  /** Steps before this one ran: they are neither edited nor judged again. */
  readonly from: number;
  /** What each step is held under now. */
  readonly held: readonly { readonly gates: readonly Gate[]; readonly runs: string }[];
  /** The gates people are asked under now, for a step that has none of its own. */
  readonly asking: readonly ApprovalGate[];
}

/** `judged` are the steps from `from` on, under which the request asks again. */
export type AmendResult =
  | {
      readonly taken: true;
      readonly signed: SignedAmendment;
      readonly ask: Ask;
      readonly judged: readonly JudgedStep[];
      /** How the step differs from what the agent asked first. */
      readonly changes: readonly ArgumentChange[];
    }
  | { readonly taken: false; readonly sentence: string; readonly person?: string };

/** Run where the policy bundle is. */
export interface JudgeActivities {
  judge(input: Omit<RequestInput, 'settings'>): Promise<Judgement>;
  admit(input: AdmitInput): Promise<AdmitResult>;
  hear(input: HearInput): Promise<Hearing>;
  muster(input: MusterInput): Promise<MusterResult>;
  amend(input: AmendInput): Promise<AmendResult>;
}

/** Run where the tool credentials are. */
export interface ExecutorActivities {
  prepare(input: PrepareInput): Promise<Plan>;
  execute(input: StepInput): Promise<StepResult>;
  undo(input: StepInput): Promise<UndoResult>;
}

/** A refused decision, for who counts them. `id` is the decision's. */
export interface RefusedDecision {
  readonly id: string;
  readonly why: DecisionRefusal;
  readonly surface: Decision['surface'];
  readonly version: number;
}

/** Run where Slack is. */
export interface ApprovalActivities {
  showCard(input: { readonly view: CardView; readonly open?: OpenApproval }): Promise<void>;
  sayInThread(input: {
    readonly request: string;
    readonly key: string;
    readonly text: string;
    readonly mentionGroups: readonly string[];
    readonly by?: string;
    readonly quote?: string;
  }): Promise<void>;
  /** With `refusal`, a decision that admission refused: it is counted as well. */
  whisper(input: {
    readonly request: string;
    readonly person: string;
    readonly text: string;
    readonly refusal?: RefusedDecision;
  }): Promise<void>;
  tell(input: {
    readonly request: string;
    readonly person: string;
    readonly key: string;
    readonly text: string;
    readonly quote?: string;
  }): Promise<void>;
  announce(input: { readonly channel: string; readonly key: string; readonly text: string }): Promise<void>;
}

export type Activities = JudgeActivities & ExecutorActivities & ApprovalActivities;
