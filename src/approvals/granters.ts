/** Who may have allowed something in advance: asked when it is minted, and again whenever it is about to count. */
import type { Agent } from '../domain/people.ts';
import type { Directory } from '../domain/ports.ts';
import { quorum, unionOfNeeds } from '../domain/quorum.ts';
import type { ApprovalGate } from '../domain/verdict.ts';
import { type Behind, excludedPeople } from './exclusions.ts';

/** On whose account a step is asked for. */
export interface Account extends Behind {
  readonly agent: Pick<Agent, 'owner' | 'editor'>;
}

/**
 * The granter's name, where this person alone could approve all of these gates now; undefined otherwise. Whoever stands
 * in for somebody may approve in their place and grants nothing. Rejects when the directory does not answer.
 */
export async function granterName(
  id: string,
  gates: readonly ApprovalGate[],
  { agent, ...behind }: Account,
  directory: Pick<Directory, 'person'>,
): Promise<string | undefined> {
  if (excludedPeople(agent, behind).includes(id)) return undefined;
  const person = await directory.person(id);
  if (person?.active !== true) return undefined;
  const { met } = quorum(unionOfNeeds(gates), [{ person: id, groups: person.groups }]);
  return met ? person.name : undefined;
}
