/**
 * A person away for a while, dated on both ends, and who stands in for them, if anybody. Single hop: whoever stands in
 * never passes it on, and people who stand in for each other stand in for nobody.
 */

export interface Absence {
  readonly id: string;
  readonly person: string;
  readonly from: string;
  readonly until: string;
  /** Decides "for" the person meanwhile, in that person's groups. Absent: nobody does. */
  readonly delegate?: string;
  /** Why, or what to know meanwhile; the delegate is told it. The person's own words. */
  readonly note?: string;
  /** When it was said, and by whom: the person, or an operator. */
  readonly madeAt: string;
  readonly by: string;
}

/** An absence with what became of it: said to be over before its end, by whom. */
export type RecordedAbsence = Absence & { readonly endedAt?: string; readonly endedBy?: string };

/** Longer than this is not being away but having left: then the groups are what to change. */
export const ABSENCE_MS_MAX = 90 * 24 * 60 * 60_000;

/** An absence begins at most this long after it was said. */
export const ABSENCE_AHEAD_MS_MAX = 366 * 24 * 60 * 60_000;

export const ABSENCE_NOTE_CHARS_MAX = 300;

/** Present and future ones of one person; they never overlap. */
export const ABSENCES_OPEN_MAX = 20;

/**
 * What is wrong with an absence by itself, as a field and a wish, or undefined. Whether its people exist is the
 * caller's to look up, and whether it overlaps another of the same person the book's.
 */
export function absenceProblem({
  person,
  delegate,
  from,
  until,
  madeAt,
  note = '',
}: Absence):
  | { readonly field: 'from' | 'until' | 'delegate' | 'note'; readonly problem: string }
  | undefined {
  const [starts, ends, made] = [from, until, madeAt].map((time) => new Date(time).getTime());
  if (starts === undefined || !(starts <= (made ?? 0) + ABSENCE_AHEAD_MS_MAX))
    return { field: 'from', problem: 'wanted a time within the next 366 days' };
  if (ends === undefined || !(ends > starts))
    return { field: 'until', problem: 'wanted a time after "from"' };
  if (!(ends > (made ?? Number.POSITIVE_INFINITY)))
    return { field: 'until', problem: 'wanted a time in the future' };
  if (ends - starts > ABSENCE_MS_MAX)
    return { field: 'until', problem: 'wanted at most 90 days after "from"' };
  if (note.length > ABSENCE_NOTE_CHARS_MAX)
    return { field: 'note', problem: `wanted at most ${ABSENCE_NOTE_CHARS_MAX} characters` };
  if (delegate === person) return { field: 'delegate', problem: 'wanted somebody else' };
  return undefined;
}

/** A delegate named less than this ago does not count for high and critical risk: a stolen account needs longer. */
export const DELEGATE_COOL_OFF_MS = 60 * 60_000;

/**
 * Whom `delegate` stands in for, as of `now`. Cut: loops (each for the other), and anybody who is excluded themselves, which the
 * caller looks at. `coolOff` leaves out what was said too recently.
 */
export function standsInFor(
  absences: readonly Absence[],
  delegate: string,
  { now, coolOff }: { readonly now: Date; readonly coolOff: boolean },
): readonly string[] {
  const inForce = absences.filter(({ from, until }) => new Date(from) <= now && now < new Date(until));
  const old = ({ madeAt }: Absence) =>
    !coolOff || now.getTime() - new Date(madeAt).getTime() >= DELEGATE_COOL_OFF_MS;
  const isLoop = ({ person }: Absence) =>
    inForce.some((other) => other.person === delegate && other.delegate === person);
  const found = inForce.filter(
    (one) => one.delegate === delegate && one.person !== delegate && old(one) && !isLoop(one),
  );
  return [...new Set(found.map(({ person }) => person))].sort();
}
