/** The names people know things by. They come from the organisation's own configuration, never from Slack or agents. */
import type { Organisation } from './people.ts';

/** Every look-up answers with the id itself for what it does not know. */
export interface Names {
  person(id: string): string;
  agent(id: string): string;
  group(id: string): string;
  /** The address where a pointer's request is decided outside Slack; absent where there are no such pages. */
  decidePage?(pointer: string): string;
}

/** The names of an organisation as it was when read; a stale name misleads nobody, since ids decide. */
export function namesOf({
  people,
  agents,
  groups,
}: Pick<Organisation, 'people' | 'agents' | 'groups'>): Names {
  const persons = new Map(people.map(({ id, name }) => [id, name]));
  const agentTitles = new Map(agents.map(({ id, title }) => [id, title]));
  const groupIds = new Set(groups.map(({ id }) => id));
  return {
    person: (id) => persons.get(id) ?? id,
    agent: (id) => agentTitles.get(id) ?? id,
    // Groups are known to people by the id that policy and people.yaml use.
    group: (id) => (groupIds.has(id) ? id : `${id} (not defined)`),
  };
}
