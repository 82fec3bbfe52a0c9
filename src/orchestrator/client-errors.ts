/** The one place where a failure of Temporal's client becomes ours. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { CountersignError } from '../domain/errors.ts';

/** gRPC's CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED and UNAVAILABLE: trying again can help. */
const MAY_PASS = new Set([1, 4, 8, 10, 14]);
const NOT_FOUND = 5;

/** `unavailable` where Temporal, or a worker that a query needs, gave no answer; anything else is handed on as it is. */
export function sortClientError(error: unknown): unknown {
  const code = grpcCode(error);
  if (code === undefined || !MAY_PASS.has(code)) return error;
  return new CountersignError('unavailable', `Cannot reach Temporal: no answer, failed with "${code}"`, {
    cause: error,
  });
}

/** Whether Temporal knows no such workflow. Not every call of its client says so with a class of its own. */
export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || grpcCode(error) === NOT_FOUND;
}

function grpcCode(error: unknown): number | undefined {
  return codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
}

function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}
