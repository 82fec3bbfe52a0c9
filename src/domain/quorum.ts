/**
 * Who must approve, and whether they have: pure functions over gates and votes, shared by the workflow's admission,
 * the executor's re-check and every surface that shows progress.
 *
 * Two gates with two groups need two distinct people, so this is an assignment, not a count (Vault's control groups
 * have the same rule). A person can be in many groups but fills one place.
 */
import { type ApprovalGate, groupsOf, type RiskTier } from './verdict.ts';

/** `count` distinct people out of any of `groups`. */
export interface Need {
  readonly groups: readonly string[];
  readonly count: number;
}

/** A person who approved and is eligible now, with the groups they are in. */
export interface Approver {
  readonly person: string;
  readonly groups: readonly string[];
}

/** What people must still give for a whole plan. */
export interface QuorumState {
  readonly need: number;
  readonly have: number;
  readonly met: boolean;
}

const TIERS: readonly RiskTier[] = ['low', 'medium', 'high', 'critical'];

/** A need, and the group that is asked too where too few people are left without it. */
export interface NeedWithFallback {
  readonly need: Need;
  readonly fallback?: string;
}

/** The strictest union of all open gates: for each set of groups the largest count. */
export function unionOfNeeds(gates: readonly ApprovalGate[]): readonly Need[] {
  return needsOf(gates).map(({ need }) => need);
}

/** As `unionOfNeeds`, each with its fallback. Where one gate of the same groups names none, or another, there is none. */
export function needsOf(gates: readonly ApprovalGate[]): readonly NeedWithFallback[] {
  const byGroups = new Map<string, ApprovalGate[]>();
  for (const gate of gates) {
    const key = groupsOf(gate).join(' ');
    byGroups.set(key, [...(byGroups.get(key) ?? []), gate]);
  }
  return [...byGroups].map(([key, same]) => {
    const need = { groups: key.split(' '), count: Math.max(...same.map(({ quorum: count }) => count)) };
    const [fallback, ...others] = new Set(same.map((gate) => gate.fallback));
    return { need, ...(fallback === undefined || others.length > 0 ? {} : { fallback }) };
  });
}

/** The shortest wait any open gate allows, in milliseconds. */
export function shortestTtlMs(gates: readonly ApprovalGate[]): number {
  return Math.min(...gates.map((gate) => gate.ttlMs));
}

/** The highest risk tier among gates. */
export function highestTier(gates: readonly ApprovalGate[]): RiskTier {
  const rank = Math.max(0, ...gates.map((gate) => TIERS.indexOf(gate.tier)));
  return TIERS[rank] ?? 'critical';
}

/**
 * Fills every place with a distinct eligible person, as many as can be (augmenting paths; places are few).
 * No needs means a quorum of nobody: `met` is then false, because an approval gate without needs is a mistake.
 */
export function quorum(needs: readonly Need[], approvers: readonly Approver[]): QuorumState {
  const places = needs.flatMap((need) => Array.from({ length: need.count }, () => need.groups));
  const holderOf = new Map<number, Approver>();
  for (const approver of new Map(approvers.map((one) => [one.person, one])).values()) {
    seat(approver, places, holderOf, new Set());
  }
  const have = holderOf.size;
  return { need: places.length, have, met: places.length > 0 && have === places.length };
}

function seat(
  approver: Approver,
  places: readonly (readonly string[])[],
  holderOf: Map<number, Approver>,
  tried: Set<number>,
): boolean {
  for (const [place, groups] of places.entries()) {
    if (tried.has(place) || !groups.some((group) => approver.groups.includes(group))) continue;
    tried.add(place);
    const holder = holderOf.get(place);
    if (holder === undefined || seat(holder, places, holderOf, tried)) {
      holderOf.set(place, approver);
      return true;
    }
  }
  return false;
}
