/**
 * `undo`: takes one step back, from what the ledger says happened. It tolerates "it never happened", finds out about
 * effects of unknown fate first, and is itself written down before it happens.
 */
import { Context } from '@temporalio/activity';
import type { JsonObject, JsonValue } from '../src/domain/ask.ts';
import { type Effect, type EffectKey, idempotencyKey } from '../src/domain/effect.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { AmendmentVerifier, Clock, SealVerifier } from '../src/domain/ports.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import { sealedClaims } from './consent.ts';
import type { ExecutorActivities, StepInput, UndoResult } from './contract.ts';
import { effectOf, type FateDeps, whatRan } from './fate.ts';
import { contextFor } from './tool-context.ts';

export interface UndoDeps extends FateDeps {
  readonly seals: SealVerifier;
  readonly amendments: AmendmentVerifier;
  readonly clock: Clock;
}

const NOTHING: UndoResult = { kind: 'nothing', sentence: 'It never happened.' };

export function createUndo(deps: UndoDeps): ExecutorActivities['undo'] {
  return async (input) => {
    const claims = await sealedClaims(input, deps);
    const effect = await ownEffect(input, claims, deps);
    if (effect === undefined || effect.state === 'failed') return NOTHING;
    if (effect.state === 'intended') {
      // The vendor may still be at it: a first "no" comes too soon after the attempt that ended without an answer.
      if (Context.current().info.attempt === 1)
        throw new OutsideError('unknown', 'Cannot undo step: not known yet whether it happened');
      await deps.ledger.settle(effect, 'failed', { message: NOTHING.sentence });
      return NOTHING;
    }
    const { tool, args } = whatRan(input, effect, deps.registry.whole);
    return takeBack({ tool, args }, effect, claims, deps);
  };
}

/** A row of an earlier request under the same reused key is nothing of ours to take back. */
async function ownEffect(input: StepInput, claims: SealClaims, deps: UndoDeps): Promise<Effect | undefined> {
  try {
    return await effectOf(input, claims, deps);
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'key-reused') return undefined;
    throw error;
  }
}

async function takeBack(
  { tool, args }: { readonly tool: Tool; readonly args: JsonObject },
  effect: Effect,
  { agent, session = null }: SealClaims,
  deps: UndoDeps,
): Promise<UndoResult> {
  if (tool.undo === undefined) return { kind: 'stands', sentence: `${tool.title} cannot be undone.` };
  const key: EffectKey = { request: effect.request, step: effect.step, direction: 'undo' };
  const intent = {
    ...key,
    tool: effect.tool,
    target: effect.target,
    idempotencyKey: idempotencyKey(key),
    captured: null,
    // Counts for nothing, so it needs nobody to look the agent up: an undo stays possible whatever cannot be read.
    counted: { agent, session, tenant: '', tier: 1, amountCents: 0 },
  };
  const { effect: row } = await deps.ledger.intend(intent);
  if (row.state === 'done') return { kind: 'undone', sentence: sentenceOf(row.result) };
  const { captured, result } = effect;
  const { undone, sentence } = await tool.undo(args, contextFor(key, agent, deps), { captured, result });
  await deps.ledger.settle(key, 'done', { undone, sentence });
  // It happened and no longer stands, also where an earlier attempt or somebody else had taken it back already.
  return { kind: 'undone', sentence };
}

function sentenceOf(result: JsonValue): string {
  const sentence = typeof result === 'object' && result !== null && 'sentence' in result && result.sentence;
  return typeof sentence === 'string' ? sentence : 'It was taken back.';
}
