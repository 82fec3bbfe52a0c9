/**
 * Running a step that nothing stands against. A change is written down before it happens, and under a limit the writing
 * is where it is judged last: two requests at once can't both pass. A read is noted while it runs, or under a limit before.
 */
import type { JsonValue } from '../src/domain/ask.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { ToolContext } from '../src/tools/define-tool.ts';
import { tierSeen } from './asked.ts';
import { matchesPlan } from './consent.ts';
import type { StepInput, StepResult } from './contract.ts';
import { bounded, handOut } from './hand-out.ts';
import { lookAt, planStepOf } from './plan-step.ts';
import { type Refusal, refuse, stopOf } from './refusal.ts';
import { noteRead, reserve, useGrant } from './reserve.ts';
import type { ExecuteDeps, Running } from './running.ts';
import { contextFor } from './tool-context.ts';

export async function run(running: Running, deps: ExecuteDeps): Promise<StepResult> {
  const { input, claims, judged, effect } = running;
  const { tool, args } = judged;
  const context = contextFor(keyOf(input), claims.agent, deps);
  // Captured before it is compared: what moves in between differs from the plan, what moves later from the capture.
  const captured = effect === undefined ? ((await tool.capture?.(args, context)) ?? null) : effect.captured;
  if (!(await isAsShown(running, deps))) return drifted(running, deps);
  // A slow vendor may have held the looking up for long: what was ordered meanwhile counts too.
  const stop = await stopOf(claims, judged, deps);
  if (stop !== undefined) return effect === undefined ? stop : { ...stop, mayHaveHappened: true };
  return tool.effect === 'read' ? read(running, context, deps) : change(running, context, captured, deps);
}

async function read(running: Running, context: ToolContext, deps: ExecuteDeps): Promise<StepResult> {
  const { input, claims, judged } = running;
  const { agent, tool, args, target } = judged;
  const { request, step } = input;
  const { session = null } = claims;
  const spent = await useGrant(running, deps);
  if (spent !== undefined) return spent;
  const tier = tierSeen(judged, agent);
  const subject = { request, step, session, tool: tool.name, target: target.id, tier };
  const observation = { kind: 'read', agent: agent.id, tenant: agent.tenant, ...subject } as const;
  const note = await noteRead(running, observation, deps);
  if ('kind' in note) return note;
  const result = bounded(await tool.execute(args, context, null));
  await note.noted;
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
