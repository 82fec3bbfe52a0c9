/** From facts to a verdict: authority first, so that nobody is asked about what may never run; then the gates. */
import { GATHERED_FACTS, type GatheredFact, type StepFacts } from '../domain/facts.ts';
import type { Policy } from '../domain/ports.ts';
import { approvalGates, type RuleHit, type Verdict } from '../domain/verdict.ts';
import type { Bundle } from './ask-engine.ts';
import type { Engine } from './engine.ts';
import { type BoundedFacts, boundedFacts, type Question, questionOf } from './entities.ts';
import { askedLine, authorityChain, type Chain, explanationOf, gateChain } from './explain.ts';
import { gatesOf, smallerToolOf, strictestFirst } from './gates.ts';
import { noGrant } from './no-grant.ts';
import { ACCESS_TOOL } from './permissions.ts';
import { type Ask, rememberingAsk } from './remember.ts';
import type { Rule } from './rules.ts';
import { type ToolRules, toolRules } from './tool-rules.ts';
import { Unjudgeable } from './unjudgeable.ts';
import type { PolicyTool } from './vocabulary.ts';

/** A loaded bundle behind the port. `decide` never throws: what cannot be judged is denied as `engine-error`. */
export function policyOf(engine: Engine, bundle: Bundle): Policy {
  const ask = rememberingAsk(engine, bundle);
  const every: ReadonlySet<GatheredFact> = new Set(GATHERED_FACTS);
  return Object.freeze({
    version: bundle.version,
    mentions: (tool: string) => toolRules(bundle, tool)?.mentions ?? every,
    decide: (facts: StepFacts) => {
      const chain: string[] = [];
      const found = answerTo({ ask, bundle, facts }, chain);
      return { ...found, explanation: explanationOf(chain, found.effect) };
    },
  });
}

interface Judging {
  readonly ask: Ask;
  readonly bundle: Bundle;
  readonly facts: StepFacts;
}

/** What was found, with the chain that led to it. */
interface Found {
  readonly verdict: Verdict;
  readonly chain: Chain;
}

/** The lines are added to `chain` as far as they are reached. */
function answerTo(judging: Judging, chain: string[]): Verdict {
  try {
    const step = checkedStep(judging.bundle, judging.facts);
    chain.push(askedLine(judging.facts, judging.bundle.scopes));
    const found = judge(judging, step, { mayReduce: true });
    chain.push(...found.chain);
    return found.verdict;
  } catch (error) {
    const sentence = error instanceof Unjudgeable ? error.sentence : 'The policy engine failed on this step.';
    chain.push(`could not be judged: ${sentence}`);
    return deny(judging.bundle, [{ id: 'engine-error', sentence }]);
  }
}

/** A step whose facts are right, and the rules about its tool. */
interface Step {
  readonly question: Question;
  readonly about: ToolRules;
}

function judge({ ask, bundle, facts }: Judging, step: Step, { mayReduce }: { mayReduce: boolean }): Found {
  const authority = ask('authority', step.question);
  const granted = authorityChain(authority, step.about.authority);
  if (!authority.allowed) {
    const rules = authority.rules.length > 0 ? hits(authority.rules) : [noGrant(bundle, facts)];
    return { verdict: deny(bundle, rules), chain: granted };
  }
  const gates = bundle.gated.has(facts.tool) ? ask('gates', step.question) : undefined;
  const open = gates === undefined || gates.allowed ? [] : strictestFirst(gates.rules);
  const chain = [...granted, ...gateChain(open, step.about.gates)];
  if (facts.tool === ACCESS_TOOL && approvalsIn(open).length === 0)
    return { verdict: deny(bundle, [NOBODY_ASKED]), chain: [...chain, 'access is given by people only'] };
  if (gates === undefined || gates.allowed)
    return { verdict: verdict(bundle, 'allow', authority.rules), chain };
  const smaller = smallerToolOf(open);
  if (smaller === undefined) return { verdict: gated(bundle, open), chain };
  if (!mayReduce) return { verdict: deny(bundle, hits(open)), chain: [...chain, 'not reduced once more'] };
  const reduced = reduce({ ask, bundle, facts }, open, smaller);
  return { verdict: reduced.verdict, chain: [...chain, ...reduced.chain] };
}

/** Access that a gate forgot would be the agent's own to give. */
const NOBODY_ASKED: RuleHit = Object.freeze({
  id: 'nobody-asked',
  sentence: 'Access is given by people only, and no rule asks any of them here.',
});

function approvalsIn(open: readonly Rule[]): readonly Rule[] {
  return open.filter(({ annotations }) => annotations.gate === 'approval');
}

function gated(bundle: Bundle, open: readonly Rule[]): Verdict {
  const announced = verdict(bundle, 'notify', open);
  return approvalGates(announced).length > 0 ? { ...announced, effect: 'approve' } : announced;
}

/**
 * The smaller tool must be granted itself and keeps its own gates; it is not reduced once more. It is judged with the
 * facts of the larger one, but access that people gave for the larger tool is none for the smaller.
 */
function reduce({ ask, bundle, facts }: Judging, open: readonly Rule[], smaller: string): Found {
  const tool = bundle.tools.get(smaller);
  if (tool === undefined) throw new Unjudgeable(`The smaller tool "${smaller}" is unknown.`);
  const { effect, reversibility } = tool;
  const own = {
    ...facts,
    tool: smaller,
    effect,
    reversibility,
    elevated: false,
    input: sharedInput(facts, tool),
  };
  const found = judge({ ask, bundle, facts: own }, checkedStep(bundle, own), { mayReduce: false });
  const chain = [`instead: ${smaller}, judged by itself`, ...found.chain];
  const rules = found.verdict.effect === 'allow' ? hits(open) : [...hits(open), ...found.verdict.rules];
  if (found.verdict.effect === 'deny') return { verdict: deny(bundle, rules), chain };
  return { verdict: { ...found.verdict, effect: 'downscope', rules, downscopeTo: smaller }, chain };
}

/** A fact that the smaller tool has and the larger has not is missing then, and its step can't be judged. */
function sharedInput({ input }: StepFacts, { policyFacts }: PolicyTool): StepFacts['input'] {
  return Object.fromEntries(Object.entries(input).filter(([field]) => Object.hasOwn(policyFacts, field)));
}

function checkedStep(bundle: Bundle, facts: StepFacts): Step {
  const parsed = boundedFacts.safeParse(facts);
  if (!parsed.success) {
    const [part, ...rest] = parsed.error.issues[0]?.path ?? [];
    // Names of arguments are not said: only ours are known to be ours.
    const field = part === 'input' ? part : [part, ...rest].join('.');
    throw new Unjudgeable(`The fact "${field}" about this step is missing or out of bounds.`, parsed.error);
  }
  const tool = bundle.tools.get(facts.tool);
  const about = toolRules(bundle, facts.tool);
  if (tool === undefined || about === undefined) {
    throw new Unjudgeable('The policy knows no tool of this name.');
  }
  if (tool.effect !== facts.effect || tool.reversibility !== facts.reversibility) {
    throw new Unjudgeable('The facts of this step contradict what the policy knows of its tool.');
  }
  expectGathered(parsed.data, about);
  return { question: questionOf(parsed.data, tool), about };
}

/** A neutral value read as if it were known would let every limit pass. */
function expectGathered({ gathered }: BoundedFacts, { reads }: ToolRules): void {
  const missing = [...reads].find((fact) => gathered !== undefined && !gathered.includes(fact));
  if (missing === undefined) return;
  throw new Unjudgeable(`The fact "${missing}", which a rule reads, was not gathered for this step.`);
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
