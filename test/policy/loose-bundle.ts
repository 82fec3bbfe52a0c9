/**
 * Bundles put together from single rules without the loader: also rules that it would refuse, such as grants that fail,
 * and thousands in the time that the loader checks a few dozen.
 */
import { canonicalHash } from '../../src/domain/digest.ts';
import type { Policy } from '../../src/domain/ports.ts';
import { type Annotations, readAnnotations } from '../../src/policy/annotations.ts';
import { type Bundle, NOT_GATED } from '../../src/policy/ask-engine.ts';
import { policyOf } from '../../src/policy/decide.ts';
import { loadEngine } from '../../src/policy/engine.ts';
import { settleGates } from '../../src/policy/gates.ts';
import { covers } from '../../src/policy/literals.ts';
import { type RawRule, type Rule, type RuleSet, rawRule } from '../../src/policy/rules.ts';
import { policySchema } from '../../src/policy/schema.ts';
import { NAMES } from './sample.ts';

export interface LooseRule {
  readonly set: RuleSet;
  /** Cedar without annotations. */
  readonly text: string;
  /** As written, less `id`, `owner` and `reason`. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Makes policies whose rules are called `rule-0`, `rule-1` and so on, in the order given. */
export async function looseBundles(): Promise<(rules: readonly LooseRule[]) => Policy> {
  const engine = await loadEngine();
  const parsed = new Map<string, RawRule>();
  const schema = policySchema(NAMES);
  const parse = (set: RuleSet, text: string): RawRule => {
    const known = parsed.get(text) ?? rawRule(engine, { set, text, place: 'loose', position: 0 });
    parsed.set(text, known);
    return known;
  };
  return (loose) => {
    const rules = loose.map(
      ({ set, text, annotations }, position): Rule => ({
        ...parse(set, text),
        set,
        position,
        annotations: annotationsOf(set, { ...annotations, id: `rule-${position}` }),
      }),
    );
    return policyOf(engine, bundleOf(settleGates(rules, {}).rules, schema));
  };
}

function bundleOf(rules: readonly Rule[], schema: Bundle['schema']): Bundle {
  const texts = (set: RuleSet) =>
    Object.fromEntries(rules.filter((one) => one.set === set).map((one) => [one.annotations.id, one.text]));
  const gates = rules.filter(({ set }) => set === 'gates');
  return {
    version: `p-${canonicalHash([texts('authority'), texts('gates')]).slice(0, 16)}`,
    schema,
    policies: {
      authority: texts('authority'),
      gates: { ...texts('gates'), [NOT_GATED]: 'permit (principal, action, resource);' },
    },
    rules: new Map(rules.map((one) => [one.annotations.id, one])),
    tools: new Map(NAMES.tools.map((tool) => [tool.name, tool])),
    scopes: new Set(['crm', 'crm/people']),
    gated: new Set(
      NAMES.tools
        .filter((tool) => gates.some(({ json }) => covers(json.action, tool)))
        .map(({ name }) => name),
    ),
  };
}

function annotationsOf(set: RuleSet, written: Readonly<Record<string, string>>): Annotations {
  const reason = `The ${written.id} applies.`;
  const { annotations, problems } = readAnnotations(set, { ...written, owner: 'olga', reason });
  if (annotations === undefined) throw new Error(problems.join('; '));
  return annotations;
}
