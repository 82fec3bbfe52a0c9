/**
 * A request's story for people, read from its Temporal history and from nothing else, so that page and history can't
 * disagree. Each line names the events it was read from.
 */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { AMENDMENT_SIGNAL, ANSWER_SIGNAL, QUESTION_SIGNAL } from '../../workflows/messages.ts';
import { isNotFound } from './client-errors.ts';
import type { TimelineEntry } from './requests.ts';
import { activityLines, type HistoryEvent, type Line, markerLine, read } from './timeline-activities.ts';

/** Histories longer than this are shown up to here; a request's has some tens of events. */
const EVENTS_MAX = 2000;

export async function timelineOf(client: Client, id: string): Promise<readonly TimelineEntry[]> {
  try {
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    return timelineFrom((events ?? []).slice(0, EVENTS_MAX));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The lines of a history, in its order. */
export function timelineFrom(events: readonly HistoryEvent[]): readonly TimelineEntry[] {
  const byId = new Map(events.map((event) => [Number(event.eventId), event]));
  return events.flatMap((event) => {
    const line = lineOf(event, byId);
    if (line === undefined) return [];
    const { alsoEvent, ...shown } = line;
    const ids = [...(alsoEvent === undefined ? [] : [alsoEvent]), Number(event.eventId)];
    return [{ at: timeOf(event), ...shown, events: ids }];
  });
}

function lineOf(event: HistoryEvent, byId: ReadonlyMap<number, HistoryEvent>): Line | undefined {
  return storyLine(event) ?? markerLine(event) ?? activityLines(event, byId) ?? waitLine(event, byId);
}

function storyLine(event: HistoryEvent): Line | undefined {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started != null) {
    const input = read<{ agent?: string; reason?: string; steps?: readonly unknown[] }>(started.input);
    const steps = input?.steps?.length ?? 0;
    return {
      kind: 'asked',
      text: `${input?.agent ?? 'An agent'} asked for ${steps} ${steps === 1 ? 'step' : 'steps'}`,
    };
  }
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal != null) return SIGNALS[signal.signalName ?? ''] ?? A_DECISION;
  if (event.workflowExecutionCancelRequestedEventAttributes != null) {
    return { kind: 'problem', text: 'Asked to cancel' };
  }
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed != null) {
    const view = read<{ outcome?: string; message?: string }>(completed.result);
    return { kind: 'closed', text: `Closed as ${view?.outcome ?? 'unknown'}: ${view?.message ?? ''}` };
  }
  return endedLine(event);
}

const A_DECISION: Line = { kind: 'decision', text: 'A signed decision arrived' };
const SIGNALS: Readonly<Record<string, Line>> = {
  [AMENDMENT_SIGNAL]: { kind: 'decision', text: 'A signed edit arrived' },
  [QUESTION_SIGNAL]: { kind: 'question', text: 'A signed question arrived' },
  [ANSWER_SIGNAL]: { kind: 'question', text: 'The agent answered a question' },
};

function endedLine(event: HistoryEvent): Line | undefined {
  if (event.workflowExecutionTerminatedEventAttributes != null) {
    return { kind: 'problem', text: 'Terminated by an operator; nothing was undone' };
  }
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed != null)
    return { kind: 'problem', text: `Broke: ${failed.failure?.message ?? 'unknown reason'}` };
  return undefined;
}

function waitLine(event: HistoryEvent, byId: ReadonlyMap<number, HistoryEvent>): Line | undefined {
  const fired = event.timerFiredEventAttributes;
  if (fired == null) return undefined;
  const startedAt = Number(fired.startedEventId);
  const summary = read<string>({ payloads: [byId.get(startedAt)?.userMetadata?.summary ?? {}] });
  return { kind: 'waiting', text: `The wait ${summary ?? 'for people'} is over`, alsoEvent: startedAt };
}

/** When an event happened, ISO 8601 in UTC; the epoch where it does not say. */
export function timeOf({ eventTime }: temporal.api.history.v1.IHistoryEvent): string {
  const ms = Number(eventTime?.seconds ?? 0) * 1000 + Math.floor((eventTime?.nanos ?? 0) / 1e6);
  return new Date(ms).toISOString();
}
