/**
 * Running a step that nothing stands against. A change is written down before it happens, and under a limit the writing
 * is where it is judged last: two requests at once can't both pass. A read is noted while it runs.
 */
import { log } from '@temporalio/activity';
import type { JsonValue } from '../src/domain/ask.ts';
import type { Effect, Intent } from '../src/domain/effect.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { ToolContext } from '../src/tools/define-tool.ts';
import { tierSeen } from './asked.ts';
import { matchesPlan } from './consent.ts';
import type { StepInput, StepResult } from './contract.ts';
import type { ExecuteDeps } from './execute.ts';
import { isNoStricter } from './gates.ts';
import { bounded, handOut } from './hand-out.ts';
import { lookAt, planStepOf } from './plan-step.ts';
import { backToPeople, type Refusal, type Runnable, refuse } from './refusal.ts';
import { contextFor } from './tool-context.ts';

/** Data of this tier or higher is handed out only when it is written down that it was read. */
const NOTED_TIER = 3;

/** A step that may run. `effect` is the row of an earlier attempt that is known not to have happened. */
export interface Running {
  readonly input: StepInput;
  readonly claims: SealClaims;
  readonly judged: Runnable;
  readonly effect: Effect | undefined;
}

export async function run(running: Running, deps: ExecuteDeps): Promise<StepResult> {
  const { input, claims, judged, effect } = running;
  const { tool, args } = judged;
  const context = contextFor(keyOf(input), claims.agent, deps);
  // Captured before it is compared: what moves in between differs from the plan, what moves later from the capture.
  const captured = effect === undefined ? ((await tool.capture?.(args, context)) ?? null) : effect.captured;
  if (!(await isAsShown(running, deps))) return drifted(running, deps);
  return tool.effect === 'read' ? read(running, context, deps) : change(running, context, captured, deps);
}

async function read(
  { input, claims, judged }: Running,
  context: ToolContext,
  deps: ExecuteDeps,
): Promise<StepResult> {
  const { agent, tool, args, target } = judged;
  const { request, step } = input;
  const { session = null } = claims;
  const tier = tierSeen(judged, agent);
  const subject = { request, step, session, tool: tool.name, target: target.id, tier };
  const noted = deps.usage.observe({ kind: 'read', agent: agent.id, tenant: agent.tenant, ...subject }).then(
    () => true,
    (error: unknown) => {
      log.warn('Could not note a read', { request, step, error });
      return false;
    },
  );
  const result = bounded(await tool.execute(args, context, null));
  if (!(await noted) && tier >= NOTED_TIER) {
    throw new OutsideError(
      'retryable',
      'Cannot hand out what was read: it cannot be written down that it was',
    );
  }
  return handOut({ name: tool.name, tool }, result, agent);
}

async function change(
  running: Running,
  context: ToolContext,
  captured: JsonValue,
  deps: ExecuteDeps,
): Promise<StepResult> {
  const { input, claims, judged, effect } = running;
  const { agent, tool, args, target, amountCents } = judged;
  const key = keyOf(input);
  const { session = null } = claims;
  const reserved = await reserve(
    running,
    {
      ...key,
      tool: tool.name,
      target: target.id,
      idempotencyKey: context.idempotencyKey,
      captured,
      counted: { agent: agent.id, tenant: agent.tenant, session, tier: target.tier, amountCents },
    },
    deps,
  );
  if (reserved.kind === 'refused') return reserved;
  // Somebody else's row: another attempt of this step is on its way, perhaps one that ran out of time.
  if (!reserved.created && effect === undefined)
    throw new OutsideError('unknown', 'Cannot run step: another attempt of it is under way');
  const result = await settled(key, async () => bounded(await tool.execute(args, context, captured)), deps);
  return handOut({ name: tool.name, tool }, result, agent);
}

type Reserved = { readonly kind: 'reserved'; readonly created: boolean };

/** Writes the intent down. Where a rule counts, only if policy says the same about what is counted at that moment. */
async function reserve(
  { input, judged: { own } }: Running,
  intent: Intent,
  { ledger, clock }: Pick<ExecuteDeps, 'ledger' | 'clock'>,
): Promise<Reserved | Refusal> {
  if (!(own.facts.gathered?.includes('recent') ?? true)) {
    return { kind: 'reserved', created: (await ledger.intend(intent)).created };
  }
  let fresh: Verdict = own.verdict;
  const reserved = await ledger.intendWithin(intent, clock(), (recent) => {
    fresh = own.policy.decide({ ...own.facts, recent });
    return isNoStricter(fresh, own.verdict);
  });
  if (reserved !== undefined) return { kind: 'reserved', created: reserved.created };
  const sentence = fresh.rules[0]?.sentence ?? 'Policy is stricter than a moment ago.';
  return fresh.effect === 'deny'
    ? refuse('denied', sentence, fresh)
    : backToPeople(`Since it was judged, something else ran that counts: ${sentence}`, input, fresh);
}

async function isAsShown({ input, claims, judged }: Running, deps: ExecuteDeps): Promise<boolean> {
  const { plan, step: index, ask, request } = input;
  if (plan === undefined) return true;
  const { tool, args } = judged;
  const { agent } = claims;
  const seen =
    plan.step.fingerprint === undefined ? undefined : await lookAt(judged, { agent, request }, deps);
  return matchesPlan(input, claims, planStepOf({ index, ask, tool, args, seen }));
}

/** Goes back to people; but what an earlier attempt captured is of the old state, so then the step is over. */
async function drifted(
  { input, judged, effect }: Running,
  { ledger }: Pick<ExecuteDeps, 'ledger'>,
): Promise<Refusal> {
  const sentence = `${judged.target.label} changed since people looked.`;
  if (effect === undefined) return refuse('drifted', sentence);
  await ledger.settle(keyOf(input), 'failed', { message: sentence });
  throw new OutsideError('final', sentence);
}

async function settled(
  key: Key,
  execute: () => Promise<JsonValue>,
  { ledger }: Pick<ExecuteDeps, 'ledger'>,
): Promise<JsonValue> {
  try {
    const result = await execute();
    await ledger.settle(key, 'done', result);
    return result;
  } catch (error) {
    if (error instanceof OutsideError && error.kind === 'final') {
      await ledger.settle(key, 'failed', { message: error.message });
    }
    throw error;
  }
}

type Key = ReturnType<typeof keyOf>;

function keyOf({ request, step }: StepInput) {
  return { request, step, direction: 'do' } as const;
}
