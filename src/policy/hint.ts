/**
 * Checks that what the agent says of itself can only raise risk: its confidence, and the person it claims to act for.
 *
 * An agent that says nothing counts as fully confident and as acting for nobody. So a rule may only react to *low*
 * confidence and to a claim that was made, and only by being stricter: a forbid when confidence is below a number, or
 * when it acts for somebody. Every other use is refused, because it would let an agent talk its way to a milder verdict.
 * Grants are generated and never look at either.
 */
import type { RawRule } from './rules.ts';

/** An expression is a record with its operator as the one key; its operands are a record or a list. */
type Fields = Readonly<Record<string, unknown>>;

/** What a truer expression does to the verdict: stricter (1), milder (-1), or either (0). */
type Direction = 1 | -1 | 0;

/** Whether an expression could make a verdict milder by something the agent says; undefined where it does not say it. */
type Look = (operator: string, operand: Fields, direction: Direction) => boolean | undefined;

const BELOW = ['lessThan', 'lessThanOrEqual'];
const ABOVE = ['greaterThan', 'greaterThanOrEqual'];
const MEMBERSHIP = ['contains', 'containsAny', 'containsAll'];

/** A problem for each thing the agent says of which some use could make a verdict milder. */
export function checkHint({ json }: RawRule): readonly string[] {
  const wrong = (look: Look) =>
    json.conditions.some(({ kind, body }) => rewards(body, kind === 'unless' ? -1 : 1, look));
  return [
    ...(wrong(atConfidence)
      ? ['could reward low confidence: wanted context.confidence.lessThan(decimal("…"))']
      : []),
    ...(wrong(atClaim)
      ? ['could reward whom the agent claims to act for: wanted context.behalf where it is stricter']
      : []),
  ];
}

const atConfidence: Look = (operator, operand, direction) => {
  const { 0: left, 1: right } = operand;
  if (isContextField(operator, operand)) return operand.attr === 'confidence';
  if (!BELOW.includes(operator) && !ABOVE.includes(operator)) return undefined;
  const truer = BELOW.includes(operator) ? direction : turned(direction);
  const onHint = says(left, 'confidence');
  return rewards(right, 0, atConfidence) || (onHint ? truer !== 1 : rewards(left, 0, atConfidence));
};

const atClaim: Look = (operator, operand, direction) => {
  const { left, right, attr } = operand;
  if (isContextField(operator, operand))
    return (attr === 'behalf' && direction !== 1) || attr === 'behalfGroups';
  if (!MEMBERSHIP.includes(operator) || !says(left, 'behalfGroups')) return undefined;
  return direction !== 1 || rewards(right, 0, atClaim);
};

function rewards(expression: unknown, direction: Direction, look: Look): boolean {
  return Object.entries(fieldsOf(expression)).some(([operator, value]) => {
    const operand = fieldsOf(value);
    const { arg, left, right } = operand;
    if (operator === '!') return rewards(arg, turned(direction), look);
    if (operator === '&&' || operator === '||')
      return rewards(left, direction, look) || rewards(right, direction, look);
    if (operator === 'has' && isContext(left)) return false;
    const seen = look(operator, operand, direction);
    if (seen !== undefined) return seen;
    // The whole context taken as a value holds what the agent says too.
    if (operator === 'Var') return value === 'context';
    return Object.values(operand).some((inner) => rewards(inner, 0, look));
  });
}

function turned(direction: Direction): Direction {
  if (direction === 0) return 0;
  return direction === 1 ? -1 : 1;
}

/** Whether an expression is `context.<field>`. */
function says(expression: unknown, field: string): boolean {
  const { attr, left } = fieldsOf(fieldsOf(expression)['.']);
  return attr === field && isContext(left);
}

function isContextField(operator: string, { left }: Fields): boolean {
  return operator === '.' && isContext(left);
}

function isContext(expression: unknown): boolean {
  return fieldsOf(expression).Var === 'context';
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
