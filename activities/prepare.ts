/**
 * `prepare`: looks at the real targets and makes the plan people are shown. Runs in the executor role, which holds
 * the credentials; it only ever reads.
 */
import { requestDigest, stepDigest } from '../src/domain/digest.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { Plan, PlanStep } from '../src/domain/plan.ts';
import type { Registry } from '../src/tools/registry.ts';
import { asked, shrink } from './asked.ts';
import type { ExecutorActivities, PrepareInput } from './contract.ts';
import { lookAt, planStepOf } from './plan-step.ts';
import type { Workbench } from './tool-context.ts';

export interface PrepareDeps extends Workbench {
  readonly registry: Registry;
}

export function createPrepare(deps: PrepareDeps): ExecutorActivities['prepare'] {
  return async (input): Promise<Plan> => {
    const { request, version } = input;
    const steps: PlanStep[] = [];
    // One after the other: a plan has at most 20 steps, and vendors count requests.
    for (const index of request.steps.keys()) steps.push(await planStep(input, index, deps));
    refuseSharedTargets(steps);
    const stepDigests = steps.map(stepDigest);
    const head = {
      request: request.id,
      agent: request.agent,
      onBehalfOf: request.onBehalfOf ?? null,
      version,
    };
    return { version, digest: requestDigest(head, stepDigests), stepDigests, steps };
  };
}

async function planStep(input: PrepareInput, index: number, deps: PrepareDeps): Promise<PlanStep> {
  const { tool, args } = whatRuns(input, index, deps.registry);
  const { id: request, agent } = input.request;
  const seen = index < input.from ? undefined : await lookAt({ tool, args }, { agent, request }, deps);
  return planStepOf({ index, ask: askAt(input, index), tool, args, seen });
}

/**
 * Two steps that change one target can't both be bound to the state people saw: the first changes it. Refused before
 * anybody is asked, rather than found out half-way.
 */
function refuseSharedTargets(steps: readonly PlanStep[]): void {
  const changing = steps.filter(({ effect, fingerprint }) => effect !== 'read' && fingerprint !== undefined);
  for (const [place, step] of changing.entries()) {
    const earlier = changing.slice(0, place).find(({ target }) => target.id === step.target.id);
    if (earlier === undefined) continue;
    throw new CountersignError(
      'invalid-field',
      `Cannot plan: steps ${earlier.index + 1} and ${step.index + 1} change the same target, ask for them in two requests`,
    );
  }
}

function whatRuns(input: PrepareInput, index: number, registry: Registry) {
  const ask = askAt(input, index);
  const { tool, args } = asked(ask, registry);
  const runs = input.tools[index] ?? ask.tool;
  return runs === ask.tool ? { tool, args } : shrink(tool, args, runs, registry);
}

function askAt({ request }: PrepareInput, index: number) {
  const ask = request.steps[index];
  if (ask === undefined) throw new CountersignError('internal', `Cannot prepare step ${index}: no such step`);
  return ask;
}
