/**
 * The rules of a bundle that are about one tool. A rule whose action does not cover the tool can neither match nor fail
 * on its steps, so the engine is only handed the others: judging a step costs what its own rules cost.
 */
import type { GatheredFact } from '../domain/facts.ts';
import { covers } from './literals.ts';
import { allReads, gatheredReads } from './mentions.ts';
import type { Rule, RuleSet } from './rules.ts';
import type { PolicyTool } from './vocabulary.ts';

/** What this file looks at of a bundle. */
interface RuleBook {
  readonly rules: ReadonlyMap<string, Rule>;
  readonly tools: ReadonlyMap<string, PolicyTool>;
}

export interface ToolRules extends Readonly<Record<RuleSet, readonly Rule[]>> {
  /** The tool's place among the bundle's. */
  readonly index: number;
  /** What each set reads of the context; undefined for all of it. */
  readonly context: Readonly<Record<RuleSet, ReadonlySet<string> | undefined>>;
  /** The gathered facts that these rules read. */
  readonly reads: ReadonlySet<GatheredFact>;
  /** Those, and what the rules of the smaller tools read that a gate may put in this one's place. */
  readonly mentions: ReadonlySet<GatheredFact>;
}

/** Bundles never change, so what was sorted out once holds as long as the bundle lives. */
const known = new WeakMap<RuleBook, Map<string, ToolRules>>();

/** The rules about a tool of the bundle, in their order; undefined for a tool it does not know. */
export function toolRules(bundle: RuleBook, name: string): ToolRules | undefined {
  const sorted = known.get(bundle) ?? new Map<string, ToolRules>();
  known.set(bundle, sorted);
  const tool = bundle.tools.get(name);
  if (tool === undefined || sorted.has(name)) return sorted.get(name);
  const about = rulesAbout(bundle, tool);
  const authority = about.filter(({ set }) => set === 'authority');
  const gates = about.filter(({ set }) => set === 'gates');
  const reads = gatheredReads(about);
  const mentions = gatheredReads([...about, ...about.flatMap((rule) => rulesOfSmaller(bundle, rule))]);
  const found = Object.freeze({
    index: [...bundle.tools.keys()].indexOf(name),
    authority,
    gates,
    context: { authority: allReads(authority), gates: allReads(gates) },
    reads,
    mentions,
  });
  sorted.set(name, found);
  return found;
}

function rulesAbout({ rules }: RuleBook, tool: PolicyTool): readonly Rule[] {
  return [...rules.values()].filter(({ json }) => covers(json.action, tool));
}

function rulesOfSmaller(bundle: RuleBook, { annotations }: Rule): readonly Rule[] {
  const smaller = annotations.gate === 'downscope' ? bundle.tools.get(annotations.to) : undefined;
  return smaller === undefined ? [] : rulesAbout(bundle, smaller);
}
