/** From facts to a verdict: authority first, so that nobody is asked about what may never run; then the gates. */
import type { StepFacts } from '../domain/facts.ts';
import type { Policy } from '../domain/ports.ts';
import { approvalGates, type RuleHit, type Verdict } from '../domain/verdict.ts';
import { type Bundle, Unjudgeable } from './ask-engine.ts';
import type { Engine } from './engine.ts';
import { boundedFacts, type Question, questionOf } from './entities.ts';
import { gatesOf, smallerToolOf, strictestFirst } from './gates.ts';
import { type Ask, rememberingAsk } from './remember.ts';
import type { Rule } from './rules.ts';

const SENTENCE_CHARACTERS_MAX = 160;

/** A loaded bundle behind the port. `decide` never throws: what cannot be judged is denied as `engine-error`. */
export function policyOf(engine: Engine, bundle: Bundle): Policy {
  const ask = rememberingAsk(engine, bundle);
  return Object.freeze({
    version: bundle.version,
    decide: (facts: StepFacts) => {
      try {
        return judge(ask, bundle, facts, { mayReduce: true });
      } catch (error) {
        const sentence =
          error instanceof Unjudgeable ? error.sentence : 'The policy engine failed on this step.';
        return deny(bundle, [{ id: 'engine-error', sentence }]);
      }
    },
  });
}

function judge(ask: Ask, bundle: Bundle, facts: StepFacts, { mayReduce }: { mayReduce: boolean }): Verdict {
  const question = checkedQuestion(bundle, facts);
  const authority = ask('authority', question);
  if (!authority.allowed)
    return deny(bundle, authority.rules.length > 0 ? hits(authority.rules) : [noGrant(facts)]);
  const gates = bundle.gated.has(facts.tool) ? ask('gates', question) : undefined;
  if (gates === undefined || gates.allowed) return verdict(bundle, 'allow', authority.rules);
  const open = strictestFirst(gates.rules);
  const smaller = smallerToolOf(open);
  if (smaller !== undefined) {
    return mayReduce ? reduce(ask, bundle, { facts, open, smaller }) : deny(bundle, hits(open));
  }
  const gated = verdict(bundle, 'notify', open);
  return approvalGates(gated).length > 0 ? { ...gated, effect: 'approve' } : gated;
}

/** The smaller tool must be granted itself and keeps its own gates; it is not reduced once more. */
function reduce(
  ask: Ask,
  bundle: Bundle,
  { facts, open, smaller }: { facts: StepFacts; open: readonly Rule[]; smaller: string },
): Verdict {
  const tool = bundle.tools.get(smaller);
  if (tool === undefined) throw new Unjudgeable(`The smaller tool "${smaller}" is unknown.`);
  const { effect, reversibility } = tool;
  const own = judge(ask, bundle, { ...facts, tool: smaller, effect, reversibility }, { mayReduce: false });
  const rules = own.effect === 'allow' ? hits(open) : [...hits(open), ...own.rules];
  if (own.effect === 'deny') return deny(bundle, rules);
  return { ...own, effect: 'downscope', rules, downscopeTo: smaller };
}

function checkedQuestion({ tools }: Bundle, facts: StepFacts): Question {
  const parsed = boundedFacts.safeParse(facts);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new Unjudgeable(`The fact "${field}" about this step is missing or out of bounds.`, parsed.error);
  }
  const tool = tools.get(facts.tool);
  if (tool === undefined) throw new Unjudgeable('The policy knows no tool of this name.');
  if (tool.effect !== facts.effect || tool.reversibility !== facts.reversibility) {
    throw new Unjudgeable('The facts of this step contradict what the policy knows of its tool.');
  }
  return questionOf(parsed.data);
}

function verdict(bundle: Bundle, effect: 'allow' | 'notify', rules: readonly Rule[]): Verdict {
  if (rules.length === 0) throw new Unjudgeable('The policy engine named no rule for its answer.');
  return { effect, rules: hits(rules), gates: gatesOf(rules), policyVersion: bundle.version };
}

function deny({ version }: Bundle, rules: readonly RuleHit[]): Verdict {
  return { effect: 'deny', rules, gates: [], policyVersion: version };
}

function hits(rules: readonly Rule[]): readonly RuleHit[] {
  return rules.map(({ annotations }) => ({ id: annotations.id, sentence: annotations.reason }));
}

function noGrant({ agent, tool, target }: StepFacts): RuleHit {
  const sentence = `No grant lets ${agent.id} use ${tool} on ${target.scope}.`;
  const short = `No grant lets this agent use ${tool} there.`;
  return { id: 'no-grant', sentence: sentence.length <= SENTENCE_CHARACTERS_MAX ? sentence : short };
}
