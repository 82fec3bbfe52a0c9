import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/ask.ts';
import type { Tool } from '../../src/tools/define-tool.ts';
import { contextOf, type VendorWorld, vendorWorld } from './vendor-world.ts';

const WEBSHOP = { owner: 'acme', repo: 'webshop' };
const PULL = { repository: 'acme/webshop', number: 2 };

function tool({ registry }: VendorWorld, name: string): Tool {
  const found = registry.get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function run(world: VendorWorld, name: string, args: JsonObject, request = 'req_1') {
  const one = tool(world, name);
  const parsed = world.registry.parse(name, args);
  const context = contextOf(world, { request });
  const captured: JsonValue = (await one.capture?.(parsed, context)) ?? null;
  const execute = () => one.execute(parsed, context, captured);
  const undo = (result: JsonValue) =>
    one.undo?.(parsed, contextOf(world, { request, direction: 'undo' }), { captured, result });
  return { captured, execute, undo, find: () => one.find?.(parsed, context, captured) };
}

const look = (world: VendorWorld, name: string, args: JsonObject) =>
  tool(world, name).inspect?.(world.registry.parse(name, args), contextOf(world));

async function shaOf({ vendors }: VendorWorld, branch: string) {
  return (await vendors.github.rest.git.getRef({ ...WEBSHOP, ref: `heads/${branch}` })).data.object.sha;
}

async function files(world: VendorWorld, branch: string) {
  const tree_sha = await shaOf(world, branch);
  const { data } = await world.vendors.github.rest.git.getTree({ ...WEBSHOP, tree_sha });
  return Object.fromEntries(data.tree.map(({ path, sha }) => [path, sha]));
}

describe('github.merge_pull_request', () => {
  it('inspect() sees a new head, and does not mind a new base', async () => {
    const world = await vendorWorld();
    const first = await look(world, 'github.merge_pull_request', PULL);
    expect(first?.facts).toContainEqual({ label: 'Merges', value: 'spike-search into main' });
    world.emulators.driftBranch('acme/webshop', 'main');
    expect((await look(world, 'github.merge_pull_request', PULL))?.fingerprint).toBe(first?.fingerprint);
    const sha = world.emulators.driftBranch('acme/webshop', 'spike-search');
    const later = await look(world, 'github.merge_pull_request', PULL);
    expect(later?.fingerprint).not.toBe(first?.fingerprint);
    expect(later?.target.id).toBe(`github:acme/webshop#pull/2@${sha}`);
  });

  it('execute() merges nothing when the head moved since it was captured', async () => {
    const world = await vendorWorld();
    const before = await shaOf(world, 'main');
    const { execute } = await run(world, 'github.merge_pull_request', PULL);
    world.emulators.driftBranch('acme/webshop', 'spike-search');
    await expect(execute()).rejects.toMatchObject({
      kind: 'final',
      message: 'Cannot merge pull request 2: GitHub answered 409',
    });
    expect(await shaOf(world, 'main')).toBe(before);
  });

  it('capture() refuses another head than the agent expected, and a merged pull request', async () => {
    const world = await vendorWorld();
    const other = { ...PULL, head: 'a'.repeat(40) };
    await expect(run(world, 'github.merge_pull_request', other)).rejects.toMatchObject({ kind: 'final' });
    const expected = { ...PULL, head: await shaOf(world, 'spike-search') };
    await (await run(world, 'github.merge_pull_request', expected)).execute();
    await expect(run(world, 'github.merge_pull_request', PULL)).rejects.toMatchObject({ kind: 'final' });
  });

  it('execute() merges once: a second time is refused', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'github.merge_pull_request', PULL);
    await execute();
    await expect(execute()).rejects.toMatchObject({ kind: 'final' });
  });

  it('undo() reverts on top of what others pushed since, and keeps their work and the history', async () => {
    const world = await vendorWorld();
    const before = await files(world, 'main');
    const { execute, undo } = await run(world, 'github.merge_pull_request', PULL);
    const result = await execute();
    const merged = await shaOf(world, 'main');
    const theirs = world.emulators.driftBranch('acme/webshop', 'main');
    expect(await undo(result)).toMatchObject({ undone: true });
    const after = await files(world, 'main');
    expect(after['src/search.js']).toBe(before['src/search.js']);
    expect(after['src/index.js']).toBeUndefined();
    expect(after['NOTES.md']).toBeDefined();
    const revert = await world.vendors.github.rest.git.getCommit({
      ...WEBSHOP,
      commit_sha: await shaOf(world, 'main'),
    });
    expect(revert.data.parents.map(({ sha }) => sha)).toEqual([theirs]);
    expect(revert.data.message).toContain(`This reverts commit ${merged}.`);
  });

  it('undo() refuses when a merged file was changed again, and changes nothing', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'github.merge_pull_request', PULL);
    const result = await execute();
    const head = await shaOf(world, 'main');
    const { git } = world.vendors.github.rest;
    const now = await files(world, 'main');
    const base_tree = (await git.getCommit({ ...WEBSHOP, commit_sha: head })).data.tree.sha;
    const changed = [
      { path: 'src/search.js', mode: '100644' as const, type: 'blob' as const, sha: now['README.md'] ?? '' },
    ];
    const { data: tree } = await git.createTree({ ...WEBSHOP, base_tree, tree: changed });
    const { data: commit } = await git.createCommit({
      ...WEBSHOP,
      message: 'Fix',
      tree: tree.sha,
      parents: [head],
    });
    await git.updateRef({ ...WEBSHOP, ref: 'heads/main', sha: commit.sha });
    await expect(undo(result)).rejects.toMatchObject({
      kind: 'final',
      message: 'Cannot revert: "src/search.js" was changed again since',
    });
    expect(await shaOf(world, 'main')).toBe(commit.sha);
  });

  it('undo() may be tried again when the base branch moved at the last moment', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'github.merge_pull_request', PULL);
    const result = await execute();
    const at = {
      provider: 'github',
      method: 'PATCH',
      pathPrefix: '/repos/acme/webshop/git/refs/heads/main',
    } as const;
    world.emulators.failNext({ ...at, status: 422 });
    await expect(undo(result)).rejects.toMatchObject({ kind: 'retryable' });
    expect(await undo(result)).toMatchObject({ undone: true });
  });
});
