/** Who may decide: pure rules over people, groups and exclusions. Exclusions beat membership, always. */
import type { Decision } from '../domain/decision.ts';
import type { Person } from '../domain/people.ts';
import type { Approver, Need } from '../domain/quorum.ts';

/** Who is asked and who is barred, for one version of a request. */
export interface Electorate {
  readonly needs: readonly Need[];
  readonly excluded: readonly string[];
}

/** The people who may never decide about a request: they own the agent, it acts for them, or they asked it. */
export function excludedPeople(request: {
  readonly owner: string;
  readonly onBehalfOf?: string | null;
  readonly requester?: string;
}): readonly string[] {
  const { owner, onBehalfOf, requester } = request;
  return [...new Set([owner, onBehalfOf ?? '', requester ?? ''])].filter((id) => id !== '');
}

/**
 * Whether this person may decide now. Unknown beats inactive beats excluded beats membership; with no needs nobody is
 * eligible. Bots and guests are unknown here: the directory holds people only.
 */
export function eligibility(
  person: Person | undefined,
  { needs, excluded }: Electorate,
): 'eligible' | 'unknown-person' | 'inactive' | 'excluded' | 'not-eligible' {
  if (person === undefined) return 'unknown-person';
  if (!person.active) return 'inactive';
  if (excluded.includes(person.id)) return 'excluded';
  const asked = needs.some((need) => need.groups.some((group) => person.groups.includes(group)));
  return asked ? 'eligible' : 'not-eligible';
}

/** The distinct people whose approvals count now, as `quorum` of the domain takes them. */
export function approversOf(
  votes: readonly Pick<Decision, 'person' | 'answer'>[],
  people: ReadonlyMap<string, Person>,
  electorate: Electorate,
): readonly Approver[] {
  const ids = new Set(votes.filter((vote) => vote.answer === 'approve').map((vote) => vote.person));
  return [...ids].flatMap((id) => {
    const person = people.get(id);
    if (person === undefined || eligibility(person, electorate) !== 'eligible') return [];
    return [{ person: person.id, groups: person.groups }];
  });
}
