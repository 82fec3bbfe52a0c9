/** Which queues the roles listen on, and what of it every request must carry for life. */
import type { DecidingSettings, RequestSettings, RetryBounds } from '../domain/request.ts';
import { ROLES, type Role } from '../process/setting-table.ts';

/** The queue of the workflows role, and of everything where all roles share a process. */
export const WORKFLOWS_QUEUE = 'countersign';
export const EXECUTOR_QUEUE = 'countersign-executor';
export const APPROVALS_QUEUE = 'countersign-approvals';

const EXECUTE: RetryBounds = { attemptsMax: 8, backoffMs: 500, attemptTimeoutMs: 30_000 };
/** Taking something back is worth more patience than doing it. */
const UNDO: RetryBounds = { attemptsMax: 12, backoffMs: 500, attemptTimeoutMs: 30_000 };
/** At a minute between attempts this outlasts the day that a rendering may take in all. */
const RENDER: RetryBounds = { attemptsMax: 1_500, backoffMs: 500, attemptTimeoutMs: 20_000 };

/** Reminded at half and once more near the end: a reminder a person gets often is one nobody reads. */
const DECIDING: DecidingSettings = Object.freeze({ remindAt: [0.5, 0.85] });

/** `together`: one process plays all roles, so that reads need no hop and effects start eagerly on one queue. */
export function requestSettings({ together }: { readonly together: boolean }): RequestSettings {
  return Object.freeze({
    readsLocally: together,
    executorQueue: together ? WORKFLOWS_QUEUE : EXECUTOR_QUEUE,
    approvalsQueue: together ? WORKFLOWS_QUEUE : APPROVALS_QUEUE,
    execute: EXECUTE,
    undo: UNDO,
    render: RENDER,
    versionsMax: 3,
    decisionsMax: 1_000,
    deciding: DECIDING,
  });
}

/** Whether one process plays all roles. */
export function playsAll(roles: readonly Role[]): boolean {
  return ROLES.every((role) => roles.includes(role));
}

/** One worker of a process: the queue it listens on, and the roles whose activities it runs. */
export interface WorkerPlan {
  readonly queue: string;
  readonly plays: readonly Role[];
}

const ALONE: readonly WorkerPlan[] = [
  { queue: WORKFLOWS_QUEUE, plays: ['workflows'] },
  { queue: EXECUTOR_QUEUE, plays: ['executor'] },
  { queue: APPROVALS_QUEUE, plays: ['approvals'] },
];

/**
 * The workers of a process that plays `roles`. A process that plays all of them answers the separate queues too:
 * requests that were opened while the roles were apart carry those for life. The other way round the steps of requests
 * that one process opened wait, unfailed, until a process plays all roles again.
 */
export function workersOf(roles: readonly Role[]): readonly WorkerPlan[] {
  const alone = ALONE.filter(({ plays }) => plays.every((role) => roles.includes(role)));
  if (!playsAll(roles)) return alone;
  const together = { queue: WORKFLOWS_QUEUE, plays: ['workflows', 'executor', 'approvals'] as const };
  return [together, ...alone.filter(({ queue }) => queue !== WORKFLOWS_QUEUE)];
}
