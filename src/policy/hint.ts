/**
 * Checks that the agent's own confidence can only raise risk.
 *
 * An agent that says nothing counts as fully confident, so a rule may only react to *low* confidence, and only by being
 * stricter: a forbid when it is below a number. Every other use is refused, because it would let an agent talk its way to
 * a milder verdict. Grants are generated and never look at it.
 */
import type { RawRule } from './rules.ts';

/** An expression is a record with its operator as the one key; its operands are a record or a list. */
type Fields = Readonly<Record<string, unknown>>;

/** What a truer expression does to the verdict: stricter (1), milder (-1), or either (0). */
type Direction = 1 | -1 | 0;

const BELOW = ['lessThan', 'lessThanOrEqual'];
const ABOVE = ['greaterThan', 'greaterThanOrEqual'];
const WANTED = 'wanted context.confidence.lessThan(decimal("…"))';

/** A problem if some use of confidence could make a verdict milder. */
export function checkHint({ json }: RawRule): readonly string[] {
  const wrong = json.conditions.some(({ kind, body }) => rewards(body, kind === 'unless' ? -1 : 1));
  return wrong ? [`could reward low confidence: ${WANTED}`] : [];
}

function rewards(expression: unknown, direction: Direction): boolean {
  return Object.entries(fieldsOf(expression)).some(([operator, operand]) => {
    const { arg, left, right, attr } = fieldsOf(operand);
    if (operator === '!') return rewards(arg, turned(direction));
    if (operator === '&&' || operator === '||') return rewards(left, direction) || rewards(right, direction);
    if (operator === '.' && isContext(left)) return attr === 'confidence';
    if (operator === 'has' && isContext(left)) return false;
    if (BELOW.includes(operator) || ABOVE.includes(operator)) {
      return comparisonRewards(fieldsOf(operand), BELOW.includes(operator) ? direction : turned(direction));
    }
    // The whole context taken as a value holds the confidence too.
    if (operator === 'Var') return operand === 'context';
    return Object.values(fieldsOf(operand)).some((inner) => rewards(inner, 0));
  });
}

function comparisonRewards({ 0: left, 1: right }: Fields, direction: Direction): boolean {
  const hint = fieldsOf(fieldsOf(left)['.']);
  const onHint = hint.attr === 'confidence' && isContext(hint.left);
  return rewards(right, 0) || (onHint ? direction !== 1 : rewards(left, 0));
}

function turned(direction: Direction): Direction {
  if (direction === 0) return 0;
  return direction === 1 ? -1 : 1;
}

function isContext(expression: unknown): boolean {
  return fieldsOf(expression).Var === 'context';
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
