/**
 * `execute`: the one place where a tool runs. It trusts nobody (design §3.6): seal, verdict with fresh facts, halts,
 * digest, signatures, drift; then the intent is written, the tool called under its idempotency key, the result
 * written. A repeat of an effect that is already in the ledger answers from there.
 */
import type { JsonValue } from '../src/domain/ask.ts';
import type { Effect } from '../src/domain/effect.ts';
import { impossible } from '../src/domain/errors.ts';
import { haltFor } from '../src/domain/halt.ts';
import type { Halts } from '../src/domain/ports.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import { type ConsentDeps, isApproved, matchesPlan, sealedClaims } from './consent.ts';
import type { ExecutorActivities, StepInput, StepResult } from './contract.ts';
import { contextFor, effectOf, type FateDeps } from './fate.ts';
import { type JudgedAsk, type JudgingDeps, judgeAgain } from './judge-step.ts';
import { lookAt, planStepOf } from './plan-step.ts';

export interface ExecuteDeps extends JudgingDeps, ConsentDeps, FateDeps {
  readonly halts: Halts;
}

/** Results larger than this, as JSON, are not carried through the history. */
export const RESULT_BYTES_MAX = 64 * 1024;

type Runnable = Extract<JudgedAsk, { denied: false }>;

export function createExecute(deps: ExecuteDeps): ExecutorActivities['execute'] {
  return async (input) => {
    const claims = await sealedClaims(input, deps);
    const reads = deps.registry.get(input.ask.tool)?.effect === 'read';
    const effect = reads ? undefined : await effectOf(input, claims, deps);
    // Past the point of no return nothing is asked again: what happened, happened.
    if (effect?.state === 'done') return done(effect.tool, effect.result);
    if (effect?.state === 'failed') throw new OutsideError('final', messageOf(effect.result));
    const { agent, confidence, asks } = claims;
    const step = { ask: input.ask, agent, confidence, stepCount: asks.length };
    const judged = await judgeAgain(step, input.runs, deps);
    const refusal = judged.denied
      ? refuse('denied', judged.verdict.rules[0]?.sentence ?? 'Policy denies it.', judged)
      : await refusalOf(input, claims, judged, deps);
    if (refusal !== undefined) return effect === undefined ? refusal : { ...refusal, mayHaveHappened: true };
    return judged.denied ? impossible('denied and not refused') : run(input, claims, judged, effect, deps);
  };
}

async function refusalOf(
  input: StepInput,
  claims: SealClaims,
  judged: Runnable,
  deps: ExecuteDeps,
): Promise<Refusal | undefined> {
  const halt = await haltOf(claims.agent, judged, deps);
  if (halt !== undefined) return refuse('halted', halt);
  if (judged.tool.name !== input.runs) {
    return refuse('unapproved', `Policy puts "${judged.tool.name}" in its place now.`, judged);
  }
  if (
    !judged.verdict.gates.every((gate) => gate.kind !== 'notice' || input.announced.includes(gate.channel))
  ) {
    return refuse('unapproved', 'Policy wants this step announced now.', judged);
  }
  if (!(await isApproved(input, claims, judged.verdict, deps))) {
    return refuse('unapproved', 'The approvals at hand do not cover what policy asks now.', judged);
  }
  return undefined;
}

/** Reads run when the halts can't be read; nothing else does, and the activity is tried again. */
async function haltOf(agent: string, { tool }: Runnable, deps: ExecuteDeps): Promise<string | undefined> {
  const now = deps.clock();
  try {
    const halt = haltFor(await deps.halts.active(now), { agent, tool: tool.name, now });
    return halt && `Halted by ${halt.by}: ${halt.reason}`;
  } catch (cause) {
    if (tool.effect === 'read') return undefined;
    throw new OutsideError(
      'retryable',
      'The halts cannot be read, so nothing that changes anything may run',
      { cause },
    );
  }
}

/** `effect` is the row of an earlier attempt that is known not to have happened. */
async function run(
  input: StepInput,
  claims: SealClaims,
  judged: Runnable,
  effect: Effect | undefined,
  deps: ExecuteDeps,
): Promise<StepResult> {
  const { tool, args, target } = judged;
  const key = keyOf(input);
  const context = contextFor(key, deps.vendors);
  // Captured before it is compared: what moves in between differs from the plan, what moves later from the capture.
  const captured = effect === undefined ? ((await tool.capture?.(args, context)) ?? null) : effect.captured;
  if (!(await isAsShown(input, claims, judged, deps))) return drifted(key, judged, effect, deps);
  if (tool.effect === 'read') return done(tool.name, bounded(await tool.execute(args, context, null)));
  const intent = {
    ...key,
    tool: tool.name,
    target: target.id,
    idempotencyKey: context.idempotencyKey,
    captured,
  };
  const { created } = await deps.ledger.intend(intent);
  // Somebody else's row: another attempt of this step is on its way, perhaps one that ran out of time.
  if (!created && effect === undefined)
    throw new OutsideError('unknown', 'Cannot run step: another attempt of it is under way');
  return change(key, tool.name, () => tool.execute(args, context, captured), deps);
}

async function isAsShown(input: StepInput, claims: SealClaims, { tool, args }: Runnable, deps: ExecuteDeps) {
  const { plan, step: index, ask } = input;
  if (plan === undefined) return true;
  const seen = plan.step.fingerprint === undefined ? undefined : await lookAt(tool, args, deps.vendors);
  return matchesPlan(input, claims, planStepOf({ index, ask, tool, args, seen }));
}

/** Goes back to people; but what an earlier attempt captured is of the old state, so then the step is over. */
async function drifted(key: Key, { target }: Runnable, effect: Effect | undefined, { ledger }: ExecuteDeps) {
  const sentence = `${target.label} changed since people looked.`;
  if (effect === undefined) return refuse('drifted', sentence);
  await ledger.settle(key, 'failed', { message: sentence });
  throw new OutsideError('final', sentence);
}

async function change(
  key: Key,
  tool: string,
  execute: () => Promise<JsonValue>,
  { ledger }: ExecuteDeps,
): Promise<StepResult> {
  try {
    const result = bounded(await execute());
    await ledger.settle(key, 'done', result);
    return done(tool, result);
  } catch (error) {
    if (error instanceof OutsideError && error.kind === 'final') {
      await ledger.settle(key, 'failed', { message: error.message });
    }
    throw error;
  }
}

function bounded(result: JsonValue): JsonValue {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  return bytes <= RESULT_BYTES_MAX ? result : { omitted: `The result has ${bytes} bytes` };
}

type Key = ReturnType<typeof keyOf>;

function keyOf({ request, step }: StepInput) {
  return { request, step, direction: 'do' } as const;
}

function messageOf(result: JsonValue): string {
  const message =
    typeof result === 'object' && result !== null && 'message' in result ? result.message : undefined;
  return typeof message === 'string' ? message : 'The step failed before';
}

function done(tool: string, result: JsonValue): StepResult {
  return { kind: 'done', tool, result };
}

type Refusal = Extract<StepResult, { kind: 'refused' }>;

function refuse(why: Refusal['why'], sentence: string, judged?: JudgedAsk): Refusal {
  const verdict = judged === undefined ? {} : { verdict: judged.verdict };
  return { kind: 'refused', why, sentence, ...verdict };
}
