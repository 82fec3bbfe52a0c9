/**
 * Pausing from a door for people: an agent by its owner, anything by an operator. It writes the same halts that the command
 * line does. A person lifts what they put up themselves; whatever else stands is an operator's to lift.
 */
import { createHash } from 'node:crypto';
import { CountersignError } from '../domain/errors.ts';
import type { Halt } from '../domain/halt.ts';
import type { Person } from '../domain/people.ts';
import type { Clock, Directory, Halts, Log } from '../domain/ports.ts';

export const PAUSE_REASON_CHARS_MAX = 500;

/** Pauses are told apart from halts of the command line, whose author's name may be anybody's id. */
const PAUSE_ID = /^pause_[0-9a-f]{40}$/;

/** Halts that can be put up and lifted. */
export interface PauseBook extends Halts {
  /** Repeating it is harmless. */
  add(halt: Halt): Promise<void>;
  /** False when no halt of this id is in force here. */
  lift(id: string, by: string): Promise<boolean>;
}

export interface PauseDesk {
  readonly directory: Pick<Directory, 'agent'>;
  readonly halts: PauseBook;
  /** Names of every tool: pausing one that is misspelt would stop nothing. */
  readonly tools: readonly string[];
  readonly clock: Clock;
  readonly security: Log;
}

/** What is paused. */
export type Stop = Pick<Halt, 'scope' | 'subject'>;

export type PauseSaid =
  | { readonly kind: 'paused' | 'resumed'; readonly stop: Stop }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Reads `everything`, `<agent|tool|provider>:<name>`, or the bare id of an agent. */
export function parseStop(text: string): Stop | undefined {
  if (text === 'everything') return { scope: 'everything', subject: '*' };
  const [, kind = 'agent', subject] = /^(?:(agent|tool|provider):)?([A-Za-z0-9._-]{1,200})$/.exec(text) ?? [];
  return subject === undefined ? undefined : { scope: kind as Stop['scope'], subject };
}

/** `everything`, `agent release-agent`. */
export function stopWords({ scope, subject }: Stop): string {
  return scope === 'everything' ? 'everything' : `${scope} ${subject}`;
}

/** Pauses; in force within a second on every process. Rejects when nothing can be read or written. */
export async function pause(
  desk: PauseDesk,
  {
    person,
    stop,
    reason,
    key,
  }: { readonly person: Person; readonly stop: Stop; readonly reason: string; readonly key: string },
): Promise<PauseSaid> {
  const refusal = (await whyNotPause(desk, person, stop)) ?? whyNoReason(reason);
  if (refusal !== undefined) return refuse(desk, { person, stop, refusal });
  const halt: Halt = {
    id: `pause_${createHash('sha256').update(key).digest('hex').slice(0, 40)}`,
    ...stop,
    ...{ reason: reason.trim(), by: person.id, at: desk.clock().toISOString() },
  };
  try {
    await desk.halts.add(halt);
  } catch (error) {
    // The same wish once more, after it was lifted: it must not pause again.
    if (!(error instanceof CountersignError) || error.code !== 'key-reused') throw error;
    return {
      kind: 'refused',
      sentence: 'This was paused and resumed already; pause it anew if it must stop',
    };
  }
  desk.security.warn(
    { event: 'paused', person: person.id, ...stop, halt: halt.id },
    'Somebody paused something',
  );
  return { kind: 'paused', stop };
}

/** Lifts one halt by its id. */
export async function resume(
  desk: PauseDesk,
  { person, id }: { readonly person: Person; readonly id: string },
): Promise<PauseSaid> {
  const halt = (await desk.halts.active(desk.clock())).find((one) => one.id === id);
  if (halt === undefined) return { kind: 'refused', sentence: 'This is not paused any more' };
  if (!mayLift(person, halt)) {
    const refusal = `${stopWords(halt)} was paused by somebody else: an operator resumes it`;
    return refuse(desk, { person, stop: halt, refusal });
  }
  if (!(await desk.halts.lift(id, person.id)))
    return {
      kind: 'refused',
      sentence: `This halt is kept outside the database: an operator lifts it with "countersign resume ${id}"`,
    };
  desk.security.warn({ event: 'resumed', person: person.id, halt: id }, 'Somebody resumed something');
  return { kind: 'resumed', stop: { scope: halt.scope, subject: halt.subject } };
}

/** Operators lift any; everybody else the pauses they put up themselves. */
export function mayLift(person: Person, { id, by }: Halt): boolean {
  return person.operator === true || (PAUSE_ID.test(id) && by === person.id);
}

async function whyNotPause(
  { directory, tools }: PauseDesk,
  person: Person,
  { scope, subject }: Stop,
): Promise<string | undefined> {
  const isTool = (name: string) =>
    name === subject || (scope === 'provider' && name.startsWith(`${subject}.`));
  if (scope === 'agent') {
    const agent = await directory.agent(subject);
    if (agent?.owner === person.id) return undefined;
    // The same words whether or not there is such an agent: nobody learns names by trying them.
    if (person.operator !== true) return `Only the owner of "${subject}" or an operator may pause it`;
    return agent === undefined ? `Countersign knows no agent "${subject}"` : undefined;
  }
  if (person.operator !== true) return 'Only operators may pause this; you may pause the agents you own';
  return scope === 'everything' || tools.some(isTool)
    ? undefined
    : `Countersign knows no ${scope} "${subject}"`;
}

function whyNoReason(reason: string): string | undefined {
  const { length } = reason.trim();
  if (length === 0) return 'Say why: whoever finds it paused reads the reason';
  return length > PAUSE_REASON_CHARS_MAX
    ? `The reason has at most ${PAUSE_REASON_CHARS_MAX} characters`
    : undefined;
}

function refuse(
  { security }: PauseDesk,
  { person, stop, refusal }: { readonly person: Person; readonly stop: Stop; readonly refusal: string },
): PauseSaid {
  const fields = { person: person.id, scope: stop.scope, subject: stop.subject };
  security.warn({ event: 'pause-refused', ...fields }, 'Refused to pause or resume');
  return { kind: 'refused', sentence: refusal };
}
