/**
 * Mutants of a bundle: the same bundle with one rule taken out, or turned into its opposite. Tests that do not notice
 * the difference do not hold that rule.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { isMap, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { CountersignError } from '../domain/errors.ts';
import { type Engine, loadEngine } from './engine.ts';
import { readSource } from './source.ts';

/**
 * `negated`: fires exactly when the rule would not; a rule without a condition then never fires. `standing` and `longest`
 * are for lines of the matrix that grant on request only.
 */
export type Mutation = 'deleted' | 'negated' | 'standing' | 'longest';

/** One file of a bundle, changed. */
export interface Mutant {
  readonly rule: string;
  readonly mutation: Mutation;
  readonly file: string;
  readonly text: string;
}

const RULE_FILES = ['authority.cedar', 'gates.cedar'] as const;
const MATRIX_FILE = 'permissions.yaml';
/** The longest access that a line can name. */
const MINUTES_MAX = 1_440;
/** The engine's checks know that `false` never holds and refuse it; that no request has fewer than no steps they do not. */
const NEVER = ' when { context.stepCount < 0 };';

/** Every mutant of the bundle in the folder, in the order of its files. Throws `misconfigured` for files it can't read. */
export function mutantsOf(engine: Engine, folder: string): readonly Mutant[] {
  return [
    ...RULE_FILES.flatMap((file) => ofRules(engine, file, textOf(folder, file))),
    ...(existsSync(join(folder, MATRIX_FILE)) ? ofMatrix(textOf(folder, MATRIX_FILE)) : []),
  ];
}

/** The ids of the rules that the bundle in the folder has as text: blocks and gates. Throws as `mutantsOf` does. */
export async function rulesIn(folder: string): Promise<readonly string[]> {
  const mutants = mutantsOf(await loadEngine(), folder);
  return [...new Set(mutants.flatMap(({ file, rule }) => (file === MATRIX_FILE ? [] : [rule])))];
}

function textOf(folder: string, file: string): string {
  const { text, problem } = readSource(folder, file);
  if (problem === undefined) return text;
  throw new CountersignError('misconfigured', `Cannot mutate policy: "${file}" ${problem}`);
}

function ofRules(engine: Engine, file: string, source: string): readonly Mutant[] {
  const parts = engine.policySetTextToParts(source);
  if (parts.type === 'failure') throw unreadable(file);
  return parts.policies
    .toSorted((one, other) => source.indexOf(one) - source.indexOf(other))
    .flatMap((text) => {
      const json = jsonOf(engine, file, text);
      const mutant = (mutation: Mutation, instead: string): Mutant => ({
        rule: json.annotations?.id ?? '',
        mutation,
        file,
        // As a function, because a replacement text would be searched for `$`.
        text: source.replace(text, () => instead),
      });
      return [mutant('deleted', ''), mutant('negated', negated(engine, file, { text, json }))];
    });
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
  const answer = engine.policyToText({ ...json, conditions: [{ kind: 'unless', body }] });
  if (answer.type === 'failure') throw unreadable(file);
  return answer.text;
}

function jsonOf(engine: Engine, file: string, text: string): PolicyJson {
  const answer = engine.policyToJson(text);
  if (answer.type === 'failure') throw unreadable(file);
  return answer.json;
}

/**
 * Each line of the permission matrix taken out; a line on request also granting without being given (`standing`), and
 * for as long as any line may (`longest`).
 */
function ofMatrix(source: string): readonly Mutant[] {
  return [...new Set(lineIds(source))].flatMap((rule) => {
    const mutant = (
      mutation: Mutation,
      change: (line: YAMLMap) => YAMLMap | undefined,
    ): readonly Mutant[] => {
      const text = changedLines(source, rule, change);
      return text === changedLines(source, rule, (line) => line)
        ? []
        : [{ rule, mutation, file: MATRIX_FILE, text }];
    };
    return [
      ...mutant('deleted', () => undefined),
      ...mutant('standing', (line) => {
        line.delete('on');
        line.delete('atMostMinutes');
        return line;
      }),
      ...mutant('longest', (line) => {
        if (line.has('atMostMinutes')) line.set('atMostMinutes', MINUTES_MAX);
        return line;
      }),
    ];
  });
}

function changedLines(source: string, rule: string, change: (line: YAMLMap) => YAMLMap | undefined): string {
  const document = parseDocument(source);
  for (const list of listsOf(document.contents)) {
    list.items = list.items.flatMap((line) =>
      isMap(line) && line.get('id') === rule ? (change(line) ?? []) : [line],
    );
  }
  return document.toString();
}

function lineIds(source: string): readonly string[] {
  const lists = listsOf(parseDocument(source).contents);
  return lists.flatMap(({ items }) =>
    items.flatMap((line) =>
      isMap(line) && typeof line.get('id') === 'string' ? [String(line.get('id'))] : [],
    ),
  );
}

function listsOf(contents: Node | null) {
  return isMap(contents) ? contents.items.map(({ value }) => value).filter(isSeq) : [];
}

function unreadable(file: string): CountersignError {
  return new CountersignError('misconfigured', `Cannot mutate policy: "${file}" cannot be parsed`);
}
