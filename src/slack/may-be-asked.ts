/** Whom it is worth telling that a request waits. Whether their vote counts is decided elsewhere, at the vote and again at execution. */
import type { OpenApproval } from '../domain/card.ts';
import type { Person } from '../domain/people.ts';

/** Active, of a group that is asked, and not excluded. Says nothing of whom they stand in for. */
export function mayBeAsked(
  { id, active, groups }: Person,
  { needs, excluded }: Pick<OpenApproval, 'needs' | 'excluded'>,
): boolean {
  const asked = needs.some((need) => need.groups.some((group) => groups.includes(group)));
  return active && asked && !excluded.includes(id);
}
