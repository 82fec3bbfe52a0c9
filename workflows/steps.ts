/** Running one step and taking steps back: where the story touches the outside world, through its executor. */
import type { StepInput, StepResult, UndoResult } from '../activities/contract.ts';
import type { Plan } from '../src/domain/plan.ts';
import { sentenceOf } from './activity-sentence.ts';
import type { OpenRequest } from './open-request.ts';

export type RunResult = StepResult | { readonly kind: 'failed'; readonly sentence: string };

/**
 * Runs one step. It is written into the record as started, which registers its undo, *before* the activity is
 * scheduled: after a time-out nobody knows whether it happened. A notice is scheduled in the same workflow task, so
 * it is durable before the step can run.
 */
export async function runStep(
  request: OpenRequest,
  step: number,
  plan: Plan | undefined,
): Promise<RunResult> {
  const { record, activities, messenger } = request;
  record.start(step);
  for (const notice of record.noticesOf(step)) messenger.announce(step, notice.channel);
  if (plan !== undefined) messenger.refreshCard();
  const input = stepInput(request, step, plan);
  try {
    const result =
      record.step(step).effect === 'read' ? await activities.read(input) : await activities.execute(input);
    if (result.kind === 'done') record.done(step, result);
    else record.refused(step, result);
    return result;
  } catch (error) {
    const sentence = sentenceOf(error);
    record.failed(step, sentence);
    return { kind: 'failed', sentence };
  }
}

/** Takes back every started step, last first. A step that can't be taken back is recorded and the others still are. */
export async function undoStarted(request: OpenRequest): Promise<void> {
  const { record, messenger } = request;
  const steps = record.startedSteps.toReversed();
  if (steps.length === 0) return;
  record.undoing();
  messenger.refreshCard();
  for (const step of steps) record.undone(step, await undoStep(request, step));
}

async function undoStep(request: OpenRequest, step: number): Promise<UndoResult> {
  try {
    return await request.activities.undo(stepInput(request, step, undefined));
  } catch (error) {
    return { kind: 'stands', sentence: sentenceOf(error) };
  }
}

function stepInput({ record }: OpenRequest, step: number, plan: Plan | undefined): StepInput {
  const { ask, amendments, tool, verdict } = record.step(step);
  const base = {
    request: record.id,
    seal: record.input.seal,
    step,
    ask,
    runs: tool,
    announced: record.noticesOf(step).map(({ channel }) => channel),
    decisions: record.decisions,
    ...(amendments === undefined ? {} : { amendments: amendments.map(({ jws }) => jws) }),
    ...(verdict === undefined ? {} : { judgedGates: verdict.gates, judgedPolicy: verdict.policyVersion }),
    ...(verdict?.under === undefined ? {} : { judgedUnder: verdict.under.grant }),
  };
  const planStep = plan?.steps[step];
  if (plan === undefined || planStep === undefined) return base;
  const { version, digest, stepDigests } = plan;
  return { ...base, plan: { version, digest, stepDigests, step: planStep } };
}
