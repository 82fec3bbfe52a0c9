/**
 * The muster: whether the people who are there can decide at all, asked before a card is shown and again whenever
 * people are reminded. A rule with nobody to ask never waits silently: its fallback is asked, or nobody is.
 */
import type { Absence } from '../domain/absence.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Person } from '../domain/people.ts';
import type { Directory } from '../domain/ports.ts';
import { highestTier, type Need, needsOf } from '../domain/quorum.ts';
import { foldVotes, standingOf, type Voters } from '../domain/tally.ts';
import { type ApprovalGate, groupsAtOnce, groupsOf } from '../domain/verdict.ts';
import { isReachable } from '../domain/working-time.ts';
import { type VoterDeps, votersOf } from './voters.ts';

export interface MusterDeps extends VoterDeps {
  readonly directory: Directory;
}

export interface Muster {
  /** What the gates need, with a fallback group added where too few people are there without it. */
  readonly needs: readonly Need[];
  /** The fallback groups that were added. */
  readonly fallbacks: readonly string[];
  /** Whether it would be enough if everybody who is there said yes. */
  readonly enough: boolean;
  /** Groups of a later stage to ask at once, because nobody of the group asked first is within their own hours. */
  readonly askAtOnce: readonly string[];
}

/** Who is away counts only through who stands in for them. Rejects with `unavailable` when nobody can be looked up. */
export async function muster(
  gates: readonly ApprovalGate[],
  excluded: readonly string[],
  deps: MusterDeps,
): Promise<Muster> {
  const wanted = needsOf(gates);
  const groups = wanted.flatMap(({ need, fallback }) => [
    ...need.groups,
    ...(fallback === undefined ? [] : [fallback]),
  ]);
  const { present, isAwake } = await presentIn(groups, gates, deps);
  const needs = wanted.map(({ need, fallback }) => {
    if (fallback === undefined || isFilled([need], excluded, present)) return need;
    return { ...need, groups: [...need.groups, fallback] };
  });
  const fallbacks = needs.flatMap(({ groups: now }, index) => now.slice(wanted[index]?.need.groups.length));
  const askAtOnce = [...new Set(gates.flatMap((gate) => firstAwake(gate, isAwake)))];
  return { needs, fallbacks, enough: isFilled(needs, excluded, present), askAtOnce };
}

/** Nobody where the first group is awake, or where no other is: then those who are asked first are waited for. */
function firstAwake(gate: ApprovalGate, isAwake: (group: string) => boolean): readonly string[] {
  const first = groupsAtOnce(gate);
  if (first.some(isAwake)) return [];
  return groupsOf(gate)
    .filter((group) => !first.includes(group) && isAwake(group))
    .slice(0, 1);
}

/** Whether these people, all of them saying yes as firmly as can be, would fill every place. */
function isFilled(needs: readonly Need[], excluded: readonly string[], present: Voters): boolean {
  const ballot = { needs, excluded, assurance: 'passkey', needsReason: false, now: new Date(0) } as const;
  const eligible = [...present.values()].filter((voter) => standingOf(voter, ballot) === 'eligible');
  const votes = eligible.map(({ person }) => ({
    ...({ person, answer: 'approve', assurance: 'passkey', at: '' } as const),
  }));
  return foldVotes(votes, ballot, present).quorum.met;
}

async function presentIn(
  groups: readonly string[],
  gates: readonly ApprovalGate[],
  deps: MusterDeps,
): Promise<{ readonly present: Voters; readonly isAwake: (group: string) => boolean }> {
  const now = deps.clock();
  const absences: readonly Absence[] = await deps.absences.inForce(now).catch(() => []);
  const away = new Set(absences.map(({ person }) => person));
  const members = await Promise.all([...new Set(groups)].map((group) => membersOf(group, deps)));
  const delegates = absences.flatMap(({ delegate }) => delegate ?? []);
  const ids = [...members.flat().map(({ id }) => id), ...delegates].filter((id) => !away.has(id));
  const voters = await votersOf(ids, highestTier(gates), deps);
  const awake = members.flat().filter((one) => one.active && !away.has(one.id) && isReachable(one, now));
  return {
    present: new Map([...voters].filter(([, voter]) => voter.active)),
    isAwake: (group) => awake.some((one) => one.groups.includes(group)),
  };
}

async function membersOf(
  group: string,
  { directory }: Pick<MusterDeps, 'directory'>,
): Promise<readonly Person[]> {
  try {
    return await directory.members(group);
  } catch (cause) {
    const message = 'Cannot find who may decide: the directory of people does not answer';
    throw new CountersignError('unavailable', message, { cause });
  }
}
