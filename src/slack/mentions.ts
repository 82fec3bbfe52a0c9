/** Whom a line calls by name: only people who may be disturbed now, and none of them too often. */
import { standsInFor } from '../domain/absence.ts';
import type { Person } from '../domain/people.ts';
import type { Absences, Clock, Directory } from '../domain/ports.ts';
import { OutsideError } from '../domain/retry.ts';
import { isReachable } from '../domain/working-time.ts';
import type { MessagePlace, MessageStore } from './ports.ts';

/** At most this many people are mentioned in one line; more are a crowd, not a reminder. */
const MENTIONS_MAX = 20;
/** A person who did not come after so many calls for one request does not come for one more. */
export const MENTIONS_OF_ONE_MAX = 3;

export interface MentionsParts {
  readonly directory: Pick<Directory, 'members' | 'person'>;
  readonly absences: Absences;
  readonly messages: MessageStore;
  readonly clock: Clock;
}

export interface Mentions {
  /** Slack user ids. */
  readonly users: readonly string[];
  /** Notes that they were called; to be called once the line stands at `place`. */
  noted(place: MessagePlace): Promise<void>;
}

/**
 * Of the groups' members: whoever is active, in Slack, within their hours or on call, and not away; in the stead of who is
 * away, whoever stands in. Nobody more than three times for one request. Rejects with a retryable `OutsideError` when the
 * directory or the absences cannot be read. Quiet hours silence calls, never votes.
 */
export async function mentionsFor(
  { request, groups }: { readonly request: string; readonly groups: readonly string[] },
  parts: MentionsParts,
): Promise<Mentions> {
  const people = groups.length === 0 ? [] : await reachable(groups, parts);
  const called: { readonly user: string; readonly key: string }[] = [];
  for (const { id, slack } of people) {
    const key = called.length < MENTIONS_MAX ? await freeCall(request, id, parts.messages) : undefined;
    if (slack !== undefined && key !== undefined) called.push({ user: slack.user, key });
  }
  return {
    users: called.map(({ user }) => user),
    async noted(place) {
      for (const { key } of called) await parts.messages.record(key, place);
    },
  };
}

async function reachable(groups: readonly string[], parts: MentionsParts): Promise<readonly Person[]> {
  const { directory, absences, clock } = parts;
  const now = clock();
  try {
    const [away, ...members] = await Promise.all([
      absences.inForce(now),
      ...groups.map((group) => directory.members(group)),
    ]);
    const isAway = (person: string) => away.some((absence) => absence.person === person);
    const all = members.flat();
    const substitutes = [
      ...new Set(away.flatMap(({ delegate }) => (delegate === undefined ? [] : [delegate]))),
    ];
    const standingIn = substitutes.filter((delegate) =>
      standsInFor(away, delegate, { now, coolOff: false }).some((person) =>
        all.some(({ id }) => id === person),
      ),
    );
    const called = [...all, ...(await Promise.all(standingIn.map((id) => directory.person(id))))];
    const distinct = new Map(called.flatMap((person) => (person === undefined ? [] : [[person.id, person]])));
    return [...distinct.values()].filter(
      (person) =>
        person.active && person.slack !== undefined && !isAway(person.id) && isReachable(person, now),
    );
  } catch (cause) {
    throw new OutsideError('retryable', 'Cannot reach people: the directory does not answer', { cause });
  }
}

/** The key of the person's next call for this request; undefined when there were enough. */
async function freeCall(
  request: string,
  person: string,
  messages: MessageStore,
): Promise<string | undefined> {
  for (let call = 1; call <= MENTIONS_OF_ONE_MAX; call += 1) {
    const key = `${request}:called:${person}:${call}`;
    if ((await messages.find(key)) === undefined) return key;
  }
  return undefined;
}
