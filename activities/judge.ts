/** `judge`: one verdict for each step of a request, before anything runs. A local activity of the workflows role. */
import type { Target } from '../src/domain/ask.ts';
import { askDigest, requestDigest, stepDigest } from '../src/domain/digest.ts';
import type { JudgedStep, Judgement } from '../src/domain/plan.ts';
import type { RequestInput } from '../src/domain/request.ts';
import type { JudgeActivities } from './contract.ts';
import { agentOf, type JudgedAsk, type JudgingDeps, judgeStep } from './judge-step.ts';
import { planStepOf } from './plan-step.ts';

/** The part of a request that judging reads; a dry run has no more. */
export type Judgeable = Pick<RequestInput, 'id' | 'agent' | 'onBehalfOf' | 'confidence' | 'steps'>;

export function createJudge(deps: JudgingDeps): JudgeActivities['judge'] {
  return (input) => judgeRequest(input, deps);
}

/** Judges every step; also what a dry run calls. Rejects only when no verdict could be reached. */
export async function judgeRequest(request: Judgeable, deps: JudgingDeps): Promise<Judgement> {
  const { agent, steps, confidence = null } = request;
  const judged = await Promise.all(
    steps.map((ask) => judgeStep({ ask, agent, confidence, stepCount: steps.length }, deps)),
  );
  const stepDigests = judged.map((one, index) => digestOf(one, request, index));
  const head = { request: request.id, agent, onBehalfOf: request.onBehalfOf ?? null, version: 0 };
  return {
    policyVersion: deps.policy.version,
    owner: (await agentOf(agent, deps))?.owner ?? '',
    digest: requestDigest(head, stepDigests),
    steps: judged.map((one, index) => judgedStep(one, request, index)),
  };
}

function judgedStep(judged: JudgedAsk, { steps }: Judgeable, index: number): JudgedStep {
  const { verdict } = judged;
  if (!judged.denied) {
    const { tool, target } = judged;
    return { verdict, tool: tool.name, effect: tool.effect, reversibility: tool.reversibility, target };
  }
  const tool = steps[index]?.tool ?? '';
  return { verdict, tool, effect: 'write', reversibility: 'irreversible', target: unknownTarget(tool) };
}

function digestOf(judged: JudgedAsk, { steps }: Judgeable, index: number): string {
  const ask = steps[index] ?? { tool: '', args: {} };
  if (judged.denied) return askDigest(ask);
  const { tool, args } = judged;
  return stepDigest(planStepOf({ index, ask, tool, args }));
}

/** A denied step touches nothing; its target may not even be nameable. */
function unknownTarget(tool: string): Target {
  return { kind: 'none', id: 'none', label: tool, scope: 'none', tier: 4, traits: [] };
}
