/** Reads one file of a bundle into rules: split by the engine, then each rule's annotations checked strictly. */
import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { FieldProblem } from '../domain/errors.ts';
import type { Gate } from '../domain/verdict.ts';
import { type Annotations, readAnnotations } from './annotations.ts';
import type { Engine } from './engine.ts';
import { inTurns } from './in-turns.ts';
import type { Source } from './source.ts';

export type RuleSet = 'authority' | 'gates';

/** One rule, written or generated. `place` is file and line, for people; `position` the order in the file. */
export interface RawRule {
  readonly set: RuleSet;
  readonly place: string;
  readonly position: number;
  readonly text: string;
  readonly json: PolicyJson;
  /** Only in generated rules: the line of the permission matrix it was made from. `place` is that line's. */
  readonly fromLine?: string;
}

/** A rule whose annotations are right. `gate` is what an approval or notice demands, once the tiers are known. */
export interface Rule extends RawRule {
  readonly annotations: Annotations;
  readonly gate?: Gate;
}

export interface RulesFound {
  /** Everything that parses, for checks that need no annotations. */
  readonly raw: readonly RawRule[];
  readonly rules: readonly Rule[];
  readonly problems: readonly FieldProblem[];
}

/** Rules of one set, written and generated together. */
export const RULES_MAX = 2_000;

/** The rules of one file in the order they were written, and every problem found in reading them. */
export async function readRules(engine: Engine, set: RuleSet, source: Source): Promise<RulesFound> {
  if (source.problem !== undefined) return nothing([{ field: source.file, problem: source.problem }]);
  const parts = engine.policySetTextToParts(source.text);
  if (parts.type === 'failure') return nothing(parts.errors.map((error) => syntaxProblem(source, error)));
  const at = placesIn(source);
  const templates = parts.policy_templates.map((text) => ({
    field: at(text).place,
    problem: 'is a template: wanted one rule for each principal or scope',
  }));
  const count = parts.policies.length;
  if (count === 0)
    return nothing([...templates, { field: source.file, problem: 'has no rule: wanted at least one' }]);
  if (count > RULES_MAX)
    return nothing([{ field: source.file, problem: `has ${count} rules: wanted at most ${RULES_MAX}` }]);
  const read = await inTurns(parts.policies, (texts) =>
    texts.map((text) => rawRule(engine, { set, ...at(text), text })),
  );
  const raw = read.toSorted((one, other) => one.position - other.position);
  return withAnnotations(raw, templates);
}

function nothing(problems: readonly FieldProblem[]): RulesFound {
  return { raw: [], rules: [], problems };
}

/** A rule from its text, which must be one that parses. */
export function rawRule(engine: Engine, rule: Omit<RawRule, 'json'>): RawRule {
  const answer = engine.policyToJson(rule.text);
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message ?? 'unreadable rule');
  return { ...rule, json: answer.json };
}

/** Checks the annotations of rules; `earlier` are problems found before, which come first. */
export function withAnnotations(raw: readonly RawRule[], earlier: readonly FieldProblem[]): RulesFound {
  const rules: Rule[] = [];
  const problems: FieldProblem[] = [...earlier];
  for (const rule of raw) {
    const read = readAnnotations(rule.set, rule.json.annotations ?? {});
    if (read.annotations !== undefined) rules.push({ ...rule, annotations: read.annotations });
    problems.push(
      ...read.problems.map((problem) => ({ field: rule.place, problem: `${nameOf(rule)} ${problem}` })),
    );
  }
  return { raw, rules, problems };
}

/** How problems name a rule: by its id where it has one. */
export function nameOf({ json }: Pick<RawRule, 'json'>): string {
  const id = json.annotations?.id;
  return id === undefined ? 'rule without @id' : `rule "${id}"`;
}

// The engine returns each rule's own text unchanged but sorted by a made-up id, so places are found by looking.
function placesIn({ file, text }: Source): (part: string) => Pick<RawRule, 'place' | 'position'> {
  const lineEnds = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return (part) => {
    const position = text.indexOf(part);
    return { place: `${file}:${1 + endsBefore(lineEnds, position)}`, position };
  };
}

/** How many of the ascending numbers are smaller. */
function endsBefore(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function syntaxProblem(source: Source, error: DetailedError): FieldProblem {
  const at = error.sourceLocations?.[0];
  // The engine counts bytes, not characters.
  const before = Buffer.from(source.text)
    .subarray(0, at?.start ?? 0)
    .toString();
  const wanted = at?.label == null ? '' : `: ${at.label}`;
  return { field: `${source.file}:${before.split('\n').length}`, problem: `${error.message}${wanted}` };
}
