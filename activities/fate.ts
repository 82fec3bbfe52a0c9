/**
 * Fate: finding out about an effect that was intended and never settled. An earlier attempt may have run out of time
 * after the vendor did it, so nothing is done, refused or undone before the vendor was asked.
 */
import type { JsonObject } from '../src/domain/ask.ts';
import type { Effect } from '../src/domain/effect.ts';
import { CountersignError } from '../src/domain/errors.ts';
import type { EffectLedger } from '../src/domain/ports.ts';
import type { SealClaims } from '../src/domain/seal.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import type { Registry } from '../src/tools/registry.ts';
import { asked, shrink } from './asked.ts';
import type { StepInput } from './contract.ts';
import { contextFor, type Workbench } from './tool-context.ts';

/** How far the clocks of gateway and database may differ. */
const CLOCK_SKEW_MAX_MS = 10 * 60_000;

export interface FateDeps extends Workbench {
  readonly registry: Registry;
  readonly ledger: EffectLedger;
}

/** The step's row in the ledger. One that is still `intended` is now known not to have happened. */
export async function effectOf(
  input: StepInput,
  { receivedAt, agent }: Pick<SealClaims, 'receivedAt' | 'agent'>,
  deps: FateDeps,
): Promise<Effect | undefined> {
  const { request, step } = input;
  const effect = await deps.ledger.find({ request, step, direction: 'do' });
  if (effect !== undefined && Date.parse(receivedAt) - effect.intendedAt.getTime() > CLOCK_SKEW_MAX_MS) {
    throw new CountersignError(
      'key-reused',
      `Cannot run step ${step}: its idempotency key belongs to a request of long ago`,
    );
  }
  if (effect?.state !== 'intended') return effect;
  const { tool, args } = whatRan(input, effect, deps.registry.whole);
  const result = await tool.find?.(args, contextFor(effect, agent, deps), effect.captured);
  if (result === undefined) return effect;
  await deps.ledger.settle(effect, 'done', result);
  return { ...effect, state: 'done', result };
}

/** The tool of a ledger row, after a downscope the smaller one, and the arguments it got. */
export function whatRan(
  { ask }: StepInput,
  effect: Effect,
  registry: Registry,
): { readonly tool: Tool; readonly args: JsonObject } {
  const { tool, args } = asked(ask, registry);
  return effect.tool === ask.tool ? { tool, args } : shrink(tool, args, effect.tool, registry);
}
