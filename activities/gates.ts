/** Gates of two verdicts on one step held together: the stored one people were asked under, and a fresh one. */
import { unionOfNeeds } from '../src/domain/quorum.ts';
import {
  type ApprovalGate,
  approvalGates,
  type Gate,
  VERDICT_EFFECTS,
  type Verdict,
} from '../src/domain/verdict.ts';

/** All of both, each once. */
export function unionOfGates(some: readonly Gate[], others: readonly Gate[]): readonly Gate[] {
  return [...some, ...others.filter((gate) => !some.some((one) => isSame(one, gate)))];
}

/** The approval gates of `fresh` that ask for people whom `stored` did not ask for, or for more of them. */
export function gatesBeyond(fresh: readonly Gate[], stored: readonly Gate[]): readonly ApprovalGate[] {
  const known = unionOfNeeds(approvalsIn(stored));
  return approvalsIn(fresh).filter((gate) => {
    const needs = unionOfNeeds([gate]);
    return !needs.every(({ groups, count }) =>
      known.some((need) => need.groups.join(' ') === groups.join(' ') && need.count >= count),
    );
  });
}

/** Whether a verdict asks for nothing that the other, already held against the step, does not. */
export function isNoStricter(fresh: Verdict, checked: Verdict): boolean {
  const rank = ({ effect }: Verdict) => VERDICT_EFFECTS.indexOf(effect);
  const known = (gate: Gate) => checked.gates.some((one) => isSame(one, gate));
  return (
    rank(fresh) <= rank(checked) &&
    fresh.downscopeTo === checked.downscopeTo &&
    fresh.gates.every((gate) =>
      gate.kind === 'notice' ? known(gate) : gatesBeyond([gate], checked.gates).length === 0,
    )
  );
}

/** A verdict under which the step goes back to people: what it asks now, and still what it asked before. */
export function stillHolding(fresh: Verdict, stored: readonly Gate[]): Verdict {
  const verdict = { ...fresh, gates: unionOfGates(fresh.gates, stored) };
  const open = approvalGates(verdict).length > 0;
  const mild = fresh.effect === 'allow' || fresh.effect === 'notify';
  return open && mild ? { ...verdict, effect: 'approve' } : verdict;
}

/** The approval gates among these. */
export function approvalsIn(gates: readonly Gate[]): readonly ApprovalGate[] {
  return gates.filter((gate) => gate.kind === 'approval');
}

function isSame(one: Gate, other: Gate): boolean {
  if (one.kind === 'notice' || other.kind === 'notice') {
    return one.kind === 'notice' && other.kind === 'notice' && one.channel === other.channel;
  }
  const { rule, group, escalateTo, quorum, tier, ttlMs } = one;
  return (
    rule === other.rule &&
    group === other.group &&
    escalateTo === other.escalateTo &&
    quorum === other.quorum &&
    tier === other.tier &&
    ttlMs === other.ttlMs
  );
}
