/**
 * Oversight that measures itself: what people were asked, what they answered, how long they looked, and what became
 * of it. Ids, closed words, times and numbers only: no reason's text, no argument and no name of a target is kept.
 */
import type { Answer, Assurance, Decision, DecisionRefusal } from './decision.ts';
import type { Effects, Outcome } from './outcome.ts';
import type { RiskTier } from './verdict.ts';

/** A step people were asked about. `target` is a digest of the target's id: told apart, never told. */
export interface AskedStep {
  readonly index: number;
  readonly tool: string;
  readonly scope: string;
  readonly target: string;
}

/** One person's admitted answer on one version. */
export interface GivenAnswer {
  readonly person: string;
  readonly answer: Answer;
  readonly at: string;
  readonly hasReason: boolean;
  readonly surface: Decision['surface'];
  readonly assurance: Assurance;
}

/** How one version's asking ended. `replaced`: the target drifted or policy became stricter before people answered. */
export type Fate = 'open' | 'approved' | 'rejected' | 'edited' | 'expired' | 'replaced' | 'ended';

/** One version of a request that people were asked about, as its newest card says. */
export interface Asked {
  readonly request: string;
  readonly version: number;
  /** Of the card these facts are from; a smaller one never replaces a larger. */
  readonly seq: number;
  readonly agent: string;
  readonly tier: RiskTier;
  readonly rules: readonly string[];
  readonly groups: readonly string[];
  /** Who could answer when it was asked, by group; absent where the directory could not be read then. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  readonly steps: readonly AskedStep[];
  readonly answers: readonly GivenAnswer[];
  readonly fate: Fate;
  /** Who edited this version into the next one. */
  readonly editedBy?: string;
  readonly outcome?: Outcome;
  readonly effects?: Effects;
  /** Steps taken back after they ran, and steps that should have been and still stand. */
  readonly undone: number;
  readonly stuck: number;
  readonly askedAt: string;
  /** When its card first stood where people could see it. */
  readonly shownAt?: string;
  readonly closedAt?: string;
}

/** Why a click, a form or a command was refused: what admission says, and what doors find before they sign. */
export type RefusedWhy =
  | DecisionRefusal
  | 'guest'
  | 'bot'
  | 'deactivated'
  | 'stranger'
  | 'unknown-request'
  | 'stale-card'
  | 'incomplete'
  | 'slow-down';

/** One refused click. `id` is made of the delivery, so that a repeated one counts once. */
export interface RefusedClick {
  readonly id: string;
  readonly why: RefusedWhy;
  readonly surface: Decision['surface'];
  readonly person?: string;
  readonly request?: string;
  readonly version?: number;
  readonly at: string;
}

/** What a period holds, oldest first; `isWhole` is false where there was more than may be read at once. */
export interface OversightRecords {
  readonly asked: readonly Asked[];
  readonly refused: readonly RefusedClick[];
  readonly isWhole: boolean;
}

/** One approval, and how long its person could see the card before it. */
export interface PacedApproval {
  readonly at: string;
  readonly seconds: number;
}

/** What was decided on a similar request before: the same agent and tool, or the same tool in the same scope. */
export interface EarlierDecision {
  readonly request: string;
  readonly version: number;
  readonly agent: string;
  readonly tool: string;
  readonly scope: string;
  /** `target`: the very same target, `scope`: the same tool in the same scope, `agent`: the same agent and tool. */
  readonly similar: 'target' | 'scope' | 'agent';
  readonly fate: Exclude<Fate, 'open' | 'replaced'>;
  readonly outcome?: Outcome;
  readonly answers: readonly Pick<GivenAnswer, 'person' | 'answer'>[];
  readonly at: string;
}

/** What is looked for beside `EarlierDecision`. Of this request itself nothing is given. */
export interface SimilarTo {
  readonly request: string;
  readonly agent: string;
  readonly steps: readonly AskedStep[];
}

/** What `note` wrote that was not known before, so that everything is counted once. */
export interface Noted {
  readonly isNew: boolean;
  readonly answers: readonly GivenAnswer[];
  readonly isClosed: boolean;
  /** See `Asked`. */
  readonly shownAt?: string;
}

/** The kept records. Rejects when the database does not answer. */
export interface OversightBook {
  /** Idempotent; takes cards in any order. Who could answer stays as it was first noted. */
  note(asked: Asked): Promise<Noted>;
  /** Notes that the card stands where people see it: the earliest time stays. Nothing where nothing was noted. */
  shown(card: { readonly request: string; readonly version: number; readonly at: string }): Promise<void>;
  /**
   * What somebody said at a door, before anybody knows whether it counts: for their pace only, until a card shows it.
   * Rejects where nobody was asked.
   */
  said(card: { readonly request: string; readonly version: number }, answer: GivenAnswer): Promise<void>;
  /** True when it was new. One person's further refusals within a minute are dropped beyond a bound. */
  refused(click: RefusedClick): Promise<boolean>;
  /** The person's newest approvals, newest first, said and admitted ones. */
  approvalsOf(person: string, countMax: number): Promise<readonly PacedApproval[]>;
  /** The newest decisions on similar requests, newest first, one a request. */
  earlier(similar: SimilarTo, countMax: number): Promise<readonly EarlierDecision[]>;
  /** What was asked or refused since then. */
  since(from: Date): Promise<OversightRecords>;
}
