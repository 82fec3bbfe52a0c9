/** What a tool is given: vendors, its key, a signal that ends it in time, and who asked. */
import { Context } from '@temporalio/activity';
import { type EffectKey, idempotencyKey } from '../src/domain/effect.ts';
import type { AccessBook } from '../src/domain/ports.ts';
import type { ToolContext } from '../src/tools/define-tool.ts';
import type { Vendors } from '../src/tools/vendors.ts';

/** What tools work with; only the executor role has it. */
export interface Workbench {
  readonly vendors: Vendors;
  readonly access: AccessBook;
}

const MARGIN_MS = 3_000;

/** For doing, finding and undoing. `agent` is the one that the gateway sealed. */
export function contextFor(key: EffectKey, agent: string, { vendors, access }: Workbench): ToolContext {
  const { cancellationSignal, info } = Context.current();
  // Ends by itself before the next attempt may begin; without heartbeats nobody else would end it.
  const leftMs = Math.max(MARGIN_MS, info.startToCloseTimeoutMs - MARGIN_MS);
  const signal = AbortSignal.any([cancellationSignal, AbortSignal.timeout(leftMs)]);
  const asker = { agent, request: key.request };
  return { vendors, access, idempotencyKey: idempotencyKey(key), signal, asker };
}

/** For looking only: it has no key, so that nothing can be done with it that a repeat would do twice. */
export function lookingContext(asker: ToolContext['asker'], { vendors, access }: Workbench): ToolContext {
  return { vendors, access, asker, idempotencyKey: '', signal: Context.current().cancellationSignal };
}
