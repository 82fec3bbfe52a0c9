/**
 * What activities need from the outside, as interfaces. Rooms implement them, `main/` wires them, tests run one
 * contract suite against each implementation.
 */

import type { Absence, RecordedAbsence } from './absence.ts';
import type { AccessGrant } from './access.ts';
import type { Amendment } from './amendment.ts';
import type { JsonValue } from './ask.ts';
import type { CardView, OpenApproval } from './card.ts';
import type { Decision } from './decision.ts';
import type { Effect, EffectKey, Intent } from './effect.ts';
import type { GatheredFact, StepFacts } from './facts.ts';
import type { Halt } from './halt.ts';
import type { Orders } from './orders.ts';
import type { Agent, Person, SlackIdentity } from './people.ts';
import type { Question } from './question.ts';
import type { SealClaims } from './seal.ts';
import type { Session } from './session.ts';
import type { OutsideIdentity } from './sign-in.ts';
import type { GrantProof, GrantStanding, GrantUse, StandingGrant } from './standing-grant.ts';
import type { Observation, Recent, UsageQuery } from './usage.ts';
import type { Verdict } from './verdict.ts';

export type Clock = () => Date;

/** Decides one step. Never throws for bad facts: anything wrong is a `deny` whose rule is `engine-error`. */
export interface Policy {
  readonly version: string;
  decide(facts: StepFacts): Verdict;
  /** The facts that some rule for this tool reads; the others need not be gathered. All of them for an unknown tool. */
  mentions(tool: string): ReadonlySet<GatheredFact>;
  /**
   * The rules in force now, as a policy that never changes: for who gathers facts between `mentions` and `decide`.
   * Absent where the policy never changes anyway.
   */
  pinned?(): Policy;
}

/** People, read fresh at each decision. Rejects when unreachable; callers then treat nobody as eligible. */
export interface Directory {
  person(id: string): Promise<Person | undefined>;
  personBySlack(identity: SlackIdentity): Promise<Person | undefined>;
  /** The only person whom an identity provider knows by this subject. */
  personByIdentity(identity: OutsideIdentity): Promise<Person | undefined>;
  members(group: string): Promise<readonly Person[]>;
  agent(id: string): Promise<Agent | undefined>;
  /** The agents this person answers for, by id. */
  agentsOf(owner: string): Promise<readonly Agent[]>;
  /** The agent that an outside issuer knows by this subject. */
  agentByIdentity(identity: {
    readonly issuer: string;
    readonly subject: string;
  }): Promise<Agent | undefined>;
}

/** Writes effects down. Rejects when it cannot; the effect must then not happen. */
export interface EffectLedger {
  find(key: EffectKey): Promise<Effect | undefined>;
  /** Creates the row, or returns the existing one untouched (`created: false`). */
  intend(intent: Intent): Promise<{ readonly effect: Effect; readonly created: boolean }>;
  /**
   * As `intend`, but nobody else of the tenant reserves anything meanwhile: `passes` is asked about what is counted at
   * this very moment, and unless it says yes nothing is written and the answer is undefined. A row that exists is
   * returned without asking.
   */
  intendWithin(
    intent: Intent,
    now: Date,
    passes: (recent: Recent) => boolean,
  ): Promise<{ readonly effect: Effect; readonly created: boolean } | undefined>;
  settle(key: EffectKey, state: 'done' | 'failed', result: JsonValue): Promise<void>;
}

/** Reads what was done and refused lately. Rejects when it cannot; a step whose limits are not known is then denied. */
export interface Usage {
  recent(query: UsageQuery): Promise<Recent>;
  /** Writes a read or a denial down, once. */
  observe(observation: Observation): Promise<void>;
}

/**
 * Standing orders, at most half a second old: a process may remember them that long. Rejects when they cannot be read;
 * nothing but reads may then run, and nobody new is let in.
 */
export interface StandingOrders {
  inForce(now: Date): Promise<Orders>;
}

/** Declared tasks of sessions. */
export interface Sessions {
  find(id: string): Promise<Session | undefined>;
  /** Declares once: false, and nothing changed, when the session has declared another task (or is another agent's). */
  declare(session: Session): Promise<boolean>;
}

/** Who is away, and who stands in for them. Read fresh at each decision. Rejects when unreadable; nobody then stands in. */
export interface Absences {
  /** One a person at most: whatever came to be written, nobody is two people's seat at once. */
  inForce(now: Date): Promise<readonly Absence[]>;
}

/** Absences that can also be said and ended. It holds what was said, not whether whoever said it might. */
export interface AbsenceBook extends Absences {
  /**
   * Repeating it is harmless. Rejects with `invalid-field` when its bounds are broken (see `absenceProblem`), the person
   * is away already in that time, or has `ABSENCES_OPEN_MAX` open; with `key-reused` when the id names another.
   */
  add(absence: Absence): Promise<void>;
  find(id: string): Promise<RecordedAbsence | undefined>;
  /** False when no absence of this id is open. One that has not begun never will. */
  end(id: string, by: string): Promise<boolean>;
  /** The person's present and future ones, soonest first: at most `ABSENCES_OPEN_MAX`. */
  openOf(person: string, now: Date): Promise<readonly Absence[]>;
  /** Newest first, past ones too, at most 1,000. */
  list(person?: string): Promise<readonly RecordedAbsence[]>;
}

/** Access that people gave for a while. */
export interface AccessBook {
  /** The agent's grants in force. */
  inForce(agent: string, now: Date): Promise<readonly AccessGrant[]>;
  /** Idempotent by id. */
  give(grant: AccessGrant): Promise<void>;
  find(id: string): Promise<AccessGrant | undefined>;
  /** False when there is no grant of this id in force. */
  revoke(id: string, by: string): Promise<boolean>;
  /** Newest first, past ones too, at most 1,000. */
  list(agent?: string): Promise<readonly AccessGrant[]>;
}

/** The step that a standing grant is looked up for; what it used itself on an earlier attempt is left out. */
export interface GrantQuery {
  readonly agent: string;
  readonly tool: string;
  readonly request: string;
  readonly step: number;
  readonly now: Date;
}

/** What approvers allowed in advance. */
export interface StandingGrants {
  /** Neither revoked nor over, the first to end first; at most 100. Used-up ones are among them. */
  inForce(query: GrantQuery): Promise<readonly GrantStanding[]>;
  find(id: string): Promise<GrantStanding | undefined>;
  /** Newest first, past ones too, at most 1,000. */
  list(whose?: {
    readonly agent?: string | undefined;
    readonly grantedBy?: string | undefined;
  }): Promise<readonly GrantStanding[]>;
  /** Newest first, at most 1,000. */
  usesOf(id: string): Promise<readonly GrantUse[]>;
  /** False when there is no grant of this id in force. Steps that are to run under it go back to people. */
  revoke(id: string, by: string): Promise<boolean>;
  /** Idempotent by id: what was minted first stands, also when it was revoked meanwhile. */
  mint(grant: StandingGrant, proof: GrantProof): Promise<void>;
  proofOf(id: string): Promise<GrantProof | undefined>;
  /**
   * Reserves a use for a step without an effect in the ledger: true when it is within the grant's bounds at that very
   * moment, or was reserved before. A change reserves its use with its intent (`EffectLedger.intendWithin`).
   */
  use(use: Omit<GrantUse, 'at' | 'givenBack'>, now: Date): Promise<boolean>;
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

/** The guard against replayed clicks. */
export interface Clicks {
  /** Whether a click was marked before; marks nothing. */
  seen(clickId: string): Promise<boolean>;
  /** Marks a click: true exactly once per id. */
  firstSeen(clickId: string, now: Date): Promise<boolean>;
}

/** A log as pino gives it. Fields carry ids and words of ours only: never payloads, tokens, URLs or triggers. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Signs decisions; only the approvals role holds one. */
export interface DecisionSigner {
  sign(decision: Decision): Promise<string>;
}

/** Believes a decision only by its signature. Rejects with a CountersignError otherwise. */
export interface DecisionVerifier {
  verify(jws: string): Promise<Decision>;
}

/** Signs amendments, with the key that signs decisions. */
export interface AmendmentSigner {
  sign(amendment: Amendment): Promise<string>;
}

/** As `DecisionVerifier`. One kind is never taken for the other. */
export interface AmendmentVerifier {
  verify(jws: string): Promise<Amendment>;
}

/** Signs questions; only the approvals role holds one. */
export interface QuestionSigner {
  sign(question: Question): Promise<string>;
}

/** Believes a question only by its signature. Rejects with a CountersignError otherwise. */
export interface QuestionVerifier {
  verify(jws: string): Promise<Question>;
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
    /** Whose line it is: their name comes before `text`. */
    readonly by?: string;
    /** Words of others, shown fenced under the line. */
    readonly quote?: string;
  }): Promise<void>;
  /** A private note to one person about a request; ephemeral in the channel of the card. */
  whisper(note: { readonly request: string; readonly person: string; readonly text: string }): Promise<void>;
  /** A direct message to one person. */
  tell(note: {
    readonly request: string;
    readonly person: string;
    readonly key: string;
    readonly text: string;
    /** Words of others, shown fenced under the text. */
    readonly quote?: string;
  }): Promise<void>;
  /** A notice to a channel, once per key. */
  announce(notice: { readonly channel: string; readonly key: string; readonly text: string }): Promise<void>;
}
