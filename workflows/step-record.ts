/** One step's facts so far. */
import type { StepResult } from '../activities/contract.ts';
import type { ArgumentChange, SignedAmendment } from '../src/domain/amendment.ts';
import type { Ask, JsonValue, ToolEffect } from '../src/domain/ask.ts';
import type { StepStatus, Withheld } from '../src/domain/request.ts';
import type { Verdict } from '../src/domain/verdict.ts';

/** `ask` is what is asked now, after edits; `tool` is what runs, after a downscope the smaller one. */
export interface StepRecord {
  ask: Ask;
  /** The edits that made `ask` of what the agent asked, oldest first, and how the two differ. */
  amendments?: readonly SignedAmendment[];
  changes?: readonly ArgumentChange[];
  tool: string;
  effect: ToolEffect;
  target: string;
  /** The target's policy scope: what may be said of it where not everybody may read it. */
  scope: string;
  verdict?: Verdict;
  status: StepStatus;
  result?: JsonValue;
  /** What was taken out of `result` before it came here. */
  withheld?: readonly Withheld[];
  error?: string;
}

export type Refused = Pick<Extract<StepResult, { kind: 'refused' }>, 'sentence' | 'mayHaveHappened'>;
export type Done = Extract<StepResult, { kind: 'done' }>;

/** A step that nothing is known of but what the agent asked. */
export function askedStep(ask: Ask): StepRecord {
  return { ask, tool: ask.tool, effect: 'write', target: '', scope: '', status: 'pending' };
}

/** Puts a step back to how it was when `before` was copied from it. */
export function putBack(step: StepRecord, before: StepRecord): void {
  delete step.amendments;
  delete step.changes;
  Object.assign(step, before);
}
