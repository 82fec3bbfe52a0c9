/** The engine's own validation of both sets against the schema. Its warnings are mistakes too: an impossible rule guards nothing. */
import type { SchemaJson, ValidationAnswer } from '@cedar-policy/cedar-wasm/nodejs';
import type { FieldProblem } from '../domain/errors.ts';
import type { Engine } from './engine.ts';
import { nameOf, type RawRule } from './rules.ts';

/** Every error and warning, at the rule it is about. */
export function validateRules(
  engine: Engine,
  schema: SchemaJson<string>,
  rules: readonly RawRule[],
): readonly FieldProblem[] {
  const byPlace = new Map(rules.map((rule) => [rule.place, rule]));
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.place, rule.text]));
  const answer = engine.validate({ schema, policies: { staticPolicies } });
  return findings(answer).map(({ place, message, help }) => {
    const rule = byPlace.get(place);
    const hint = help === null ? '' : ` (${help})`;
    return {
      field: rule?.place ?? 'schema',
      problem: `${rule === undefined ? '' : `${nameOf(rule)}: `}${withoutPlace(message)}${hint}`,
    };
  });
}

interface Finding {
  readonly place: string;
  readonly message: string;
  readonly help: string | null;
}

function findings(answer: ValidationAnswer): readonly Finding[] {
  if (answer.type === 'failure') return answer.errors.map((error) => ({ place: '', ...error }));
  const wrong = new Set(answer.validationErrors.map(({ policyId }) => policyId));
  // A rule with an error is warned about as impossible too; that would only send its author the wrong way.
  const warnings = answer.validationWarnings.filter(({ policyId }) => !wrong.has(policyId));
  return [
    ...[...answer.validationErrors, ...warnings].map(({ policyId, error }) => ({
      place: policyId,
      ...error,
    })),
    ...answer.otherWarnings.map((error) => ({ place: '', ...error })),
  ];
}

function withoutPlace(message: string): string {
  return message.replace(/^for policy `[^`]*`[,:]? ?/, '');
}
