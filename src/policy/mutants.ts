/**
 * Mutants of a bundle: the same bundle with one rule taken out, turned into its opposite, or asking people in another
 * way. Tests that do not notice the difference do not hold that rule.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { CountersignError } from '../domain/errors.ts';
import { type Engine, loadEngine } from './engine.ts';
import { readSource } from './source.ts';
import { MATRIX_FILE, matrixMutants, TIERS_FILE, tierMutants } from './yaml-mutants.ts';

/**
 * `negated`: fires exactly when the rule would not; a rule without a condition then never fires. `standing` and `longest`
 * are for lines of the matrix that grant on request only. `without` is what a gate or its tier no longer says.
 */
export type Mutation = 'deleted' | 'negated' | 'standing' | 'longest' | 'longer' | `without ${string}`;

/** One file of a bundle, changed. */
export interface Mutant {
  readonly rule: string;
  readonly mutation: Mutation;
  readonly file: string;
  readonly text: string;
}

const RULE_FILES = ['authority.cedar', 'gates.cedar'] as const;
/** What a gate may say and need not: taken off, the rule is still a rule. */
const OPTIONAL = ['escalate', 'fallback', 'needs', 'editor'] as const;
/** The engine's checks know that `false` never holds and refuse it; that no request has fewer than no steps they do not. */
const NEVER = ' when { context.stepCount < 0 };';

/** Every mutant of the bundle in the folder, in the order of its files. Throws `misconfigured` for files it can't read. */
export function mutantsOf(engine: Engine, folder: string): readonly Mutant[] {
  return [
    ...RULE_FILES.flatMap((file) => ofRules(engine, file, textOf(folder, file))),
    ...(existsSync(join(folder, TIERS_FILE)) ? ofTiers(engine, folder) : []),
    ...(existsSync(join(folder, MATRIX_FILE)) ? matrixMutants(textOf(folder, MATRIX_FILE)) : []),
  ];
}

/** The ids of the rules that the bundle in the folder has as text: blocks and gates. Throws as `mutantsOf` does. */
export async function rulesIn(folder: string): Promise<readonly string[]> {
  const mutants = mutantsOf(await loadEngine(), folder);
  return [
    ...new Set(mutants.flatMap(({ file, rule }) => (RULE_FILES.some((one) => one === file) ? [rule] : []))),
  ];
}

function textOf(folder: string, file: string): string {
  const { text, problem } = readSource(folder, file);
  if (problem === undefined) return text;
  throw new CountersignError('misconfigured', `Cannot mutate policy: "${file}" ${problem}`);
}

function ofRules(engine: Engine, file: string, source: string): readonly Mutant[] {
  return rulesOf(engine, file, source).flatMap(({ text, json }) => {
    const mutant = (mutation: Mutation, instead: string): Mutant => ({
      rule: json.annotations?.id ?? '',
      mutation,
      file,
      // As a function, because a replacement text would be searched for `$`.
      text: source.replace(text, () => instead),
    });
    const changed = Object.entries(fewerWords(json)).map(([what, annotations]) =>
      mutant(`without ${what}`, textOfRule(engine, file, { ...json, annotations })),
    );
    return [mutant('deleted', ''), mutant('negated', negated(engine, file, { text, json })), ...changed];
  });
}

/** The rules of a file in its order. */
function rulesOf(engine: Engine, file: string, source: string) {
  const parts = engine.policySetTextToParts(source);
  if (parts.type === 'failure') throw unreadable(file);
  return parts.policies
    .toSorted((one, other) => source.indexOf(one) - source.indexOf(other))
    .map((text) => ({ text, json: jsonOf(engine, file, text) }));
}

/** The annotations of a gate with less in them, by what is missing. */
function fewerWords({
  annotations = {},
}: PolicyJson): Readonly<Record<string, NonNullable<PolicyJson['annotations']>>> {
  const { approvers = '' } = annotations;
  const [first = ''] = approvers.split(',');
  const less = OPTIONAL.filter((one) => annotations[one] !== undefined).map((one) => {
    const { [one]: _, ...others } = annotations;
    return [`@${one}`, others] as const;
  });
  return Object.fromEntries([
    ...less,
    ...(first === approvers
      ? []
      : [['further groups', { ...annotations, approvers: first.trim() }] as const]),
  ]);
}

function textOfRule(engine: Engine, file: string, json: PolicyJson): string {
  const answer = engine.policyToText(json);
  if (answer.type === 'failure') throw unreadable(file);
  return answer.text;
}

/** The rule as text with its condition turned round. */
function negated(
  engine: Engine,
  file: string,
  { text, json }: { readonly text: string; readonly json: PolicyJson },
): string {
  const bodies = json.conditions.map(({ kind, body }) =>
    kind === 'when' ? body : ({ '!': { arg: body } } as Expr),
  );
  const [first, ...rest] = bodies;
  if (first === undefined) return text.replace(/;\s*$/, () => NEVER);
  const body = rest.reduce((left, right) => ({ '&&': { left, right } }) as Expr, first);
  return textOfRule(engine, file, { ...json, conditions: [{ kind: 'unless', body }] });
}

function jsonOf(engine: Engine, file: string, text: string): PolicyJson {
  const answer = engine.policyToJson(text);
  if (answer.type === 'failure') throw unreadable(file);
  return answer.json;
}

/** Tiers make mutants only where a gate has no words of its own. */
function ofTiers(engine: Engine, folder: string): readonly Mutant[] {
  const [, file] = RULE_FILES;
  const gates = rulesOf(engine, file, textOf(folder, file));
  return tierMutants(
    textOf(folder, TIERS_FILE),
    gates.map(({ json: { annotations = {} } }) => annotations),
  );
}

function unreadable(file: string): CountersignError {
  return new CountersignError('misconfigured', `Cannot mutate policy: "${file}" cannot be parsed`);
}
