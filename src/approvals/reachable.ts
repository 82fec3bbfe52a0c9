/** Where people are reached in Slack: as configuration says or, where it says nothing, as they linked themselves. */
import type { Person, SlackIdentity } from '../domain/people.ts';
import type { Directory } from '../domain/ports.ts';

/** The links that people made, from their side. Rejects when they cannot be read. */
export interface PersonLinks {
  /** The Slack user whom this person linked, if any. Links from configuration are not answered. */
  slackOf(person: string): Promise<SlackIdentity | undefined>;
}

/**
 * The directory, with people's own links where configuration names no Slack user. For speaking to people only: who
 * somebody in Slack is remains `personBySlack`, and a link which that takes for anybody else reaches nobody.
 */
export function reachableIn(directory: Directory, links: PersonLinks): Directory {
  const reached = async (person: Person): Promise<Person> => {
    if (person.slack !== undefined) return person;
    const slack = await links.slackOf(person.id);
    if (slack === undefined || (await directory.personBySlack(slack))?.id !== person.id) return person;
    return { ...person, slack };
  };
  return {
    ...directory,
    async person(id) {
      const found = await directory.person(id);
      return found === undefined ? undefined : reached(found);
    },
    members: async (group) => Promise.all((await directory.members(group)).map(reached)),
  };
}
