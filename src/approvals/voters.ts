/** People as they are now, as the tally takes them: active or not, their groups, whom they stand in for. */
import { standsInFor } from '../domain/absence.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Person } from '../domain/people.ts';
import type { Absences, Clock, Directory } from '../domain/ports.ts';
import type { Voter, Voters } from '../domain/tally.ts';
import type { RiskTier } from '../domain/verdict.ts';

export interface VoterDeps {
  readonly directory: Pick<Directory, 'person'>;
  readonly absences: Absences;
  readonly clock: Clock;
}

/**
 * The voters behind these ids; people nobody knows are left out. Where absences cannot be read nobody stands in for
 * anybody. Rejects with `unavailable` when the directory does not answer: no verdict was reached.
 */
export async function votersOf(ids: readonly string[], tier: RiskTier, deps: VoterDeps): Promise<Voters> {
  const now = deps.clock();
  // A delegation of a stolen account must not work at once where much is at risk (slack-approvals T17).
  const coolOff = tier === 'high' || tier === 'critical';
  const absences = await deps.absences.inForce(now).catch(() => []);
  const voters = await Promise.all(
    [...new Set(ids)].map(async (id): Promise<Voter | undefined> => {
      const person = await personOf(id, deps);
      if (person === undefined) return undefined;
      const away = standsInFor(absences, id, { now, coolOff });
      const principals = await Promise.all(away.map((one) => personOf(one, deps)));
      return {
        person: id,
        active: person.active,
        groups: person.groups,
        standsInFor: principals.flatMap((one) =>
          one?.active === true ? [{ person: one.id, groups: one.groups }] : [],
        ),
      };
    }),
  );
  return new Map(voters.flatMap((voter) => (voter === undefined ? [] : [[voter.person, voter] as const])));
}

/** One person in their own right, standing in for nobody: for what a door can say before anything is admitted. */
export function asVoter({ id, active, groups }: Person): Voter {
  return { person: id, active, groups, standsInFor: [] };
}

async function personOf(id: string, { directory }: Pick<VoterDeps, 'directory'>) {
  try {
    return await directory.person(id);
  } catch (cause) {
    const message = 'Cannot count votes: the directory of people does not answer';
    throw new CountersignError('unavailable', message, { cause });
  }
}
