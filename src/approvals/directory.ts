/** The directory over an organisation's configuration and, where there is one, a store of linked identities. */
import type { Agent, Person, SlackIdentity } from '../domain/people.ts';
import type { Directory } from '../domain/ports.ts';
import type { OutsideIdentity } from '../domain/sign-in.ts';
import type { Organisation } from './people.ts';

/** Slack identities that people linked themselves. Rejects when unreachable. */
export interface IdentityLinks {
  /** The person id linked to this Slack user, if any. */
  personFor(identity: SlackIdentity): Promise<string | undefined>;
}

/**
 * Answers from `organisation`, or from what it returns at each question when it is a reader (`organisationReader`).
 * A Slack user that leads to two different people leads to nobody, and so does an identity of two agents.
 */
export function createDirectory(
  organisation: Organisation | (() => Promise<Organisation>),
  links?: IdentityLinks,
): Directory {
  const read = async () => (typeof organisation === 'function' ? organisation() : organisation);
  return {
    person: async (id) => byId((await read()).people, id),
    agent: async (id) => byId((await read()).agents, id),
    agentsOf: async (owner) => (await read()).agents.filter((agent) => agent.owner === owner),
    agentByIdentity: async (identity) =>
      onlyOne((await read()).agents.filter((agent) => isKnownAs(agent, identity))),
    personByIdentity: async (identity) =>
      onlyOne((await read()).people.filter((person) => isKnownAs(person, identity))),
    members: async (group) => (await read()).people.filter((person) => person.groups.includes(group)),
    async personBySlack(identity) {
      const { people } = await read();
      const linked = await links?.personFor(identity);
      const found = new Set(people.filter((person) => isSlackUser(person, identity)));
      if (linked !== undefined) {
        const person = byId(people, linked);
        // A link to somebody who is gone is a doubt, not a reason to fall back to the other answer.
        if (person === undefined) return undefined;
        found.add(person);
      }
      return onlyOne([...found]);
    },
  };
}

function byId<Thing extends { readonly id: string }>(
  things: readonly Thing[],
  id: string,
): Thing | undefined {
  return things.find((thing) => thing.id === id);
}

/** Two answers are none: which of them is meant must not depend on their order. */
function onlyOne<Thing>([only, ...others]: readonly Thing[]): Thing | undefined {
  return others.length === 0 ? only : undefined;
}

function isKnownAs({ identities = [] }: Agent | Person, { issuer, subject }: OutsideIdentity): boolean {
  return identities.some((known) => known.issuer === issuer && known.subject === subject);
}

function isSlackUser({ slack }: Person, { team, user }: SlackIdentity): boolean {
  return slack !== undefined && slack.team === team && slack.user === user;
}
