/** A verdict in words, for the CLI and logs. Says only what the verdict holds. */
import type { Gate, Verdict } from '../domain/verdict.ts';

/** One line for the effect, one for each rule, one for each obligation. Free of outside text. */
export function explain({ effect, policyVersion, rules, gates, downscopeTo }: Verdict): string[] {
  return [
    `${effect} by policy ${policyVersion}`,
    ...rules.map(({ id, sentence }) => `  ${id}: ${sentence}`),
    ...(downscopeTo === undefined ? [] : [`  runs ${downscopeTo} instead`]),
    ...gates.map((gate) => `  ${obligation(gate)}`),
  ];
}

function obligation(gate: Gate): string {
  if (gate.kind === 'notice') return `announces to ${gate.channel}`;
  const groups = gate.escalateTo === undefined ? gate.group : `${gate.group} or ${gate.escalateTo}`;
  return `needs ${gate.quorum} of ${groups} within ${duration(gate.ttlMs)} (${gate.tier} risk)`;
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes % 1440 === 0) return `${minutes / 1440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
