import { describe, expect, it } from 'vitest';
import { covers } from '../../src/domain/access.ts';
import type { JsonValue } from '../../src/domain/ask.ts';
import { CountersignError } from '../../src/domain/errors.ts';
import type { AccessBook } from '../../src/domain/ports.ts';
import { createCatalogue } from '../../src/tools/catalogue.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { createVendors } from '../../src/tools/vendors.ts';
import { useAccessBook } from './access-book.ts';
import { ACME_MAIL } from './catalogue.ts';
import { contextOf } from './vendor-world.ts';

const ARGS = {
  tool: 'github.delete_branch',
  scope: 'github/acme/webshop',
  minutes: 60,
  reason: 'Clearing away old branches',
};
const AGENT = 'release-agent';

const book = useAccessBook();

/** The tool under a clock that moves when told to. */
function accessWorld({ access = book() }: { readonly access?: AccessBook } = {}) {
  let now = new Date('2026-11-21T10:00:00Z');
  const registry = createRegistry(createCatalogue({ mail: { ...ACME_MAIL, clock: () => now } }));
  const tool = registry.get('access.request');
  if (tool === undefined) throw new Error('no access.request');
  const run = async (request = 'req_1', given: Partial<typeof ARGS> = {}) => {
    const args = registry.parse('access.request', { ...ARGS, ...given });
    const world = { vendors: createVendors({}), access };
    const context = contextOf(world, { request });
    const captured: JsonValue = (await tool.capture?.(args, context)) ?? null;
    return {
      execute: (signal = context.signal) => tool.execute(args, { ...context, signal }, captured),
      find: () => tool.find?.(args, context, captured),
      undo: (result: JsonValue) =>
        tool.undo?.(args, contextOf(world, { request, direction: 'undo' }), { captured, result }),
    };
  };
  const pass = (minutes: number) => {
    now = new Date(now.getTime() + minutes * 60_000);
  };
  return { tool, registry, run, pass, at: () => now };
}

const inForce = async (now: Date, agent = AGENT) =>
  covers(await book().inForce(agent, now), { tool: ARGS.tool, scope: ARGS.scope });

describe('access.request', () => {
  it('gives the asking agent what it asked for, there and below, for that long', async () => {
    const { run, pass, at, tool } = accessWorld();
    const result = await (await run()).execute();
    expect(result).toEqual({
      access: 'req_1:0:do',
      tool: ARGS.tool,
      scope: ARGS.scope,
      until: '2026-11-21T11:00:00.000Z',
    });
    expect(tool.output.safeParse(result).success).toBe(true);
    expect(await book().list(AGENT)).toMatchObject([
      { agent: AGENT, request: 'req_1', reason: ARGS.reason, from: '2026-11-21T10:00:00.000Z' },
    ]);
    pass(59);
    expect(await inForce(at())).toBe(true);
    expect(await inForce(at(), 'another-agent')).toBe(false);
    pass(1);
    expect(await inForce(at())).toBe(false);
  });

  it('execute() repeated later gives the same access, not a longer one', async () => {
    const { run, pass } = accessWorld();
    const { execute } = await run();
    const first = await execute();
    pass(30);
    expect(await execute()).toEqual(first);
    expect(await book().list()).toHaveLength(1);
  });

  it('find() resolves to what execute() would have, and to nothing before', async () => {
    const { run } = accessWorld();
    const { execute, find } = await run();
    expect(await find()).toBeUndefined();
    expect(await execute()).toEqual(await find());
    expect(await (await run('req_2')).find()).toBeUndefined();
  });

  it('undo() revokes, says so, and repeated changes nothing', async () => {
    const { run, at } = accessWorld();
    const { execute, undo } = await run();
    const result = await execute();
    expect(await undo(result)).toEqual({ undone: true, sentence: 'The access is revoked' });
    expect(await inForce(at())).toBe(false);
    expect(await book().find('req_1:0:do')).toMatchObject({ revokedBy: 'req_1' });
    expect(await undo(result)).toMatchObject({ undone: false });
  });

  it('undo() has nothing to take back when it never happened, and leaves what others gave', async () => {
    const { run, at } = accessWorld();
    await (await run('req_2')).execute();
    expect(await (await run()).undo(null)).toMatchObject({ undone: false });
    expect(await inForce(at())).toBe(true);
  });

  it('execute() after undo() does not give it again', async () => {
    const { run, at } = accessWorld();
    const { execute, undo } = await run();
    await undo(await execute());
    await execute();
    expect(await inForce(at())).toBe(false);
  });

  it('does not know what happened when the answer of the record is lost, and find() then does', async () => {
    const real = book();
    const lost = () => Promise.reject(new CountersignError('unavailable', 'Cannot write: gone'));
    const access = { ...real, give: (grant: never) => real.give(grant).then(lost) };
    const { execute, find, undo } = await accessWorld({ access }).run();
    await expect(execute()).rejects.toMatchObject({ name: 'OutsideError', kind: 'unknown' });
    expect(await find()).toMatchObject({ access: 'req_1:0:do' });
    expect(await undo(null)).toMatchObject({ undone: true });
  });

  it.each([
    ['find', 'retryable'],
    ['undo', 'unknown'],
  ] as const)('%s() says "%s" while the record cannot be reached', async (method, kind) => {
    const gone = () => Promise.reject(new Error('connection lost to postgres://user:pass@db'));
    const world = accessWorld({ access: { ...book(), find: gone, revoke: gone } });
    const { find, undo } = await world.run();
    const asked = method === 'find' ? find() : undo(null);
    await expect(asked).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(/^Cannot [a-z ]+: the record of access gave no answer$/),
    });
  });

  it('execute() is final where the id gave something else before', async () => {
    const { run } = accessWorld();
    await (await run()).execute();
    const other = await run('req_1', { scope: 'github/acme' });
    await expect(other.execute()).rejects.toMatchObject({ kind: 'final' });
    expect(await book().list()).toHaveLength(1);
  });

  it('execute() gives nothing once its signal is aborted', async () => {
    const { execute } = await accessWorld().run();
    await expect(execute(AbortSignal.abort())).rejects.toMatchObject({ kind: 'retryable' });
    expect(await book().list()).toEqual([]);
  });

  it.each([
    [5, '5 minutes'],
    [60, '1 hour'],
    [61, '1 hour 1 minute'],
    [90, '1 hour 30 minutes'],
    [1_440, '24 hours'],
  ])('shows %i minutes as "%s", and nothing that changes while people look', (minutes, words) => {
    const { tool, registry, pass } = accessWorld();
    const args = registry.parse('access.request', { ...ARGS, minutes });
    const shown = tool.preview(args);
    expect(shown).toContainEqual({ label: 'For how long', value: words });
    expect(shown).toContainEqual({ label: 'Ends', value: `by itself, ${words} after it is given` });
    expect(shown).toContainEqual({ label: 'Where', value: 'github/acme/webshop and everything in it' });
    pass(60);
    expect(tool.preview(args)).toEqual(shown);
  });
});
