/**
 * `judge`: one verdict for each step of a request, before anything runs. A local activity of the workflows role.
 *
 * Steps are judged in order, each counting those before it, so that a request can't pass a limit by asking for
 * everything at once. What policy was asked is kept in the history, so that another policy can be asked later.
 */
import { log } from '@temporalio/activity';
import type { Target } from '../src/domain/ask.ts';
import { askDigest, requestDigest, stepDigest } from '../src/domain/digest.ts';
import type { Agent } from '../src/domain/people.ts';
import type { JudgedStep, Judgement } from '../src/domain/plan.ts';
import type { RequestInput } from '../src/domain/request.ts';
import type { EarlierStep } from '../src/domain/usage.ts';
import { earlierStep } from './asked.ts';
import type { JudgeActivities } from './contract.ts';
import { type JudgedAsk, type JudgingDeps, judgeStep, type StepToJudge } from './judge-step.ts';
import { planStepOf } from './plan-step.ts';
import { type Recordable, recordedOf } from './recorded.ts';

/** The part of a request that judging reads; a dry run has no more. */
export type Judgeable = Pick<
  RequestInput,
  'id' | 'agent' | 'onBehalfOf' | 'requestedBy' | 'confidence' | 'session' | 'steps'
>;

export function createJudge(deps: JudgingDeps): JudgeActivities['judge'] {
  return async (input) => {
    const judged = await judgeSteps(input, deps);
    await Promise.all(judged.map((one) => noteDenial(one, deps)));
    return judgementOf(input, judged, deps);
  };
}

/** Judges every step for a dry run: nothing is recorded or counted. Rejects only when no verdict could be reached. */
export async function judgeRequest(
  request: Judgeable,
  { shadow: _, ...deps }: JudgingDeps,
): Promise<Judgement> {
  return judgementOf(request, await judgeSteps(request, deps), deps);
}

/**
 * Judges the steps from `from` on afresh, for a request whose earlier steps ran: those are counted already. A denial
 * counts against nobody, because an edit that was refused is not the agent's.
 */
export async function judgeFrom(
  request: Judgeable,
  from: number,
  deps: JudgingDeps,
): Promise<readonly JudgedStep[]> {
  return (await judgeSteps(request, deps, from)).map(judgedStep);
}

/** One step with the answer to it and what of it is recorded. */
interface Judged {
  readonly step: StepToJudge;
  readonly answer: JudgedAsk;
  readonly recorded: Recordable;
}

async function judgeSteps(request: Judgeable, deps: JudgingDeps, from = 0): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const earlier: EarlierStep[] = [];
  for (let index = from; index < request.steps.length; index += 1) {
    const step = stepAt(request, index, [...earlier]);
    const answer = await judgeStep(step, deps);
    judged.push({ step, answer, recorded: await recordedOf(step, answer, deps) });
    if (!answer.denied) earlier.push(earlierStep(answer, answer.agent));
  }
  return judged;
}

function stepAt(request: Judgeable, index: number, earlier: readonly EarlierStep[]): StepToJudge {
  const { agent, steps } = request;
  return {
    request: request.id,
    step: index,
    ask: steps[index] ?? { tool: '', args: {} },
    agent,
    onBehalfOf: request.onBehalfOf ?? null,
    requestedBy: request.requestedBy ?? null,
    confidence: request.confidence ?? null,
    session: request.session ?? null,
    token: null,
    stepCount: steps.length,
    earlier,
  };
}

function judgementOf(
  request: Judgeable,
  judged: readonly Judged[],
  { policy }: Pick<JudgingDeps, 'policy'>,
): Judgement {
  const { agent, onBehalfOf = null } = request;
  const head = { request: request.id, agent, onBehalfOf, version: 0 };
  return {
    policyVersion: judged[0]?.answer.verdict.policyVersion ?? policy.version,
    owner: judged[0]?.answer.agent?.owner ?? '',
    ...editorOf(judged[0]?.answer.agent),
    digest: requestDigest(head, judged.map(digestOf)),
    steps: judged.map(judgedStep),
  };
}

function editorOf(agent: Agent | undefined): Pick<Judgement, 'editor'> {
  return agent?.editor === undefined ? {} : { editor: agent.editor };
}

function judgedStep({ step, answer, recorded }: Judged): JudgedStep {
  const { verdict } = answer;
  if (!answer.denied) {
    const { tool, target } = answer;
    const { name, effect, reversibility } = tool;
    return { verdict, tool: name, effect, reversibility, target, ...recorded };
  }
  const tool = step.ask.tool;
  const target = unknownTarget(tool);
  return { verdict, tool, effect: 'write', reversibility: 'irreversible', target, ...recorded };
}

function digestOf({ step: { step, ask }, answer }: Judged): string {
  if (answer.denied) return askDigest(ask);
  const { tool, args } = answer;
  return stepDigest(planStepOf({ index: step, ask, tool, args }));
}

/** A denied step touches nothing; its target may not even be nameable. */
function unknownTarget(tool: string): Target {
  return { kind: 'none', id: 'none', label: tool, scope: 'none', tier: 4, traits: [] };
}

/** A denial counts against the agent, but a deny that cannot be written down is still a deny. */
async function noteDenial({ step, answer }: Judged, { usage }: JudgingDeps): Promise<void> {
  if (!answer.denied || answer.agent === undefined) return;
  const { request, session, ask } = step;
  const { id, tenant } = answer.agent;
  const { id: target, tier } = answer.facts?.target ?? unknownTarget(ask.tool);
  const subject = { request, step: step.step, tool: ask.tool, target, tier };
  try {
    await usage.observe({ kind: 'denied', agent: id, tenant, session, ...subject });
  } catch (error) {
    log.warn('Could not count a denial', { request, step: step.step, error });
  }
}
