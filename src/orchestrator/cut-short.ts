/**
 * Requests whose story cannot speak for itself: not begun yet, or ended from outside (terminated, broken) before its
 * last word. What can be said truthfully then comes from the history.
 */

import { effectsOf } from '../domain/closing.ts';
import { type Effects, mayRevise, type Outcome } from '../domain/outcome.ts';
import type { Judgement } from '../domain/plan.ts';
import type { RequestInput, RequestView, StepView } from '../domain/request.ts';
import { type HistoryEvent, read } from './timeline-activities.ts';

/** Whether no workflow task was ever completed: nothing was judged, so nothing can have run. */
export function hasNotBegun(events: readonly HistoryEvent[]): boolean {
  return events.every((event) => event.workflowTaskCompletedEventAttributes == null);
}

/** A request that has not begun, as it was asked; undefined when the history does not hold the ask. */
export function viewAsAsked(events: readonly HistoryEvent[]): RequestView | undefined {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const input = read<RequestInput>(started?.input);
  if (input === undefined) return undefined;
  const { id, agent, receivedAt } = input;
  const steps = input.steps.map(({ tool }) => ({ tool, status: 'pending' as const }));
  return { id, agent, status: 'running', version: 1, steps, receivedAt };
}

export interface Cut {
  /** An operator ended it; otherwise Countersign itself broke. */
  readonly byOperator: boolean;
  readonly at: Date | undefined;
}

/** The closed view of a request that ended from outside. An outcome that its story had reached stands. */
export function cutShort(
  view: RequestView,
  events: readonly HistoryEvent[],
  { byOperator, at }: Cut,
): RequestView {
  if (view.outcome !== undefined) return view;
  const effects = standing(view.steps, judgementIn(events));
  const outcome: Outcome = byOperator ? 'halted' : effects === 'none' ? 'failed' : 'rollback_failed';
  const revise = mayRevise(outcome);
  const { waitingFor: _, ...rest } = view;
  return {
    ...rest,
    status: 'closed',
    outcome,
    effects,
    ...(revise === undefined ? {} : { mayRevise: revise }),
    message: byOperator
      ? 'An operator ended the request; nothing was undone.'
      : 'Countersign broke while the request ran; nothing was undone.',
    steps: view.steps.map(cutStep),
    ...(at === undefined ? {} : { closedAt: at.toISOString() }),
  };
}

/** A step in hand may have happened, so it never reads as if nothing had. */
function standing(steps: readonly StepView[], judgement: Judgement | undefined): Effects {
  const ends = steps.map(({ status }, index) => ({
    effect: judgement?.steps[index]?.effect ?? ('write' as const),
    status,
  }));
  const known = effectsOf(ends);
  const doubtful = ends.some(
    ({ effect, status }) => effect !== 'read' && (status === 'running' || status === 'failed'),
  );
  return known === 'none' && doubtful ? 'some' : known;
}

function cutStep(step: StepView): StepView {
  if (step.status === 'pending' || step.status === 'waiting') return { ...step, status: 'skipped' };
  if (step.status !== 'running') return step;
  return { ...step, status: 'failed', error: 'It was cut short; whether it happened is not known.' };
}

/** What `judge` returned, read from its marker; undefined where judging has not ended well. */
export function judgementIn(events: readonly HistoryEvent[]): Judgement | undefined {
  const markers = events.map((event) => event.markerRecordedEventAttributes?.details);
  const judged = markers.find((details) => activityOf(details?.data) === 'judge');
  return read<Judgement>(judged?.result);
}

function activityOf(data: Parameters<typeof read>[0]): string | undefined {
  return read<{ readonly activity_type?: string }>(data)?.activity_type;
}
