/**
 * Judging one step: shared by `judge` (before anything runs) and `execute` (again, with fresh facts, right before the
 * effect), so that both ask the same question. Anything unknown or broken is a deny with its reason.
 */
import type { Ask } from '../src/domain/ask.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { GatheredFact, StepFacts } from '../src/domain/facts.ts';
import type { Agent } from '../src/domain/people.ts';
import type { Directory, Policy } from '../src/domain/ports.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { Calendar } from '../src/policy/calendar.ts';
import { gatherFacts, inputFacts } from '../src/policy/facts.ts';
import type { Registry } from '../src/tools/registry.ts';
import { asked, type Call, callOf, shrink } from './asked.ts';
import { Denied, verdictOf } from './denied.ts';
import { unionOfGates } from './gates.ts';
import { type Granted, type GrantedDeps, granted } from './granted.ts';
import { type LookUpDeps, lookUp, type Question } from './look-up.ts';
import {
  ordersFor,
  refuseElsewhere,
  refuseRevoked,
  refuseSuspended,
  refuseSwitchedOff,
  type StandingDeps,
} from './standing.ts';

export interface JudgingDeps extends StandingDeps, LookUpDeps, Pick<GrantedDeps, 'grants' | 'isProven'> {
  readonly policy: Policy;
  /** A candidate that is asked beside it and only recorded. */
  readonly shadow?: Policy;
  readonly registry: Registry;
  readonly calendar: Calendar;
}

/** A step as an agent asked for it, with what judging needs to know around it. `token` is known to executors only. */
export interface StepToJudge extends Omit<Question, 'agent' | 'call' | 'now'> {
  readonly ask: Ask;
  readonly agent: string;
  readonly token: string | null;
  readonly confidence: number | null;
  readonly stepCount: number;
  /** Who prompted the agent, which only excludes them. */
  readonly requestedBy?: string | null | undefined;
}

/** A policy's answer and what it was asked about. `policy` are the rules that gave it, whatever comes after them. */
export interface Answer {
  readonly policy: Policy;
  readonly facts: StepFacts;
  readonly verdict: Verdict;
}

/**
 * `tool`, `args`, `target` and `amountCents` are of what would run: after a downscope the smaller tool's. `own` is
 * policy's answer on that tool by itself, which is what its limits are held against. `question` and `facts` are of the
 * tool that was asked for; a denied step has them where policy was reached. With `grant`, `verdict` is what that standing
 * grant left of `own`.
 */
export type JudgedAsk =
  | ({ readonly denied: true; readonly agent?: Agent } & Partial<Answer> & Pick<Answer, 'verdict'>)
  | ({
      readonly denied: false;
      readonly agent: Agent;
      readonly own: Answer;
      readonly grant?: Granted['grant'];
    } & Answer &
      Call);

/** Rejects, with `unavailable`, only when directory or orders can't be read: no verdict was reached then. */
export async function judgeStep(step: StepToJudge, deps: JudgingDeps): Promise<JudgedAsk> {
  const agent = await agentOf(step.agent, deps);
  try {
    if (agent === undefined) throw new Denied('unknown-agent', `No agent is called ${step.agent}.`);
    return await judgeFor(agent, step, deps);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unavailable') throw error;
    const verdict = verdictOf(asDenied(error), deps.policy.version);
    return { denied: true, verdict, ...(agent === undefined ? {} : { agent }) };
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
  { directory }: { readonly directory: Directory },
): Promise<Agent | undefined> {
  try {
    return await directory.agent(id);
  } catch (cause) {
    throw new CountersignError('unavailable', 'Cannot judge: the directory of agents does not answer', {
      cause,
    });
  }
}

async function judgeFor(agent: Agent, step: StepToJudge, deps: JudgingDeps): Promise<JudgedAsk> {
  const { session, token } = step;
  const orders = await ordersFor(deps.registry.get(step.ask.tool)?.effect, deps);
  refuseRevoked(orders, { agent: agent.id, session, token });
  refuseSuspended(agent);
  refuseElsewhere(agent, deps.environment);
  const call = callOf(asked(step.ask, deps.registry));
  refuseSwitchedOff(orders, call.tool, deps);
  const question = { ...step, agent, call, now: deps.clock() };
  const answer = await askPolicy(question, deps);
  const { effect, downscopeTo } = answer.verdict;
  if (effect === 'deny') return { denied: true, agent, ...answer };
  if (downscopeTo === undefined) {
    const under = await granted(question, answer.verdict, deps);
    return { denied: false, agent, ...answer, ...call, own: answer, ...under };
  }
  const runs = callOf(shrink(call.tool, call.args, downscopeTo, deps.registry));
  refuseSwitchedOff(orders, runs.tool, deps);
  return reduced(answer, await askPolicy({ ...question, call: runs }, deps), { agent, runs });
}

/**
 * A smaller tool in the place of the one asked for. Policy answered on the larger one's facts; the smaller one has
 * counts and a target of its own, so its own answer has to hold as well.
 */
function reduced(
  answer: Answer,
  own: Answer,
  { agent, runs }: { readonly agent: Agent; readonly runs: Call },
): JudgedAsk {
  const { effect, rules, gates } = own.verdict;
  if (effect !== 'deny' && effect !== 'downscope') {
    const verdict = { ...answer.verdict, gates: unionOfGates(answer.verdict.gates, gates) };
    return { denied: false, agent, ...answer, verdict, ...runs, own };
  }
  const verdict: Verdict = {
    ...own.verdict,
    effect: 'deny',
    gates: [],
    rules: [...rules, ...answer.verdict.rules],
  };
  return { denied: true, agent, facts: answer.facts, verdict };
}

type Asking = Question & Pick<StepToJudge, 'confidence' | 'stepCount'>;

/** Policy's answer with the facts it reads. Throws `Denied` where one of them cannot be gathered. */
export async function askPolicy(
  question: Asking,
  deps: JudgingDeps,
  policy: Policy = deps.policy,
): Promise<Answer> {
  // Another bundle may read other facts, and one that was not gathered must not pass for its neutral value.
  const pinned = policy.pinned?.() ?? policy;
  const facts = await factsOf(question, pinned.mentions(question.call.tool.name), deps);
  return { policy: pinned, facts, verdict: pinned.decide(facts) };
}

async function factsOf(
  question: Asking,
  mentions: ReadonlySet<GatheredFact>,
  deps: JudgingDeps,
): Promise<StepFacts> {
  const { agent, call, confidence, stepCount, now } = question;
  const looked = await lookUp(question, mentions, deps);
  const { calendar } = deps;
  const input = inputFacts(call.tool, call.args);
  return gatherFacts({ agent, ...call, input, confidence, stepCount, now, calendar, mentions, ...looked });
}

function asDenied(error: unknown): Pick<Denied, 'id' | 'message'> {
  if (error instanceof Denied) return error;
  const message = error instanceof CountersignError ? `${error.message}.` : 'The step could not be judged.';
  return { id: 'unreadable-step', message };
}
