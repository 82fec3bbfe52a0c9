/** Gates that fired, as the obligations the rest of the product knows. */
import type { Gate, RiskTier } from '../domain/verdict.ts';
import type { Rule } from './rules.ts';

const TIERS: readonly RiskTier[] = ['low', 'medium', 'high', 'critical'];

/** Approvals and notices of the rules, in their order. Downscopes are no gates: they replace the step. */
export function gatesOf(rules: readonly Rule[]): readonly Gate[] {
  return rules.flatMap((rule) => gateOf(rule) ?? []);
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

/** The approval or notice of a rule; undefined for every other rule. */
export function gateOf({ annotations }: Rule): Gate | undefined {
  if (annotations.gate === 'notify') {
    return { kind: 'notice', rule: annotations.id, channel: annotations.channel };
  }
  if (annotations.gate !== 'approval') return undefined;
  const { id, approvers, escalate, quorum, tier, ttlMs } = annotations;
  return {
    kind: 'approval',
    rule: id,
    group: approvers,
    ...(escalate === undefined ? {} : { escalateTo: escalate }),
    quorum,
    tier,
    ttlMs,
  };
}

function weight({ annotations }: Rule): number {
  if (annotations.gate === 'downscope') return 10_000;
  return annotations.gate === 'approval'
    ? 100 * (1 + TIERS.indexOf(annotations.tier)) + annotations.quorum
    : 0;
}
