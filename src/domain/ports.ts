/**
 * What activities need from the outside, as interfaces. Rooms implement them, `main/` wires them, tests run one
 * contract suite against each implementation.
 */

import type { JsonValue } from './ask.ts';
import type { CardView, OpenApproval } from './card.ts';
import type { Decision } from './decision.ts';
import type { Effect, EffectKey, Intent } from './effect.ts';
import type { StepFacts } from './facts.ts';
import type { Halt } from './halt.ts';
import type { Agent, Person, SlackIdentity } from './people.ts';
import type { SealClaims } from './seal.ts';
import type { Verdict } from './verdict.ts';

export type Clock = () => Date;

/** Decides one step. Never throws for bad facts: anything wrong is a `deny` whose rule is `engine-error`. */
export interface Policy {
  readonly version: string;
  decide(facts: StepFacts): Verdict;
}

/** People, read fresh at each decision. Rejects when unreachable; callers then treat nobody as eligible. */
export interface Directory {
  person(id: string): Promise<Person | undefined>;
  personBySlack(identity: SlackIdentity): Promise<Person | undefined>;
  members(group: string): Promise<readonly Person[]>;
  agent(id: string): Promise<Agent | undefined>;
}

/** Writes effects down. Rejects when it cannot; the effect must then not happen. */
export interface EffectLedger {
  find(key: EffectKey): Promise<Effect | undefined>;
  /** Creates the row, or returns the existing one untouched (`created: false`). */
  intend(intent: Intent): Promise<{ readonly effect: Effect; readonly created: boolean }>;
  settle(key: EffectKey, state: 'done' | 'failed', result: JsonValue): Promise<void>;
}

/** Reads the halts in force. Rejects when they cannot be read; nothing but reads may then run. */
export interface Halts {
  active(now: Date): Promise<readonly Halt[]>;
}

/** The open approvals: what a button's pointer value is looked up in. */
export interface Inbox {
  /** Idempotent per request and version. */
  open(approval: OpenApproval): Promise<void>;
  close(request: string, version: number): Promise<void>;
  find(request: string, version: number): Promise<(OpenApproval & { readonly open: boolean }) | undefined>;
  list(): Promise<readonly OpenApproval[]>;
}

/** Signs decisions; only the approvals role holds one. */
export interface DecisionSigner {
  sign(decision: Decision): Promise<string>;
}

/** Believes a decision only by its signature. Rejects with a CountersignError otherwise. */
export interface DecisionVerifier {
  verify(jws: string): Promise<Decision>;
}

export interface SealSigner {
  sign(claims: SealClaims): Promise<string>;
}

export interface SealVerifier {
  verify(jws: string): Promise<SealClaims>;
}

/**
 * Shows things to people. Rejects with a RateLimited-like error carrying `retryAfterMs` when told to slow down
 * (see `domain/retry.ts`).
 */
export interface Surface {
  /** Posts or updates the card of one request version; converges to the largest `seq`, whatever order calls end in. */
  showCard(view: CardView): Promise<void>;
  /** One line in the thread of the request's card. `key` makes a repeat harmless. */
  sayInThread(line: {
    readonly request: string;
    readonly key: string;
    readonly text: string;
    readonly mentionGroups?: readonly string[];
  }): Promise<void>;
  /** A private note to one person about a request; ephemeral in the channel of the card. */
  whisper(note: { readonly request: string; readonly person: string; readonly text: string }): Promise<void>;
  /** A direct message to one person. */
  tell(note: {
    readonly request: string;
    readonly person: string;
    readonly key: string;
    readonly text: string;
  }): Promise<void>;
  /** A notice to a channel, once per key. */
  announce(notice: { readonly channel: string; readonly key: string; readonly text: string }): Promise<void>;
}
