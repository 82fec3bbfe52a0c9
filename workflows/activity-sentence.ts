/** The sentence of a failed activity: our own words, made where the failure was sorted (`activities/failures.ts`). */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/**
 * Regular activities fail as an ActivityFailure around the cause, local ones as the bare ApplicationFailure. Anything
 * else is a bug of the story and is thrown on.
 */
export function sentenceOf(error: unknown): string {
  if (error instanceof ActivityFailure) return error.cause?.message ?? error.message;
  if (error instanceof ApplicationFailure) return error.message;
  throw error;
}
