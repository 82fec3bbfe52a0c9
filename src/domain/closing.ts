/** From what happened to the outcome: pure rules shared by the story and its tests. */
import type { ToolEffect } from './ask.ts';
import type { Effects, Outcome } from './outcome.ts';
import type { StepStatus } from './request.ts';

/** What matters of one step once the story is over. */
export interface StepEnd {
  readonly effect: ToolEffect;
  readonly status: StepStatus;
}

/** The ending of a step that was refused at the last moment and is not asked again. */
export function refusalOutcome(why: string): 'denied' | 'halted' {
  return why === 'halted' ? 'halted' : 'denied';
}

/** Whether a step's effect is in the outside world now, as far as we can know. Reads leave none. */
export function stands({ effect, status }: StepEnd): boolean {
  return effect !== 'read' && (status === 'done' || status === 'undo_failed');
}

/** How much of the request stands. A request of reads alone leaves `none`. */
export function effectsOf(steps: readonly StepEnd[]): Effects {
  const standing = steps.filter(stands).length;
  if (standing === 0) return 'none';
  return standing === steps.filter((step) => step.effect !== 'read').length ? 'all' : 'some';
}

/**
 * The outcome after undoing. Anything that should have been taken back and stands is `rollback_failed`; a failure
 * whose earlier steps were taken back is `rolled_back`; refusals keep their name when nothing stands.
 */
export function outcomeAfterUndo(cause: Outcome, steps: readonly StepEnd[]): Outcome {
  if (cause === 'executed' || cause === 'halted') return cause;
  if (steps.some(stands)) return 'rollback_failed';
  return cause === 'failed' && steps.some((step) => step.status === 'undone') ? 'rolled_back' : cause;
}
