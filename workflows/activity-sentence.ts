/** The sentence of a failed activity: our own words, made where the failure was sorted (`activities/failures.ts`). */
import { TemporalFailure } from '@temporalio/workflow';

/**
 * The innermost cause's message. Regular activities fail as an ActivityFailure around it, local ones as the bare
 * failure, and a time-out has another class live than in a replay: all of them are answered, so that both agree.
 * Anything else is a bug of the story and is thrown on.
 */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof TemporalFailure)) throw error;
  return error.cause instanceof TemporalFailure ? sentenceOf(error.cause) : error.message;
}
