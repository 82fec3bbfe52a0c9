/**
 * Turns what activities throw into what Temporal may retry, in one place. Refused is final, no verdict reached is
 * retryable (craft habit 22). The message is our own sentence: it reaches agents, cards and the history.
 */
import { log } from '@temporalio/activity';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { CountersignError } from '../src/domain/errors.ts';
import { OutsideError } from '../src/domain/retry.ts';

/**
 * Wraps an activity so that everything it throws is sorted. Unknown errors stay retryable; what was inside them goes to
 * the log and never into the failure, which everybody who may look at the history reads.
 */
export function sorted<Input, Output>(
  activity: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      throw asFailure(error);
    }
  };
}

/** After an unknown outcome a vendor may still be at it; asking sooner would take "not yet" for "no". */
const UNKNOWN_PAUSE_MS = 12_000;

function retryDelay({ kind, retryAfterMs }: OutsideError): { readonly nextRetryDelay?: number } {
  const pauseMs = Math.max(retryAfterMs ?? 0, kind === 'unknown' ? UNKNOWN_PAUSE_MS : 0);
  return pauseMs === 0 ? {} : { nextRetryDelay: pauseMs };
}

function asFailure(error: unknown): TemporalFailure {
  // Cancellation and the like are Temporal's own and known to it.
  if (error instanceof TemporalFailure) return error;
  if (error instanceof OutsideError) {
    return ApplicationFailure.create({
      message: error.message,
      type: `outside-${error.kind}`,
      nonRetryable: error.kind === 'final',
      ...retryDelay(error),
    });
  }
  if (error instanceof CountersignError) {
    const nonRetryable = error.code !== 'unavailable' && error.code !== 'internal';
    return ApplicationFailure.create({ message: error.message, type: error.code, nonRetryable });
  }
  log.error('An activity broke', { error });
  return ApplicationFailure.create({ message: 'Something broke inside Countersign', type: 'internal' });
}
