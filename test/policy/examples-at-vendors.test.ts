/** The prepared requests against the emulated vendors, tool by tool: that each can end as it says, in any order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulators, startEmulators } from '../../src/dev/emulators/start-emulators.ts';
import type { Example } from '../../src/dev/sandbox/api.ts';
import { loadExamples } from '../../src/dev/sandbox/examples.ts';
import type { Ask } from '../../src/domain/ask.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { createVendors, type Vendors } from '../../src/tools/vendors.ts';
import { useAccessBook } from '../tools/access-book.ts';
import { CATALOGUE } from '../tools/catalogue.ts';
import { CONFIG } from './acme.ts';

const registry = createRegistry(CATALOGUE);
const examples = await loadExamples(CONFIG);

function asksOf({ request }: Example): readonly Ask[] {
  const { steps, tool = '', args = {} } = request as { readonly steps?: readonly Ask[] } & Partial<Ask>;
  return steps ?? [{ tool, args }];
}

describe('a prepared request', () => {
  const access = useAccessBook();
  let emulators: Emulators;
  let vendors: Vendors;
  beforeAll(async () => {
    emulators = await startEmulators();
    vendors = createVendors(emulators.settings);
  });
  afterAll(() => emulators.close());

  /** How far a step gets: it cannot be shown, it fails for good when run, or it runs. */
  async function fateOf(agent: string, ask: Ask, key: string, run: boolean): Promise<string> {
    const tool = registry.get(ask.tool);
    if (tool === undefined) return 'unknown tool';
    const args = registry.parse(ask.tool, ask.args);
    const context = {
      vendors,
      idempotencyKey: key,
      signal: AbortSignal.timeout(10_000),
      asker: { agent, request: 'req_example' },
      access: access(),
    };
    const final = (fate: string) => (error: unknown) => {
      if (error instanceof OutsideError && error.kind === 'final') return fate;
      throw error;
    };
    const shown =
      (await tool.inspect?.(args, context).then(() => 'shown', final('cannot be shown'))) ?? 'shown';
    if (shown !== 'shown' || !run) return shown;
    const captured = (await tool.capture?.(args, context)) ?? null;
    return tool.execute(args, context, captured).then(() => 'runs', final('fails'));
  }

  const of = (...outcomes: readonly string[]) =>
    examples
      .filter(({ expect: { outcome } }) => outcomes.includes(outcome))
      .map((one) => [one.name, one] as const);

  async function fates(example: Example, run: boolean): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [step, ask] of asksOf(example).entries())
      found.push(await fateOf(example.agent, ask, `${example.name}:${step}`, run));
    return found;
  }

  it.each(of('rejected', 'expired', 'cancelled', 'stale', 'halted'))(
    'can be shown to people: %s',
    async (_, example) => {
      expect(new Set(await fates(example, false))).toEqual(new Set(['shown']));
    },
  );

  it.each(of('rolled_back', 'rollback_failed'))(
    'looks fine and fails at its last step: %s',
    async (_, example) => {
      expect(new Set(await fates(example, false))).toEqual(new Set(['shown']));
      // The earlier steps are left to the examples that end well, so that nothing here has to be undone.
      const last = asksOf(example).at(-1);
      expect(last && (await fateOf(example.agent, last, `${example.name}:last`, true))).toBe('fails');
    },
  );

  it.each(of('executed'))('runs to its end: %s', async (_, example) => {
    expect(new Set(await fates(example, true))).toEqual(new Set(['runs']));
  });

  it.each(of('failed'))('fails before anybody is asked: %s', async (_, example) => {
    expect(await fates(example, true)).toEqual(['cannot be shown']);
  });

  it('is about a branch, where that moves while people look', () => {
    for (const example of examples.filter(({ then }) => then === 'target-drifts')) {
      const [ask] = asksOf(example);
      const { repository, branch } = (ask?.args ?? {}) as { repository: string; branch: string };
      expect(emulators.driftBranch(repository, branch)).toMatch(/^[0-9a-f]{40}$/);
    }
  });
});
