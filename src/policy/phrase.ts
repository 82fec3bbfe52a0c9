/** Verdicts as short phrases, one cell of a table each: what the golden matrix, scenarios and reports compare. */
import { type ApprovalGate, type Gate, stagesOf, type Verdict } from '../domain/verdict.ts';

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

/** One obligation, e.g. `1 of support or finance after 6 h (medium, 8 h)` or `#agent-notices`. */
export function obligationOf(gate: Gate): string {
  if (gate.kind === 'notice') return `#${gate.channel}`;
  const terms = [gate.tier, hours(gate.ttlMs), ...termsOf(gate)].join(', ');
  return `${peopleOf(gate, hours)} (${terms})`;
}

/** How many of whom: the groups asked at once, those asked later with the time, and the fallback. */
export function peopleOf(gate: ApprovalGate, timeText: (ms: number) => string): string {
  const later = stagesOf(gate).map(({ group, afterMs }) =>
    afterMs === 0 ? group : `${group} after ${timeText(afterMs)}`,
  );
  const otherwise = gate.fallback === undefined ? '' : `, else ${gate.fallback}`;
  return `${gate.quorum} of ${[gate.group, ...later].join(' or ')}${otherwise}`;
}

/** What else a gate says of approving. */
export function termsOf({ needsReason, editorMayApprove }: ApprovalGate): readonly string[] {
  return [
    ...(needsReason === true ? ['with a reason'] : []),
    ...(editorMayApprove === true ? ['the editor may approve'] : []),
  ];
}

function hours(ms: number): string {
  return `${Number((ms / HOUR_MS).toFixed(2))} h`;
}
