/** Whether it is worth a person's time to decide: the rules of the tally, looked at before anything is sent. It alone says what counts. */
import { refusalSentence } from '../approvals/refusal.ts';
import { votersOf } from '../approvals/voters.ts';
import type { CardView, OpenApproval } from '../domain/card.ts';
import type { Person } from '../domain/people.ts';
import { standingOf } from '../domain/tally.ts';
import type { PagesOptions } from './ports.ts';

type Deps = Pick<PagesOptions, 'directory' | 'absences' | 'desk'>;

/** The sentence that says why `person` may not decide; undefined when they may. Rejects when that cannot be read. */
export async function whyNotDecide(
  { directory, absences, desk }: Deps,
  person: Person,
  approval: OpenApproval,
): Promise<string | undefined> {
  const voters = await votersOf([person.id], approval.tier, { directory, absences, clock: desk.clock });
  const standing = standingOf(voters.get(person.id), approval);
  if (standing === 'eligible') return undefined;
  const { needs, owner, onBehalfOf } = approval;
  return refusalSentence(standing, {
    ...{ needs, owner, person, stage: 'waiting' },
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  });
}

/**
 * Whether `person` may read a request whole, arguments and all: who may decide it or did, whom it concerns, and operators.
 * A pointer is no secret, and the channel that cards are in may be. Rejects as `whyNotDecide`.
 */
export async function mayRead(
  { directory, absences, desk }: Deps,
  person: Person,
  view: Pick<CardView, 'tier' | 'needs' | 'excluded' | 'votes'>,
): Promise<boolean> {
  if (person.operator === true || view.votes.some((vote) => vote.person === person.id)) return true;
  const voters = await votersOf([person.id], view.tier, { directory, absences, clock: desk.clock });
  const standing = standingOf(voters.get(person.id), view);
  return standing === 'eligible' || standing === 'excluded';
}
