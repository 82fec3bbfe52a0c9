/** Verdicts as short phrases, one cell of a table each: what the golden matrix, scenarios and reports compare. */
import type { Gate, Verdict } from '../domain/verdict.ts';

const HOUR_MS = 3_600_000;

/** The effect with what it demands, e.g. `approve: 1 of platform (medium, 4 h)`; a deny with its rules. Free of outside text. */
export function phraseOf({
  effect,
  rules,
  gates,
  downscopeTo,
}: Pick<Verdict, 'effect' | 'rules' | 'gates' | 'downscopeTo'>): string {
  if (effect === 'deny') return `deny: ${rules.map(({ id }) => id).join(', ')}`;
  const to = downscopeTo === undefined ? '' : ` to ${downscopeTo}`;
  return [`${effect}${to}`, gates.map(obligationOf).join(', ')].filter(Boolean).join(': ');
}

/** One obligation, e.g. `1 of support or finance (medium, 8 h)` or `#agent-notices`. */
export function obligationOf(gate: Gate): string {
  if (gate.kind === 'notice') return `#${gate.channel}`;
  const escalate = gate.escalateTo === undefined ? '' : ` or ${gate.escalateTo}`;
  return `${gate.quorum} of ${gate.group}${escalate} (${gate.tier}, ${gate.ttlMs / HOUR_MS} h)`;
}
