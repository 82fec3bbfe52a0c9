/** Gates that fired, as the obligations the rest of the product knows. */
import type { FieldProblem } from '../domain/errors.ts';
import { type ApprovalGate, type EscalationStage, type Gate, RISK_TIERS } from '../domain/verdict.ts';
import type { ApprovalAnnotations } from './annotations.ts';
import { durationText } from './duration.ts';
import { nameOf, type Rule } from './rules.ts';
import type { Tiers } from './tiers.ts';

/** When a group that is named without a time is asked too, as a share of the wait. */
const LATE = 0.75;

/** The same rules with what each approval or notice demands, and what is wrong with that. */
export function settleGates(
  rules: readonly Rule[],
  tiers: Tiers,
): { readonly rules: readonly Rule[]; readonly problems: readonly FieldProblem[] } {
  const settled = rules.map((rule) => ({ rule, ...settle(rule, tiers) }));
  return {
    rules: settled.map(({ rule, gate }) => (gate === undefined ? rule : { ...rule, gate })),
    problems: settled.flatMap(({ rule, problem }) =>
      problem === undefined ? [] : [{ field: rule.place, problem: `${nameOf(rule)} ${problem}` }],
    ),
  };
}

/** Approvals and notices of the rules, in their order. Downscopes are no gates: they replace the step. */
export function gatesOf(rules: readonly Rule[]): readonly Gate[] {
  return rules.flatMap(({ gate }) => gate ?? []);
}

/** The smaller tool that the first downscope among the rules names. */
export function smallerToolOf(rules: readonly Rule[]): string | undefined {
  return rules
    .map(({ annotations }) => (annotations.gate === 'downscope' ? annotations.to : undefined))
    .find(Boolean);
}

/** Downscopes first, then approvals by tier and quorum, then notices; otherwise in the order of the file. */
export function strictestFirst(rules: readonly Rule[]): readonly Rule[] {
  return [...rules].sort((one, other) => weight(other) - weight(one));
}

interface Settled {
  readonly gate?: Gate;
  readonly problem?: string;
}

function settle({ annotations }: Rule, tiers: Tiers): Settled {
  if (annotations.gate === 'notify') {
    return { gate: Object.freeze({ kind: 'notice', rule: annotations.id, channel: annotations.channel }) };
  }
  if (annotations.gate !== 'approval') return {};
  const { tier, ttlMs = tiers[tier]?.ttlMs } = annotations;
  if (ttlMs === undefined) {
    return { problem: `has no @ttl, nor has its tier "${tier}" one in tiers.yaml: wanted a duration` };
  }
  const gate = approvalGate(annotations, ttlMs, tiers);
  const late = gate.stages?.find(({ afterMs }) => afterMs >= ttlMs);
  if (late === undefined) return { gate };
  const asked = `${late.group}" after ${durationText(late.afterMs)}`;
  return { problem: `escalates to "${asked}: wanted less than its ${durationText(ttlMs)}` };
}

function approvalGate(annotations: ApprovalAnnotations, ttlMs: number, tiers: Tiers): ApprovalGate {
  const { id, approvers, quorum, tier, needs, editor } = annotations;
  const [group = '', ...others] = approvers;
  const stages = [...others.map((one) => ({ group: one, afterMs: 0 })), ...later(annotations, ttlMs)];
  const named = [...approvers, ...stages.map((stage) => stage.group)];
  const ofTier = tiers[tier]?.fallback;
  const fallback = annotations.fallback ?? (named.includes(ofTier ?? '') ? undefined : ofTier);
  const needsReason = needs === 'reason' || tiers[tier]?.needsReason === true;
  return Object.freeze({
    kind: 'approval',
    rule: id,
    group,
    ...(stages.length === 0 ? {} : { stages: Object.freeze(stages) }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(needsReason ? { needsReason: true } : {}),
    ...(editor === undefined ? {} : { editorMayApprove: true }),
    quorum,
    tier,
    ttlMs,
  });
}

function later({ escalate = [] }: ApprovalAnnotations, ttlMs: number): readonly EscalationStage[] {
  return escalate.map(({ group, afterMs = Math.floor(ttlMs * LATE) }) => ({ group, afterMs }));
}

function weight({ annotations }: Rule): number {
  if (annotations.gate === 'downscope') return 10_000;
  return annotations.gate === 'approval'
    ? 100 * (1 + RISK_TIERS.indexOf(annotations.tier)) + annotations.quorum
    : 0;
}
