/**
 * `undo`: takes one step back, from what the ledger says happened. It tolerates "it never happened", finds out about
 * effects of unknown fate first, and is itself written down before it happens.
 */
import type { JsonObject, JsonValue } from '../src/domain/ask.ts';
import { type Effect, type EffectKey, idempotencyKey } from '../src/domain/effect.ts';
import type { SealVerifier } from '../src/domain/ports.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import { sealedClaims } from './consent.ts';
import type { ExecutorActivities, UndoResult } from './contract.ts';
import { contextFor, effectOf, type FateDeps, whatRan } from './fate.ts';

export interface UndoDeps extends FateDeps {
  readonly seals: SealVerifier;
}

const NOTHING: UndoResult = { kind: 'nothing', sentence: 'It never happened.' };

export function createUndo(deps: UndoDeps): ExecutorActivities['undo'] {
  return async (input) => {
    await sealedClaims(input, deps);
    const effect = await effectOf(input, deps);
    if (effect === undefined || effect.state === 'failed') return NOTHING;
    if (effect.state === 'intended') {
      await deps.ledger.settle(effect, 'failed', { message: NOTHING.sentence });
      return NOTHING;
    }
    const { tool, args } = whatRan(input, effect, deps.registry);
    return takeBack(tool, args, effect, deps);
  };
}

async function takeBack(tool: Tool, args: JsonObject, effect: Effect, deps: UndoDeps): Promise<UndoResult> {
  if (tool.undo === undefined) return { kind: 'stands', sentence: `${tool.title} cannot be undone.` };
  const key: EffectKey = { request: effect.request, step: effect.step, direction: 'undo' };
  const intent = {
    ...key,
    tool: effect.tool,
    target: effect.target,
    idempotencyKey: idempotencyKey(key),
    captured: null,
  };
  const { effect: row } = await deps.ledger.intend(intent);
  if (row.state === 'done') return { kind: 'undone', sentence: sentenceOf(row.result) };
  const { captured, result } = effect;
  const { undone, sentence } = await tool.undo(args, contextFor(key, deps.vendors), { captured, result });
  await deps.ledger.settle(key, 'done', { undone, sentence });
  // It happened and no longer stands, also where an earlier attempt or somebody else had taken it back already.
  return { kind: 'undone', sentence };
}

function sentenceOf(result: JsonValue): string {
  const sentence = typeof result === 'object' && result !== null && 'sentence' in result && result.sentence;
  return typeof sentence === 'string' ? sentence : 'It was taken back.';
}
