/**
 * Judging one step: shared by `judge` (before anything runs) and `execute` (again, with fresh facts, right before the
 * effect), so that both ask the same question. Anything unknown or broken is a deny with its reason.
 */
import type { Ask, JsonObject, Target } from '../src/domain/ask.ts';
import { CountersignError, impossible } from '../src/domain/errors.ts';
import type { Agent } from '../src/domain/people.ts';
import type { Clock, Directory, Policy } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { Calendar } from '../src/policy/calendar.ts';
import { gatherFacts } from '../src/policy/facts.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import type { Registry } from '../src/tools/registry.ts';

export interface JudgingDeps {
  readonly policy: Policy;
  readonly registry: Registry;
  readonly directory: Directory;
  readonly calendar: Calendar;
  readonly clock: Clock;
}

/** A step as an agent asked for it, with what judging needs to know around it. */
export interface StepToJudge {
  readonly ask: Ask;
  readonly agent: string;
  readonly confidence: number | null;
  readonly stepCount: number;
}

/** `tool` and `args` are what would run: after a downscope the smaller tool's. */
export type JudgedAsk =
  | { readonly denied: true; readonly verdict: Verdict }
  | {
      readonly denied: false;
      readonly verdict: Verdict;
      readonly tool: Tool;
      readonly args: JsonObject;
      readonly target: Target;
    };

/** Rejects, with `unavailable`, only when the directory can't be read: no verdict was reached then. */
export async function judgeStep(step: StepToJudge, deps: JudgingDeps): Promise<JudgedAsk> {
  const agent = await agentOf(step.agent, deps);
  if (agent === undefined) return deny(deps.policy, 'unknown-agent', `No agent is called ${step.agent}.`);
  try {
    return decide(step, agent, deps);
  } catch (error) {
    const sentence =
      error instanceof CountersignError ? `${error.message}.` : 'The step could not be judged.';
    return deny(deps.policy, 'unreadable-step', sentence);
  }
}

/**
 * Judges a step again right before it runs. Where judging had put a smaller tool in its place, the smaller one stays in
 * question even if the larger would pass now: stricter wins, looser never passes by itself.
 */
export async function judgeAgain(step: StepToJudge, runs: string, deps: JudgingDeps): Promise<JudgedAsk> {
  const judged = await judgeStep(step, deps);
  if (judged.denied || runs === step.ask.tool || judged.tool.name === runs) return judged;
  const { tool, args } = asked(step.ask, deps.registry);
  const smaller = shrink(tool, args, runs, deps.registry);
  return judgeStep({ ...step, ask: { tool: runs, args: smaller.args } }, deps);
}

/** The agent as it is now. Rejects with `unavailable` where the directory has no answer, whatever the reason. */
export async function agentOf(
  id: string,
  { directory }: Pick<JudgingDeps, 'directory'>,
): Promise<Agent | undefined> {
  try {
    return await directory.agent(id);
  } catch (cause) {
    throw new CountersignError('unavailable', 'Cannot judge: the directory of agents does not answer', {
      cause,
    });
  }
}

function decide({ ask, confidence, stepCount }: StepToJudge, agent: Agent, deps: JudgingDeps): JudgedAsk {
  const { registry, policy, calendar } = deps;
  const { tool, args } = asked(ask, registry);
  const now = deps.clock();
  const target = tool.target(args);
  const verdict = policy.decide(
    gatherFacts({
      agent,
      tool,
      target,
      amountCents: tool.amountCents?.(args) ?? 0,
      confidence,
      stepCount,
      now,
      calendar,
    }),
  );
  if (verdict.effect === 'deny') return { denied: true, verdict };
  const smaller = verdict.downscopeTo;
  if (smaller === undefined) return { denied: false, verdict, tool, args, target };
  return { denied: false, verdict, ...shrink(tool, args, smaller, registry) };
}

/** The tool of an ask and its parsed arguments. Throws `unknown-tool`, `unknown-field` or `invalid-field`. */
export function asked(
  { tool: name, args }: Ask,
  registry: Registry,
): { readonly tool: Tool; readonly args: JsonObject } {
  const parsed = registry.parse(name, args);
  return { tool: registry.get(name) ?? impossible(`"${name}" parses but is not registered`), args: parsed };
}

/** The smaller tool a policy named, with the arguments it takes over. */
export function shrink(tool: Tool, args: JsonObject, smaller: string, registry: Registry) {
  const map = tool.smaller?.[smaller];
  if (map === undefined) {
    throw new CountersignError(
      'misconfigured',
      `Cannot downscope "${tool.name}": it has no smaller "${smaller}"`,
    );
  }
  const runs = asked({ tool: smaller, args: map(args) }, registry);
  return { ...runs, target: runs.tool.target(runs.args) };
}

function deny(policy: Policy, id: string, sentence: string): JudgedAsk {
  const verdict: Verdict = {
    effect: 'deny',
    rules: [{ id, sentence }],
    gates: [],
    policyVersion: policy.version,
  };
  return { denied: true, verdict };
}
