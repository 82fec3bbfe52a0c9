/**
 * The orchestrator: the only room that calls the Temporal client. Doors (HTTP, Slack, CLI) see this interface and
 * know nothing of workflows.
 *
 * It promises that a repeated ask with the same key is the same request, and that a decision is durable when
 * `decide` resolves. It refuses to judge anything.
 */
import type { AsksQuery } from '../../workflows/messages.ts';
import type { HandedAmendment } from '../domain/amendment.ts';
import type { Ask } from '../domain/ask.ts';
import type { QuestionAnswer } from '../domain/question.ts';
import type { RequestStatus, RequestView } from '../domain/request.ts';

/** What a door hands over: parsed, authenticated, bounded. */
export interface NewRequest {
  readonly agent: string;
  readonly onBehalfOf?: string;
  /** The person who prompted the agent to ask. */
  readonly requestedBy?: string;
  readonly reason: string;
  readonly confidence?: number;
  readonly waitAtMostMs?: number;
  readonly steps: readonly Ask[];
  /** The session that asks; absent where the token names none. */
  readonly session?: string;
  /** The token that asks, by its `jti`. Sealed, so that revoking it reaches the request; a retry may bring another. */
  readonly token?: string;
  /** The caller's `Idempotency-Key`; without one every ask is a new request. */
  readonly key?: string;
}

/** Who looks: sees requests of this agent only, and where it has a session, of this session only. */
export interface Asker {
  readonly agent: string;
  /** Null or absent: every request of the agent. */
  readonly session?: string | null;
}

export interface RequestSummary {
  readonly id: string;
  readonly agent: string;
  readonly tools: readonly string[];
  readonly status: RequestStatus;
  readonly outcome?: string;
  readonly risk?: string;
  readonly receivedAt: string;
}

/** One line of a request's story, read from its Temporal history. */
export interface TimelineEntry {
  readonly at: string;
  readonly kind:
    | 'asked'
    | 'judged'
    | 'ran'
    | 'undone'
    | 'card'
    | 'decision'
    | 'question'
    | 'waiting'
    | 'problem'
    | 'closed'
    | 'other';
  readonly text: string;
  /** Raw event ids in the history, for the reader who wants to look. */
  readonly events: readonly number[];
}

export interface Requests {
  /** Starts the request's workflow, or finds it by key. `key-reused` when the same key came with another body or session. */
  start(ask: NewRequest): Promise<{ readonly id: string; readonly created: boolean }>;
  /** The id that this key makes; another each time without one. Says nothing about whether there is such a request. */
  idOf(agent: string, key: string | undefined): string;
  /** The request as it is now; undefined when unknown, or not this asker's. */
  view(id: string, asker?: Asker): Promise<RequestView | undefined>;
  /** As `view`, but waits up to `waitMs` for the request to close. */
  settled(id: string, waitMs: number, asker?: Asker): Promise<RequestView | undefined>;
  /**
   * Asks a request to stop; what ran is undone. Resolves when the wish is durable. `not-found` when unknown or not this
   * asker's, `already-closed` when too late.
   */
  cancel(id: string, asker?: Asker): Promise<void>;
  /** Newest first. A session's are looked for among the agent's newest 1,000. */
  list(filter: {
    readonly asker?: Asker;
    readonly status?: RequestStatus;
    readonly limit: number;
  }): Promise<readonly RequestSummary[]>;
  /** Makes a signed decision durable (a Signal). `closed` when the request no longer runs. */
  decide(id: string, jws: string): Promise<'recorded' | 'closed' | 'unknown'>;
  /** Makes a signed edit of a step durable (a Signal), as `decide` does with decisions. */
  amend(id: string, amendment: HandedAmendment): Promise<'recorded' | 'closed' | 'unknown'>;
  /**
   * What is asked now, with its arguments, for people who may edit it; undefined when unknown or closed. Doors for agents
   * have no use for it.
   */
  asks(id: string): Promise<AsksQuery | undefined>;
  /** As `decide`, for a signed question. */
  question(id: string, jws: string): Promise<'recorded' | 'closed' | 'unknown'>;
  /**
   * Answers an open question and resolves to the request with the answer in it; the same answer again changes nothing.
   * Rejects with `not-found` when request or question are unknown or not this asker's, `already-answered`, or
   * `already-closed`.
   */
  answer(id: string, answer: QuestionAnswer, asker?: Asker): Promise<RequestView>;
  timeline(id: string): Promise<readonly TimelineEntry[]>;
  /** Resolves when the Temporal frontend answers; rejects otherwise. For readiness. */
  ready(): Promise<void>;
}
