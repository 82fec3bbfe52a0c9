/**
 * `execute`: the one place where a tool runs. It trusts nobody (design §3.6): seal, verdict with fresh facts, halts,
 * digest, signatures, drift; then the intent is written, the tool called under its idempotency key, the result
 * written. A repeat of an effect that is already in the ledger answers from there.
 */
import { Context } from '@temporalio/activity';
import type { JsonValue } from '../src/domain/ask.ts';
import { type Effect, idempotencyKey } from '../src/domain/effect.ts';
import { haltFor } from '../src/domain/halt.ts';
import type { EffectLedger, Halts } from '../src/domain/ports.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import type { ToolContext } from '../src/tools/define-tool.ts';
import type { Vendors } from '../src/tools/vendors.ts';
import { type ConsentDeps, isApproved, matchesPlan, sealedClaims } from './consent.ts';
import type { ExecutorActivities, StepInput, StepResult } from './contract.ts';
import { type JudgedAsk, type JudgingDeps, judgeStep } from './judge-step.ts';
import { lookAt } from './prepare.ts';

export interface ExecuteDeps extends JudgingDeps, ConsentDeps {
  readonly vendors: Vendors;
  readonly ledger: EffectLedger;
  readonly halts: Halts;
}

/** Results larger than this, as JSON, are not carried through the history. */
export const RESULT_BYTES_MAX = 64 * 1024;

type Runnable = Extract<JudgedAsk, { denied: false }>;

export function createExecute(deps: ExecuteDeps): ExecutorActivities['execute'] {
  return async (input) => {
    const claims = await sealedClaims(input, deps);
    const judged = await judgeStep(
      { ask: input.ask, agent: claims.agent, confidence: claims.confidence, stepCount: claims.asks.length },
      deps,
    );
    if (judged.denied)
      return refuse('denied', judged.verdict.rules[0]?.sentence ?? 'Policy denies it.', judged);
    const effect = judged.tool.effect === 'read' ? undefined : await deps.ledger.find(keyOf(input));
    // Past the point of no return nothing is asked again: what happened, happened.
    if (effect?.state === 'done') return done(effect.tool, effect.result);
    const refusal = await refusalOf(input, claims, judged, effect, deps);
    if (refusal !== undefined) return refusal;
    return judged.tool.effect === 'read'
      ? done(judged.tool.name, await judged.tool.execute(judged.args, contextOf(input, deps), null))
      : change(input, judged, effect, deps);
  };
}

async function refusalOf(
  input: StepInput,
  claims: SealClaims,
  judged: Runnable,
  effect: Effect | undefined,
  deps: ExecuteDeps,
): Promise<StepResult | undefined> {
  const halt = await haltOf(claims.agent, judged, deps);
  if (halt !== undefined) return refuse('halted', halt);
  if (!(await isApproved(input, claims, judged.verdict, deps))) {
    return refuse('unapproved', 'The approvals at hand do not cover what policy asks now.', judged);
  }
  if (effect === undefined && !(await isAsShown(input, claims, judged, deps))) {
    return refuse('drifted', `${judged.target.label} changed since people looked.`);
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

async function isAsShown(
  input: StepInput,
  claims: SealClaims,
  { tool, args, target }: Runnable,
  deps: ExecuteDeps,
) {
  if (input.plan === undefined) return true;
  const seen = input.plan.step.fingerprint === undefined ? undefined : await lookAt(tool, args, deps.vendors);
  return matchesPlan(input, claims, {
    tool: tool.name,
    target: seen?.target ?? target,
    ...(seen === undefined ? {} : { fingerprint: seen.fingerprint }),
    undo: tool.undoSentence?.(args) ?? null,
  });
}

/** Changes the outside world once. `effect` is the ledger's row of an earlier attempt whose fate is unknown. */
async function change(
  input: StepInput,
  { tool, args, target }: Runnable,
  effect: Effect | undefined,
  deps: ExecuteDeps,
): Promise<StepResult> {
  const key = keyOf(input);
  const context = contextOf(input, deps);
  if (effect?.state === 'failed') throw new OutsideError('final', messageOf(effect.result));
  if (effect !== undefined) {
    const found = await tool.find?.(args, context, effect.captured);
    if (found !== undefined) return settled(key, tool.name, found, deps);
  }
  const captured = effect?.captured ?? (await tool.capture?.(args, context)) ?? null;
  await deps.ledger.intend({
    ...key,
    tool: tool.name,
    target: target.id,
    idempotencyKey: idempotencyKey(key),
    captured,
  });
  try {
    return await settled(key, tool.name, await tool.execute(args, context, captured), deps);
  } catch (error) {
    if (error instanceof OutsideError && error.kind === 'final') {
      await deps.ledger.settle(key, 'failed', { message: error.message });
    }
    throw error;
  }
}

async function settled(
  key: ReturnType<typeof keyOf>,
  tool: string,
  result: JsonValue,
  { ledger }: ExecuteDeps,
) {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  const kept = bytes <= RESULT_BYTES_MAX ? result : { omitted: `The result has ${bytes} bytes` };
  await ledger.settle(key, 'done', kept);
  return done(tool, kept);
}

function contextOf(input: StepInput, { vendors }: Pick<ExecuteDeps, 'vendors'>): ToolContext {
  return {
    vendors,
    idempotencyKey: idempotencyKey(keyOf(input)),
    signal: Context.current().cancellationSignal,
  };
}

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

function refuse(
  why: Extract<StepResult, { kind: 'refused' }>['why'],
  sentence: string,
  judged?: JudgedAsk,
): StepResult {
  return { kind: 'refused', why, sentence, ...(judged === undefined ? {} : { verdict: judged.verdict }) };
}
