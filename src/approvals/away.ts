/**
 * Being away, and naming who stands in. People say it of themselves only; operators may end anybody's. Who is named has to be
 * another active person of the directory, and both are told, so that nobody becomes somebody's voice unnoticed. Whether
 * a delegate counts for a request is judged at the decision, not here.
 */
import { createHash } from 'node:crypto';
import { type Absence, DELEGATE_COOL_OFF_MS } from '../domain/absence.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Person } from '../domain/people.ts';
import type { AbsenceBook, Clock, Directory, Log } from '../domain/ports.ts';
import { outsideLine } from './outside-text.ts';
import { bothClocks } from './wall-clock.ts';

export interface AwayDesk {
  readonly directory: Pick<Directory, 'person'>;
  readonly absences: AbsenceBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly security: Log;
  /** A direct message, once per key. */
  tell(note: { readonly person: string; readonly key: string; readonly text: string }): Promise<void>;
}

export interface WantedAbsence {
  readonly person: Person;
  readonly from: Date;
  readonly until: Date;
  readonly delegate?: string;
  readonly note?: string;
  /** The same for every delivery of one wish: a repeat says nothing twice. */
  readonly key: string;
}

type Field = 'from' | 'until' | 'delegate' | 'note';

export type AwaySaid =
  | { readonly kind: 'said'; readonly absence: Absence; readonly cautions: readonly string[] }
  | { readonly kind: 'refused'; readonly field: Field; readonly sentence: string };

/** Says that `person` is away. Rejects when the directory or the book cannot be reached; nothing is then said. */
export async function sayAway(desk: AwayDesk, wanted: WantedAbsence): Promise<AwaySaid> {
  const { person, from, until, delegate, note, key } = wanted;
  const named = delegate === undefined ? undefined : await desk.directory.person(delegate);
  const refusal = whyNotDelegate(wanted, named) ?? whyAwayAlready(wanted, await openOf(desk, person));
  const id = `abs_${createHash('sha256').update(key).digest('hex').slice(0, 40)}`;
  const before = await desk.absences.find(id);
  if (before !== undefined && before.endedAt === undefined)
    return { kind: 'said', absence: before, cautions: [] };
  if (refusal !== undefined) return refuse(desk, wanted, refusal);
  const absence: Absence = {
    ...{ id, person: person.id, from: from.toISOString(), until: until.toISOString() },
    ...(named === undefined ? {} : { delegate: named.id }),
    ...(note === undefined || note === '' ? {} : { note }),
    ...{ madeAt: desk.clock().toISOString(), by: person.id },
  };
  try {
    await desk.absences.add(absence);
  } catch (error) {
    const misfit = misfitOf(error);
    if (misfit === undefined) throw error;
    return refuse(desk, wanted, misfit);
  }
  const fields = { person: person.id, delegate: named?.id, absence: id };
  desk.security.info({ event: 'absence-said', ...fields }, 'Somebody is away');
  tellBoth(desk, { absence, person, named });
  const cautions = named === undefined ? [] : await cautionsOf(desk, absence, named);
  return { kind: 'said', absence, cautions };
}

export type AbsenceEnded =
  | { readonly kind: 'ended'; readonly absence: Absence }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Ends an absence before its time: one's own, or as an operator anybody's. */
export async function endAbsence(
  desk: AwayDesk,
  { id, by }: { readonly id: string; readonly by: Person },
): Promise<AbsenceEnded> {
  const absence = await desk.absences.find(id);
  const isTheirs = absence?.person === by.id || by.operator === true;
  if (absence !== undefined && !isTheirs) {
    const fields = { person: by.id, absence: id };
    desk.security.warn({ event: 'absence-refused', ...fields }, "Refused to end somebody else's absence");
    return { kind: 'refused', sentence: 'Only the person who is away or an operator may end this' };
  }
  if (absence === undefined || !(await desk.absences.end(id, by.id)))
    return { kind: 'refused', sentence: 'There is no such absence any more' };
  desk.security.info({ event: 'absence-ended', person: by.id, absence: id }, 'An absence was ended');
  tellOfEnd(desk, {
    absence,
    by,
    who: (await desk.directory.person(absence.person))?.name ?? absence.person,
  });
  return { kind: 'ended', absence };
}

/** Whether two stand in for each other at some time, so that neither does. */
export function isCut(absence: Absence, others: readonly Absence[]): boolean {
  return others.some(
    (other) =>
      other.person === absence.delegate &&
      other.delegate === absence.person &&
      new Date(other.from) < new Date(absence.until) &&
      new Date(absence.from) < new Date(other.until),
  );
}

/** Until when a delegate does not count for high and critical risk; undefined once they do. */
export function coolOffUntil({ madeAt, delegate }: Absence, now: Date): string | undefined {
  const until = new Date(new Date(madeAt).getTime() + DELEGATE_COOL_OFF_MS);
  return delegate !== undefined && until > now ? until.toISOString() : undefined;
}

async function openOf({ absences, clock }: AwayDesk, { id }: Person): Promise<readonly Absence[]> {
  return absences.openOf(id, clock());
}

interface Refusal {
  readonly field: Field;
  readonly sentence: string;
}

function whyNotDelegate({ person, delegate }: WantedAbsence, named: Person | undefined): Refusal | undefined {
  if (delegate === undefined) return undefined;
  const refused = (sentence: string): Refusal => ({ field: 'delegate', sentence });
  if (delegate === person.id) return refused('Name somebody else: nobody stands in for themselves');
  if (named === undefined) return refused('Countersign does not know this person, so they cannot stand in');
  return named.active ? undefined : refused(`${named.name} is not active, so they cannot stand in`);
}

function whyAwayAlready(
  { person, from, until }: WantedAbsence,
  open: readonly Absence[],
): Refusal | undefined {
  const other = open.find((one) => from < new Date(one.until) && new Date(one.from) < until);
  if (other === undefined) return undefined;
  const clock = (instant: string) => bothClocks(instant, person.timeZone);
  const sentence = `You are away already from ${clock(other.from)} until ${clock(other.until)}: end that first`;
  return { field: 'from', sentence };
}

/** The book's own bounds, as a sentence beside a field. */
function misfitOf(error: unknown): Refusal | undefined {
  if (!(error instanceof CountersignError) || error.code !== 'invalid-field') return undefined;
  const [problem] = error.problems;
  const field = (['from', 'until', 'delegate', 'note'] as const).find((one) => `/${one}` === problem?.field);
  if (problem === undefined || field === undefined) return undefined;
  return { field, sentence: problem.problem.replace(/^wanted/, 'Wanted') };
}

function refuse(desk: AwayDesk, { person }: WantedAbsence, refusal: Refusal): AwaySaid {
  const fields = { person: person.id, field: refusal.field };
  desk.security.info({ event: 'absence-refused', ...fields }, 'Refused an absence');
  return { kind: 'refused', ...refusal };
}

/** What the person should know before they leave: who is named may not be able to help (slack-approvals T16, T17). */
async function cautionsOf(desk: AwayDesk, absence: Absence, named: Person): Promise<readonly string[]> {
  const theirs = await openOf(desk, named);
  const overlapping = theirs.filter(
    (one) => new Date(one.from) < new Date(absence.until) && new Date(absence.from) < new Date(one.until),
  );
  return [
    ...(isCut(absence, overlapping)
      ? [
          `${named.name} named you for some of that time: while both are away, neither stands in for the other`,
        ]
      : overlapping.length > 0
        ? [`${named.name} is away for some of that time, and what is theirs by standing in is not passed on`]
        : []),
    'For the first hour a new delegate does not count for high and critical risk',
  ];
}

function tellBoth(
  desk: AwayDesk,
  {
    absence,
    person,
    named,
  }: { readonly absence: Absence; readonly person: Person; readonly named: Person | undefined },
): void {
  const time = (zone: string) =>
    `from ${bothClocks(absence.from, zone)} until ${bothClocks(absence.until, zone)}`;
  const standIn =
    named === undefined ? 'Nobody stands in for you' : `You named ${named.name} to stand in for you`;
  say(desk, {
    person: person.id,
    key: `${absence.id}:said`,
    text: `You are away ${time(person.timeZone)}. ${standIn}. If you did not say this, end it with /countersign back and tell an operator`,
  });
  if (named === undefined) return;
  const note = absence.note === undefined ? '' : `\nThey write: ${outsideLine(absence.note, 400)}`;
  say(desk, {
    person: named.id,
    key: `${absence.id}:named`,
    text: `${person.name} named you to stand in for them ${time(named.timeZone)}. What you decide then is recorded as yours, for ${person.name}; who is barred from a request stays barred${note}`,
  });
}

function tellOfEnd(
  desk: AwayDesk,
  { absence, by, who }: { readonly absence: Absence; readonly by: Person; readonly who: string },
): void {
  const { id, person, delegate } = absence;
  const isBack = by.id === person;
  if (delegate !== undefined) {
    const text = `You no longer stand in for ${who}: ${isBack ? 'they are back' : `${by.name} ended it`}`;
    say(desk, { person: delegate, key: `${id}:ended:delegate`, text });
  }
  if (!isBack) say(desk, { person, key: `${id}:ended`, text: `${by.name}, an operator, ended your absence` });
}

/** Beside the answer, never before it: what was said stands, whether or not Slack delivers. */
function say(desk: AwayDesk, note: Parameters<AwayDesk['tell']>[0]): void {
  desk.tell(note).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : 'unknown';
    desk.log.warn(
      { event: 'absence-untold', person: note.person, why },
      'Could not tell somebody of an absence',
    );
  });
}
