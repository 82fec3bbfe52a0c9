/** The engine's own validation of both sets against the schema. Its warnings are mistakes too: an impossible rule guards nothing. */
import type { SchemaJson, ValidationAnswer } from '@cedar-policy/cedar-wasm/nodejs';
import type { FieldProblem } from '../domain/errors.ts';
import type { Engine } from './engine.ts';
import { inTurns } from './in-turns.ts';
import { nameOf, type RawRule } from './rules.ts';

/** Every error and warning, at the rule it is about. */
export function validateRules(
  engine: Engine,
  schema: SchemaJson<string>,
  rules: readonly RawRule[],
): Promise<readonly FieldProblem[]> {
  return inTurns(rules, (some) => {
    // By number: a line of the matrix can make two rules in one place, and ids may be missing or wrong.
    const staticPolicies = Object.fromEntries(some.map((rule, index) => [`${index}`, rule.text]));
    const answer = engine.validate({ schema, policies: { staticPolicies } });
    return findings(answer).map((finding) => problemOf(finding, some));
  });
}

function problemOf({ rule: index, message, help }: Finding, rules: readonly RawRule[]): FieldProblem {
  const rule = index === undefined ? undefined : rules[index];
  const hint = help === null ? '' : ` (${help})`;
  return {
    field: rule?.place ?? 'schema',
    problem: `${rule === undefined ? '' : `${nameOf(rule)}: `}${withoutPlace(message)}${hint}`,
  };
}

interface Finding {
  /** Which of the rules; undefined for the schema or all of them. */
  readonly rule: number | undefined;
  readonly message: string;
  readonly help: string | null;
}

function findings(answer: ValidationAnswer): readonly Finding[] {
  if (answer.type === 'failure') return answer.errors.map((error) => ({ rule: undefined, ...error }));
  const wrong = new Set(answer.validationErrors.map(({ policyId }) => policyId));
  // A rule with an error is warned about as impossible too; that would only send its author the wrong way.
  const warnings = answer.validationWarnings.filter(({ policyId }) => !wrong.has(policyId));
  return [
    ...[...answer.validationErrors, ...warnings].map(({ policyId, error }) => ({
      rule: Number(policyId),
      ...error,
    })),
    ...answer.otherWarnings.map((error) => ({ rule: undefined, ...error })),
  ];
}

function withoutPlace(message: string): string {
  return message.replace(/^for policy `[^`]*`[,:]? ?/, '');
}
