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
  /** When it was said, and by whom: the person, or an operator. */
  readonly madeAt: string;
  readonly by: string;
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
