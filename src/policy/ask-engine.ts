/** Asks the engine about one rule set and believes nothing but a clean answer. */
import type { Engine } from './engine.ts';
import type { Question } from './entities.ts';
import type { Rule, RuleSet } from './rules.ts';
import { type Parsable, type Part, parsedPart } from './slots.ts';
import { toolRules } from './tool-rules.ts';
import { Unjudgeable } from './unjudgeable.ts';
import type { PolicyTool } from './vocabulary.ts';

/** A bundle that passed every check. */
export interface Bundle extends Parsable {
  readonly version: string;
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

/**
 * Throws Unjudgeable when a rule failed: the engine itself skips such a rule, also a forbid, and that would open the
 * door. Anything else that is not a plain answer throws too.
 */
export function askSet(engine: Engine, bundle: Bundle, set: RuleSet, question: Question): SetAnswer {
  const answer = engine.statefulIsAuthorized({
    ...question,
    ...parsedPart(engine, bundle, partAbout(bundle, set, question.action.id)),
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

/** The rules of a set that are about the tool; for a tool that is not known, all of them. */
function partAbout(bundle: Bundle, set: RuleSet, tool: string): Part {
  const texts = bundle.policies[set];
  const about = toolRules(bundle, tool);
  if (about === undefined) return { part: set, policies: () => texts };
  const ids = [
    ...about[set].map(({ annotations }) => annotations.id),
    ...(set === 'gates' ? [NOT_GATED] : []),
  ];
  return {
    part: `${set}/${about.index}`,
    policies: () => Object.fromEntries(ids.map((id) => [id, texts[id] ?? unknownRule(id)])),
  };
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
