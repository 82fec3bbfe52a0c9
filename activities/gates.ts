/** Gates of two verdicts on one step held together: the stored one people were asked under, and a fresh one. */
import {
  type ApprovalGate,
  approvalGates,
  type Gate,
  groupsOf,
  RISK_TIERS,
  stagesOf,
  VERDICT_EFFECTS,
  type Verdict,
} from '../src/domain/verdict.ts';

/** All of both, each once. */
export function unionOfGates(some: readonly Gate[], others: readonly Gate[]): readonly Gate[] {
  return [...some, ...others.filter((gate) => !some.some((one) => isSame(one, gate)))];
}

/** The approval gates of `fresh` that no gate of `stored` covers: some approvals that were enough then are not now. */
export function gatesBeyond(fresh: readonly Gate[], stored: readonly Gate[]): readonly ApprovalGate[] {
  const known = approvalsIn(stored);
  return approvalsIn(fresh).filter((gate) => !known.some((one) => covers(one, gate)));
}

/**
 * Whether whatever satisfies `known` satisfies `gate` as well: as many of the same people, as sure of who they are and
 * as bound to say why, and nobody among them whom `gate` would not have let decide.
 */
function covers(known: ApprovalGate, gate: ApprovalGate): boolean {
  return (
    groupsOf(known).join(' ') === groupsOf(gate).join(' ') &&
    known.quorum >= gate.quorum &&
    RISK_TIERS.indexOf(known.tier) >= RISK_TIERS.indexOf(gate.tier) &&
    (known.fallback === undefined || known.fallback === gate.fallback) &&
    (known.needsReason === true || gate.needsReason === undefined) &&
    (known.editorMayApprove === undefined || gate.editorMayApprove === true)
  );
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

/**
 * As `stillHolding`, and with a smaller tool in place of the one asked for, which is not lost either. For verdicts that
 * deny nothing.
 */
export function stillHeld(
  fresh: Verdict,
  { asked, runs, gates }: { readonly asked: string; readonly runs: string; readonly gates: readonly Gate[] },
): Verdict {
  const verdict = stillHolding(fresh, gates);
  const keepsSmaller = runs !== asked && fresh.downscopeTo === undefined;
  return keepsSmaller ? { ...verdict, effect: 'downscope', downscopeTo: runs } : verdict;
}

/** The approval gates among these. */
export function approvalsIn(gates: readonly Gate[]): readonly ApprovalGate[] {
  return gates.filter((gate) => gate.kind === 'approval');
}

function isSame(one: Gate, other: Gate): boolean {
  if (one.kind === 'notice' || other.kind === 'notice') {
    return one.kind === 'notice' && other.kind === 'notice' && one.channel === other.channel;
  }
  const same = (of: (gate: ApprovalGate) => unknown) => of(one) === of(other);
  return (
    same(({ rule }) => rule) &&
    same(({ group }) => group) &&
    // As text, so that a gate of an old history is the same as what its rule says today.
    same((gate) => JSON.stringify(stagesOf(gate).map(({ group, afterMs }) => [group, afterMs]))) &&
    same(({ fallback }) => fallback) &&
    same(({ needsReason }) => needsReason) &&
    same(({ editorMayApprove }) => editorMayApprove) &&
    same(({ quorum }) => quorum) &&
    same(({ tier }) => tier) &&
    same(({ ttlMs }) => ttlMs)
  );
}
