/** Asks the engine about one rule set and believes nothing but a clean answer. */
import type { Engine } from './engine.ts';
import type { Question } from './entities.ts';
import type { Rule, RuleSet } from './rules.ts';
import { type Parsable, setName, slotOf } from './slots.ts';
import type { PolicyTool } from './vocabulary.ts';

/** A bundle that passed every check. */
export interface Bundle extends Parsable {
  readonly version: string;
  readonly rules: ReadonlyMap<string, Rule>;
  readonly tools: ReadonlyMap<string, PolicyTool>;
  /** Tools that some gate covers; for the others the gates need not be asked, which makes reads cheap. */
  readonly gated: ReadonlySet<string>;
}

/** Id of the permit that the loader adds to the gates, so that their "deny" means exactly "these gates fired". */
export const NOT_GATED = 'not-gated';

/** The question could not be judged. `sentence` is for people; it repeats no outside text. */
export class Unjudgeable extends Error {
  readonly sentence: string;

  constructor(sentence: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = 'Unjudgeable';
    this.sentence = sentence;
  }
}

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
  const slot = slotOf(engine, bundle);
  const answer = engine.statefulIsAuthorized({
    ...question,
    preparsedSchemaName: slot,
    preparsedPolicySetId: setName(slot, set),
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

function rulesOf(bundle: Bundle, ids: readonly string[]): readonly Rule[] {
  return ids
    .filter((id) => id !== NOT_GATED)
    .map((id) => bundle.rules.get(id) ?? unknownRule(id))
    .sort((one, other) => one.position - other.position);
}

function unknownRule(id: string): never {
  throw new Unjudgeable('The policy engine answered with a rule that is not in force.', id);
}
