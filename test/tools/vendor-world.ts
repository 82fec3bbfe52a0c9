/** Emulators with clients on them, and what a running tool is given. */
import { onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulators } from '../../src/dev/emulators/start-emulators.ts';
import { idempotencyKey } from '../../src/domain/effect.ts';
import type { AccessBook } from '../../src/domain/ports.ts';
import type { ToolContext } from '../../src/tools/define-tool.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { createVendors } from '../../src/tools/vendors.ts';
import { CATALOGUE } from './catalogue.ts';

/** Short, because tests of lost answers wait for it. */
const HASTY_MS = 300;

/** Closed when the test ends. `hasty` clients give up soon; the others have time also on a busy machine. */
export async function vendorWorld(options: EmulatorOptions = {}) {
  const emulators = await startEmulators(options);
  onTestFinished(() => emulators.close());
  const vendors = createVendors(emulators.settings);
  const hasty = createVendors({ ...emulators.settings, timeoutMs: HASTY_MS });
  const registry = createRegistry(CATALOGUE);
  return { emulators, vendors, hasty, registry };
}

export type VendorWorld = Awaited<ReturnType<typeof vendorWorld>>;

const nobodyAsks = () => Promise.reject(new Error('Cannot read access: this world has no record of it'));

/** For tools that have nothing to do with access. */
const NO_BOOK: AccessBook = {
  inForce: nobodyAsks,
  give: nobodyAsks,
  find: nobodyAsks,
  revoke: nobodyAsks,
  list: nobodyAsks,
};

/** The context of step 0 of a request of `release-agent`, doing or undoing. */
export function contextOf(
  { vendors, access = NO_BOOK }: Pick<VendorWorld, 'vendors'> & { readonly access?: AccessBook },
  {
    request = 'req_1',
    direction = 'do',
    signal = new AbortController().signal,
  }: {
    readonly request?: string;
    readonly direction?: 'do' | 'undo';
    readonly signal?: AbortSignal;
  } = {},
): ToolContext {
  return {
    vendors,
    access,
    signal,
    idempotencyKey: idempotencyKey({ request, step: 0, direction }),
    asker: { agent: 'release-agent', request },
  };
}
