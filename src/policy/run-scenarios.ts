/** Holds a policy against its scenarios. */
import type { StepFacts } from '../domain/facts.ts';
import type { Policy } from '../domain/ports.ts';
import type { Verdict } from '../domain/verdict.ts';
import { obligationOf } from './phrase.ts';
import type { GivenCall, Scenario } from './scenarios.ts';

/** Facts of a call. Throws where there are none: no such agent or tool, arguments that the tool refuses. */
export type FactsOf = (call: GivenCall) => StepFacts;

/** A scenario with its facts, or why it has none. */
export type PreparedScenario =
  | { readonly scenario: Scenario; readonly facts: StepFacts }
  | { readonly scenario: Scenario; readonly facts?: undefined; readonly problem: string };

/** A scenario that the policy does not answer as wanted; all texts are for people. */
export interface ScenarioFailure {
  readonly file: string;
  readonly scenario: string;
  readonly wanted: string;
  readonly got: string;
}

/** Makes the facts of every scenario, once for however many policies they are asked of. */
export function prepareScenarios(
  scenarios: readonly Scenario[],
  factsOf: FactsOf,
): readonly PreparedScenario[] {
  return scenarios.map((scenario) => {
    try {
      return { scenario, facts: factsOf(scenario) };
    } catch (error) {
      return { scenario, problem: error instanceof Error ? error.message : String(error) };
    }
  });
}

/** Every scenario that fails, in their order. */
export function failuresOf(
  prepared: readonly PreparedScenario[],
  policy: Pick<Policy, 'decide'>,
): readonly ScenarioFailure[] {
  return prepared.flatMap((one) => failureOf(one, policy) ?? []);
}

/** How one scenario fails; undefined when it holds. */
export function failureOf(
  prepared: PreparedScenario,
  policy: Pick<Policy, 'decide'>,
): ScenarioFailure | undefined {
  const { scenario } = prepared;
  const { file, name, expect } = scenario;
  const wanted = answerText(expect.verdict, expect.rules, expect.obligations);
  if (prepared.facts === undefined) return { file, scenario: name, wanted, got: prepared.problem };
  const verdict = policy.decide(prepared.facts);
  if (holds(verdict, expect)) return undefined;
  const rules = verdict.rules.map(({ id }) => id);
  const got = answerText(verdict.effect, rules, expect.obligations && verdict.gates.map(obligationOf));
  return { file, scenario: name, wanted, got };
}

function holds(verdict: Verdict, { verdict: effect, rules, obligations }: Scenario['expect']): boolean {
  const ids = verdict.rules.map(({ id }) => id);
  const demanded = verdict.gates.map(obligationOf);
  return (
    verdict.effect === effect &&
    same(ids, rules) &&
    (obligations === undefined || same(demanded, obligations))
  );
}

function answerText(
  effect: string,
  rules: readonly string[],
  obligations: readonly string[] | undefined,
): string {
  const demanded = obligations === undefined || obligations.length === 0 ? [] : [obligations.join(', ')];
  return [`${effect} by ${[...rules].sort().join(', ')}`, ...demanded].join(': ');
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join('\n') === [...others].sort().join('\n');
}
