/**
 * The people who may never decide about a request: who owns the agent or changed it last, whom it acts for, and who
 * prompted it. Pure membership never beats this (slack-approvals T4, T5).
 */
import { CountersignError } from '../domain/errors.ts';
import type { Agent } from '../domain/people.ts';
import type { Directory } from '../domain/ports.ts';

/** Whom a request is of, beside its agent. */
export interface Behind {
  readonly onBehalfOf?: string | null | undefined;
  readonly requestedBy?: string | null | undefined;
}

/** Each person once. An unknown agent has no owner to exclude, and no request of it runs. */
export function excludedPeople(
  agent: Pick<Agent, 'owner' | 'editor'> | undefined,
  { onBehalfOf, requestedBy }: Behind,
): readonly string[] {
  const people = [agent?.owner, agent?.editor, onBehalfOf, requestedBy];
  return [...new Set(people.filter((person) => typeof person === 'string' && person !== ''))] as string[];
}

/** As `excludedPeople`, with the agent read anew. Rejects with `unavailable` when the directory does not answer. */
export async function exclusionsNow(
  agent: string,
  behind: Behind,
  directory: Pick<Directory, 'agent'>,
): Promise<readonly string[]> {
  try {
    return excludedPeople(await directory.agent(agent), behind);
  } catch (cause) {
    const message = 'Cannot say who is excluded: the directory of agents does not answer';
    throw new CountersignError('unavailable', message, { cause });
  }
}
