/**
 * `undo`: takes one step back, from what the ledger says happened. It tolerates "it never happened", finds out about
 * effects of unknown fate first, and is itself written down before it happens.
 */
import { Context } from '@temporalio/activity';
import type { JsonValue } from '../src/domain/ask.ts';
import { type Effect, type EffectKey, idempotencyKey } from '../src/domain/effect.ts';
import type { EffectLedger, SealVerifier } from '../src/domain/ports.ts';
import type { ToolContext } from '../src/tools/define-tool.ts';
import type { Registry } from '../src/tools/registry.ts';
import type { Vendors } from '../src/tools/vendors.ts';
import { sealedClaims } from './consent.ts';
import type { ExecutorActivities, StepInput, UndoResult } from './contract.ts';
import { asked, shrink } from './judge-step.ts';

export interface UndoDeps {
  readonly seals: SealVerifier;
  readonly registry: Registry;
  readonly vendors: Vendors;
  readonly ledger: EffectLedger;
}

const NOTHING: UndoResult = { kind: 'nothing', sentence: 'It never happened.' };
const UNDONE: UndoResult = { kind: 'undone', sentence: 'It was taken back.' };

export function createUndo(deps: UndoDeps): ExecutorActivities['undo'] {
  return async (input) => {
    await sealedClaims(input, deps);
    const { request, step } = input;
    const effect = await deps.ledger.find({ request, step, direction: 'do' });
    if (effect === undefined || effect.state === 'failed') return NOTHING;
    const { tool, args } = whatRan(input, effect, deps.registry);
    const doContext = contextFor(effect, deps);
    const result =
      effect.state === 'done' ? effect.result : await tool.find?.(args, doContext, effect.captured);
    if (result === undefined) {
      await deps.ledger.settle(effect, 'failed', { message: 'It never happened' });
      return NOTHING;
    }
    if (tool.undo === undefined) return { kind: 'stands', sentence: `${tool.title} cannot be undone.` };
    return takeBack({ request, step, direction: 'undo' }, effect, deps, (context) =>
      tool.undo?.(args, context, { captured: effect.captured, result }),
    );
  };
}

async function takeBack(
  key: EffectKey,
  effect: Effect,
  deps: UndoDeps,
  undo: (context: ToolContext) => Promise<JsonValue> | undefined,
): Promise<UndoResult> {
  const intent = {
    ...key,
    tool: effect.tool,
    target: effect.target,
    idempotencyKey: idempotencyKey(key),
    captured: null,
  };
  const { effect: row } = await deps.ledger.intend(intent);
  if (row.state === 'done') return UNDONE;
  const result = await undo(contextFor(row, deps));
  await deps.ledger.settle(key, 'done', result ?? null);
  return UNDONE;
}

function whatRan({ ask }: StepInput, effect: Effect, registry: Registry) {
  const { tool, args } = asked(ask, registry);
  return effect.tool === ask.tool ? { tool, args } : shrink(tool, args, effect.tool, registry);
}

function contextFor(key: EffectKey, { vendors }: UndoDeps): ToolContext {
  return { vendors, idempotencyKey: idempotencyKey(key), signal: Context.current().cancellationSignal };
}
