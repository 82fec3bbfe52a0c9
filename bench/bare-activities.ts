/** The activities of the bare workflows. */
import { Context } from '@temporalio/activity';
import type { Ask, JsonValue } from '../src/domain/ask.ts';
import type { AccessBook } from '../src/domain/ports.ts';
import type { Registry } from '../src/tools/registry.ts';
import type { Vendors } from '../src/tools/vendors.ts';

export interface BareActivities {
  nothing(): Promise<void>;
  /** The vendor's own client and the calls of the tool, without anything of ours around them. */
  callVendor(ask: Ask): Promise<JsonValue>;
}

/** No tool of the bare workflows is about access. */
const NO_ACCESS: AccessBook = Object.freeze({
  inForce: async () => [],
  give: () => Promise.reject(new Error('Cannot give access: nobody is asked here')),
  find: async () => undefined,
  revoke: async () => false,
  list: async () => [],
});

export function bareActivities(registry: Registry, vendors: Vendors): BareActivities {
  return {
    nothing: async () => undefined,
    async callVendor({ tool: name, args }) {
      const tool = registry.get(name);
      if (tool === undefined) throw new Error(`Cannot call vendor: no tool "${name}"`);
      const { info, cancellationSignal } = Context.current();
      const context = {
        vendors,
        idempotencyKey: info.workflowExecution?.workflowId ?? '',
        signal: cancellationSignal,
        asker: { agent: 'bare', request: '' },
        access: NO_ACCESS,
      };
      const parsed = registry.parse(name, args);
      return tool.execute(parsed, context, (await tool.capture?.(parsed, context)) ?? null);
    },
  };
}
