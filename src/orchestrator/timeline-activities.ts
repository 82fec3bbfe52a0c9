/** The lines of a timeline that come from activities, local ones included. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type {
  AdmitResult,
  AmendResult,
  MusterResult,
  StepResult,
  UndoResult,
} from '../../activities/contract.ts';
import type { Judgement } from '../domain/plan.ts';
import type { Hearing } from '../domain/question.ts';
import { strictest } from '../domain/verdict.ts';
import type { TimelineEntry } from './requests.ts';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export interface Line extends Pick<TimelineEntry, 'kind' | 'text'> {
  /** The earlier event this line is read from as well. */
  readonly alsoEvent?: number;
}

/** The first payload as a value; undefined when it is missing or can't be read. */
export function read<T>(payloads: temporal.api.common.v1.IPayloads | null | undefined): T | undefined {
  const payload = payloads?.payloads?.[0];
  if (payload?.metadata == null) return undefined;
  try {
    return defaultPayloadConverter.fromPayload<T>(payload);
  } catch {
    return undefined;
  }
}

/** A local activity ends as one marker, whose `data` names it and whose `result` is what it returned. */
export function markerLine(event: HistoryEvent): Line | undefined {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName !== 'core_local_activity') return undefined;
  const name = read<{ activity_type?: string }>(marker.details?.data)?.activity_type ?? 'local activity';
  const message = marker.failure?.message;
  if (message != null) return { kind: 'problem', text: failureText(name, message) };
  return resultLine(name, marker.details?.result);
}

/** A regular activity's outcome; its beginning is no line of its own. */
export function activityLines(
  event: HistoryEvent,
  byId: ReadonlyMap<number, HistoryEvent>,
): Line | undefined {
  const ended =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes;
  if (ended == null) return undefined;
  const alsoEvent = Number(ended.scheduledEventId);
  const scheduled = byId.get(alsoEvent)?.activityTaskScheduledEventAttributes;
  const name = scheduled?.activityType?.name ?? 'activity';
  if ('result' in ended) {
    const line = resultLine(name, ended.result, read<Asked>(scheduled?.input));
    return line && { ...line, alsoEvent };
  }
  const failure = 'failure' in ended ? ended.failure : undefined;
  const reason = failure?.message ?? 'out of time';
  return { kind: 'problem', text: failureText(name, reason, read<Asked>(scheduled?.input)), alsoEvent };
}

/** A failure in the words of the story; what only draws is named as it is called. */
function failureText(name: string, reason: string, { step }: Asked = {}): string {
  const which = step === undefined ? 'a step' : `step ${step + 1}`;
  if (name === 'execute') return `Could not run ${which}: ${reason}`;
  if (name === 'undo') return `Could not undo ${which}: ${reason}`;
  return `${FAILED[name] ?? `${name} failed`}: ${reason}`;
}

const FAILED: Readonly<Record<string, string>> = {
  judge: 'Could not judge the request',
  admit: 'Could not admit a decision',
  muster: 'Could not find out who may decide',
  amend: 'Could not look at an edit',
  hear: 'Could not hear a question',
  prepare: 'Could not look at the targets',
  showCard: 'Could not show the card',
  sayInThread: 'Could not write to the thread of the card',
  whisper: 'Could not tell a person privately',
  tell: 'Could not send a message',
  announce: 'Could not announce to the channel',
};

/** What of an activity's input its line needs. */
interface Asked {
  readonly step?: number;
  readonly version?: number;
  readonly person?: string;
  readonly ask?: { readonly tool?: string };
  readonly view?: { readonly version?: number; readonly state?: string };
}

type Payloads = temporal.api.common.v1.IPayloads | null | undefined;

function resultLine(name: string, result: Payloads, asked: Asked = {}): Line | undefined {
  const describe = LINES[name];
  return describe === undefined ? { kind: 'other', text: name } : describe(read(result), asked);
}

const LINES: Readonly<Record<string, (result: unknown, asked: Asked) => Line>> = {
  judge: (result) => judgedLine(result as Judgement | undefined),
  execute: (result, asked) => executedLine(result as StepResult | undefined, asked),
  undo: (result, asked) => undoneLine(result as UndoResult | undefined, asked),
  admit: (result) => admittedLine(result as AdmitResult | undefined),
  muster: (result) =>
    (result as MusterResult | undefined)?.enough === false
      ? { kind: 'problem', text: 'Too few people are left who could decide' }
      : { kind: 'waiting', text: 'Looked who may decide' },
  amend: (result) => amendedLine(result as AmendResult | undefined),
  hear: (result) => heardLine(result as Hearing | undefined),
  prepare: (_, { version }) => ({
    kind: 'card',
    text: `Looked at the targets for version ${version} of the plan`,
  }),
  showCard: (_, { view }) => ({
    kind: 'card',
    text: `Card shown: ${view?.state ?? 'drawn'} (version ${view?.version})`,
  }),
  sayInThread: () => ({ kind: 'card', text: 'Said in the thread of the card' }),
  whisper: (_, { person }) => ({ kind: 'card', text: `Told ${person} privately` }),
  tell: (_, { person }) => ({ kind: 'card', text: `Sent a message to ${person}` }),
  announce: () => ({ kind: 'card', text: 'Announced to the channel policy names' }),
};

function judgedLine(judgement: Judgement | undefined): Line {
  const effects = judgement?.steps.map(({ verdict }) => verdict.effect) ?? [];
  const rules = [
    ...new Set(judgement?.steps.flatMap(({ verdict }) => verdict.rules.map(({ id }) => id)) ?? []),
  ];
  return { kind: 'judged', text: `Judged: ${strictest(effects)} (${rules.join(', ')})` };
}

function executedLine(result: StepResult | undefined, { step, ask }: Asked): Line {
  const which = step === undefined ? '' : ` step ${step + 1}`;
  if (result?.kind === 'refused') return { kind: 'problem', text: `Did not run${which}: ${result.sentence}` };
  const kept = result?.withheld?.length ?? 0;
  const less = kept === 0 ? '' : `, ${kept} ${kept === 1 ? 'field' : 'fields'} of the result withheld`;
  return { kind: 'ran', text: `Ran${which}: ${result?.tool ?? ask?.tool ?? 'a tool'}${less}` };
}

function undoneLine(result: UndoResult | undefined, { step, ask }: Asked): Line {
  const what = `Undo of step ${(step ?? 0) + 1} (${ask?.tool ?? 'a tool'})`;
  const text = result?.sentence ? `${what}: ${result.sentence}` : what;
  return { kind: result?.kind === 'stands' ? 'problem' : 'undone', text };
}

function admittedLine(result: AdmitResult | undefined): Line {
  const admission = result?.admission;
  if (admission === undefined) return { kind: 'decision', text: 'Looked at a decision' };
  if (!admission.admitted) return { kind: 'problem', text: `Refused a decision: ${admission.sentence}` };
  const { person, answer } = admission.vote.decision;
  const { have = 0, need = 0 } = result?.quorum ?? {};
  return { kind: 'decision', text: `${person} said ${answer} (${have} of ${need})` };
}

function amendedLine(result: AmendResult | undefined): Line {
  if (result === undefined) return { kind: 'decision', text: 'Looked at an edit' };
  if (!result.taken) return { kind: 'problem', text: `Refused an edit: ${result.sentence}` };
  const { person, step, reason } = result.signed.amendment;
  const fields = result.changes.map(({ field }) => field).join(', ');
  return { kind: 'decision', text: `${person} edited step ${step + 1} (${fields}): ${reason}` };
}

function heardLine(hearing: Hearing | undefined): Line {
  if (hearing === undefined) return { kind: 'question', text: 'Looked at a question' };
  return hearing.heard
    ? { kind: 'question', text: `${hearing.question.person} asked the agent a question` }
    : { kind: 'problem', text: `Refused a question: ${hearing.sentence}` };
}
