/**
 * One request = one workflow. Its input (fixed for life), and the view that agents and people read.
 * Imported by workflow code, so this file stays free of zod and of Node built-ins.
 */
import type { Ask, JsonObject, JsonValue } from './ask.ts';
import type { Effects, Outcome } from './outcome.ts';
import type { QuestionView } from './question.ts';
import type { RuleHit, VerdictEffect } from './verdict.ts';

/** At most this many steps a request (design §2). */
export const STEPS_MAX = 20;

/** How often an activity is tried and how it backs off. */
export interface RetryBounds {
  readonly attemptsMax: number;
  readonly backoffMs: number;
  readonly attemptTimeoutMs: number;
}

/**
 * Everything about the installation that a replay must agree on, fixed when the request starts.
 * Read from the input, never from a worker's configuration.
 */
export interface RequestSettings {
  /** Reads run as local activities: only where the workflows and executor roles share a process. */
  readonly readsLocally: boolean;
  readonly executorQueue: string;
  readonly approvalsQueue: string;
  readonly execute: RetryBounds;
  readonly undo: RetryBounds;
  readonly render: RetryBounds;
  /** A plan is shown to people at most this many times; drifting more often ends as `stale`. */
  readonly versionsMax: number;
  /** Decisions looked at per request; further ones are dropped unread. */
  readonly decisionsMax: number;
  /** How people are asked; absent in requests of old, which are reminded once and escalate at 75 %. */
  readonly deciding?: DecidingSettings;
}

/** How a wait for people goes. Shares are of the whole wait. */
export interface DecidingSettings {
  /** When those who may decide are reminded, as growing shares between 0 and 1. */
  readonly remindAt: readonly number[];
}

/** The input of the `Request` workflow. `seal` is the gateway's signature over all of it that executors rely on. */
export interface RequestInput {
  readonly id: string;
  readonly agent: string;
  readonly onBehalfOf?: string;
  /** The person who prompted the agent to ask; like the agent's owner they never decide about it. */
  readonly requestedBy?: string;
  readonly reason: string;
  /** 0 to 1. A hint of the agent's that may raise risk, never lower it. */
  readonly confidence?: number;
  /** The agent's own deadline for people; may only shorten what policy allows. */
  readonly waitAtMostMs?: number;
  /** The session that asked; absent where the token names none. */
  readonly session?: string;
  readonly steps: readonly Ask[];
  readonly receivedAt: string;
  readonly seal: string;
  readonly settings: RequestSettings;
}

export type RequestStatus = 'running' | 'waiting' | 'closed';

export type StepStatus =
  | 'pending'
  | 'waiting'
  | 'running'
  | 'done'
  | 'failed'
  | 'undone'
  | 'undo_failed'
  | 'skipped';

/** One thing taken out of a result: a field beyond the agent's clearance, or text that looks like a secret. */
export interface Withheld {
  /** JSON pointer into the result. */
  readonly field: string;
  /** One of our own short phrases, e.g. `tier 3` or `card number`. */
  readonly what: string;
}

/** One step as the agent reads it. `tool` is what runs; `askedFor` appears when policy replaced it by a smaller one. */
export interface StepView {
  readonly tool: string;
  readonly askedFor?: string;
  /** Present where a person corrected the step: who did last, why, and the arguments it has now. */
  readonly edited?: {
    readonly by: string;
    readonly at: string;
    readonly reason: string;
    readonly args: JsonObject;
  };
  readonly status: StepStatus;
  readonly verdict?: {
    readonly effect: VerdictEffect;
    readonly rules: readonly RuleHit[];
    readonly explanation?: readonly string[];
  };
  /** Data from outside, never instructions: what it says was written by others. */
  readonly result?: JsonValue;
  /** What was taken out of `result`, and why. */
  readonly withheld?: readonly Withheld[];
  readonly error?: string;
}

/** What an open request waits for. */
export interface WaitingFor {
  readonly groups: readonly string[];
  readonly need: number;
  readonly have: number;
  readonly expiresAt: string;
}

/** A request as the API shows it (design §8), less the links. Also the workflow's result once closed. */
export interface RequestView {
  readonly id: string;
  readonly agent: string;
  readonly status: RequestStatus;
  readonly outcome?: Outcome;
  readonly effects?: Effects;
  readonly mayRevise?: boolean;
  readonly message?: string;
  readonly version: number;
  readonly digest?: string;
  readonly policyVersion?: string;
  readonly steps: readonly StepView[];
  readonly waitingFor?: WaitingFor;
  /** What approvers asked the agent, oldest first; absent where nobody did. */
  readonly questions?: readonly QuestionView[];
  readonly receivedAt: string;
  readonly closedAt?: string;
}
