/**
 * `prepare`: looks at the real targets and makes the plan people are shown. Runs in the executor role, which holds
 * the credentials; it only ever reads.
 */
import { Context } from '@temporalio/activity';
import type { JsonObject } from '../src/domain/ask.ts';
import { requestDigest, stepDigest } from '../src/domain/digest.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { Plan, PlanStep } from '../src/domain/plan.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import type { Registry } from '../src/tools/registry.ts';
import type { Vendors } from '../src/tools/vendors.ts';
import type { ExecutorActivities, PrepareInput } from './contract.ts';
import { asked, shrink } from './judge-step.ts';

export interface PrepareDeps {
  readonly registry: Registry;
  readonly vendors: Vendors;
}

export function createPrepare(deps: PrepareDeps): ExecutorActivities['prepare'] {
  return async (input): Promise<Plan> => {
    const { request, version } = input;
    const steps: PlanStep[] = [];
    // One after the other: a plan has at most 20 steps, and vendors count requests.
    for (const index of request.steps.keys()) steps.push(await planStep(input, index, deps));
    const stepDigests = steps.map((step) => stepDigest(askAt(input, step.index), step));
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
  const seen = index < input.from ? undefined : await lookAt(tool, args, deps.vendors);
  return {
    index,
    tool: tool.name,
    title: tool.title,
    effect: tool.effect,
    reversibility: tool.reversibility,
    target: seen?.target ?? tool.target(args),
    ...(seen === undefined ? {} : { fingerprint: seen.fingerprint }),
    facts: [...tool.preview(args), ...(seen?.facts ?? [])],
    undo: tool.undoSentence?.(args) ?? null,
  };
}

/** Reads a step's target as it is now; undefined for tools without a state worth binding to. */
export async function lookAt(tool: Tool, args: JsonObject, vendors: Vendors) {
  const context = { vendors, idempotencyKey: '', signal: Context.current().cancellationSignal };
  return tool.inspect?.(args, context);
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
