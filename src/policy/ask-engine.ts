/** Asks the engine about one rule set and believes nothing but a clean answer. */
import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Engine } from './engine.ts';
import type { Question } from './entities.ts';
import { narrowQuestion, narrowSchema } from './narrow.ts';
import type { Rule, RuleSet } from './rules.ts';
import { type Part, parsedPart } from './slots.ts';
import { type ToolRules, toolRules } from './tool-rules.ts';
import { Unjudgeable } from './unjudgeable.ts';
import type { PolicyTool } from './vocabulary.ts';

/** A bundle that passed every check. */
export interface Bundle {
  readonly version: string;
  readonly schema: SchemaJson<string>;
  /** The texts handed to the engine, by rule id. */
  readonly policies: Readonly<Record<RuleSet, Readonly<Record<string, string>>>>;
  readonly rules: ReadonlyMap<string, Rule>;
  readonly tools: ReadonlyMap<string, PolicyTool>;
  /** Every listed scope with its parents: the only scope names that may be shown. */
  readonly scopes: ReadonlySet<string>;
  /** Tools that some gate covers; for the others the gates need not be asked, which makes reads cheap. */
  readonly gated: ReadonlySet<string>;
}

/** Id of the permit that the loader adds to the gates, so that their "deny" means exactly "these gates fired". */
export const NOT_GATED = 'not-gated';

/** What a rule set says: its decision and the rules behind it, in the order of the file. */
export interface SetAnswer {
  readonly allowed: boolean;
  readonly rules: readonly Rule[];
}

/** What the set's rules about the tool read of the question: all that the answer can depend on. */
export function narrowed(bundle: Bundle, set: RuleSet, question: Question): Question {
  return narrowQuestion(question, rulesAbout(bundle, question).context[set]);
}

/**
 * The question must be `narrowed` for the set. Throws Unjudgeable when a rule failed: the engine itself skips such a rule, also a forbid, and that would open the
 * door. Anything else that is not a plain answer throws too.
 */
export function askSet(engine: Engine, bundle: Bundle, set: RuleSet, question: Question): SetAnswer {
  const answer = engine.statefulIsAuthorized({
    ...question,
    ...parsedPart(engine, bundle, partAbout(bundle, set, question)),
    validateRequest: true,
  });
  if (answer.type === 'failure')
    throw new Unjudgeable('The policy engine refused the facts of this step.', answer.errors);
  const { decision, diagnostics } = answer.response;
  const failed = diagnostics.errors.map(({ policyId }) => policyId);
  if (failed.length > 0) {
    throw new Unjudgeable(
      `The rule "${failed.sort()[0]}" failed on this step, so the step is refused.`,
      diagnostics.errors,
    );
  }
  return { allowed: decision === 'allow', rules: rulesOf(bundle, diagnostics.reason) };
}

function partAbout(bundle: Bundle, set: RuleSet, question: Question): Part {
  const texts = bundle.policies[set];
  const { [set]: rules, index, context } = rulesAbout(bundle, question);
  const ids = [...rules.map(({ annotations }) => annotations.id), ...(set === 'gates' ? [NOT_GATED] : [])];
  return {
    part: `${set}/${index}`,
    schema: () => narrowSchema(bundle.schema, question.action.id, context[set]),
    policies: () => Object.fromEntries(ids.map((id) => [id, texts[id] ?? unknownRule(id)])),
  };
}

function rulesAbout(bundle: Bundle, { action }: Question): ToolRules {
  const about = toolRules(bundle, action.id);
  if (about === undefined) throw new Unjudgeable('The policy knows no tool of this name.');
  return about;
}

function rulesOf(bundle: Bundle, ids: readonly string[]): readonly Rule[] {
  return ids
    .filter((id) => id !== NOT_GATED)
    .map((id) => bundle.rules.get(id) ?? unknownRule(id))
    .sort((one, other) => one.position - other.position);
}

function unknownRule(id: string): never {
  throw new Unjudgeable('The policy engine answered with a rule that is not in force.', id);
}
