/** Which open approvals wait for one person, in their own right or for somebody who is away. What counts is judged when they decide. */
import { type Absence, standsInFor } from '../domain/absence.ts';
import type { OpenApproval } from '../domain/card.ts';
import type { Person } from '../domain/people.ts';
import type { Absences, Directory } from '../domain/ports.ts';
import { outsideLine } from './outside-text.ts';

export interface Waiting {
  readonly approval: OpenApproval;
  /** Names of whom the person would decide for; empty: in their own right. */
  readonly standingInFor: readonly string[];
}

/**
 * The soonest to expire first. Excluded people are asked nothing, whomever they stand in for; where absences cannot be read
 * nobody stands in.
 */
export async function waitingFor(
  person: Person,
  open: readonly OpenApproval[],
  {
    directory,
    absences,
    now,
  }: { readonly directory: Pick<Directory, 'person'>; readonly absences: Absences; readonly now: Date },
): Promise<readonly Waiting[]> {
  const away = await absences.inForce(now).catch((): readonly Absence[] => []);
  const named = new Set(away.filter(({ delegate }) => delegate === person.id).map((one) => one.person));
  const principals = (await Promise.all([...named].map((id) => directory.person(id)))).filter(
    (one) => one?.active === true,
  );
  return open
    .filter(({ excluded }) => !excluded.includes(person.id))
    .flatMap((approval) => {
      if (isAsked(approval, person)) return [{ approval, standingInFor: [] }];
      const coolOff = approval.tier === 'high' || approval.tier === 'critical';
      const ids = standsInFor(away, person.id, { now, coolOff });
      const standingInFor = principals.flatMap((one) =>
        one !== undefined &&
        ids.includes(one.id) &&
        !approval.excluded.includes(one.id) &&
        isAsked(approval, one)
          ? [outsideLine(one.name, 80)]
          : [],
      );
      return standingInFor.length === 0 ? [] : [{ approval, standingInFor }];
    })
    .toSorted((a, b) => Date.parse(a.approval.expiresAt) - Date.parse(b.approval.expiresAt));
}

function isAsked({ needs }: OpenApproval, { groups }: Person): boolean {
  return needs.some((need) => need.groups.some((group) => groups.includes(group)));
}
