import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/ask.ts';
import type { Tool } from '../../src/tools/define-tool.ts';
import { contextOf, type VendorWorld, vendorWorld } from './vendor-world.ts';

const WEBSHOP = { owner: 'acme', repo: 'webshop' };
const BRANCH = { repository: 'acme/webshop', branch: 'old-checkout' };
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

describe('github.list_branches', () => {
  it('lists names with commits, and says whether that is all', async () => {
    const world = await vendorWorld();
    const result = await (await run(world, 'github.list_branches', { repository: 'acme/webshop' })).execute();
    expect(result).toMatchObject({ complete: true });
    expect(JSON.stringify(result)).toContain(await shaOf(world, 'gift-cards'));
  });

  it('refuses a repository that does not exist as final', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'github.list_branches', { repository: 'acme/nothing' });
    await expect(execute()).rejects.toMatchObject({
      kind: 'final',
      message: 'Cannot list branches: GitHub answered 404',
    });
  });
});

describe('github.get_pull_request', () => {
  it('reads title, branches and state', async () => {
    const world = await vendorWorld();
    expect(await (await run(world, 'github.get_pull_request', PULL)).execute()).toEqual({
      number: 2,
      title: 'Faster search',
      state: 'open',
      merged: false,
      mergeable: true,
      author: 'alice',
      head: { branch: 'spike-search', sha: await shaOf(world, 'spike-search') },
      base: { branch: 'main', sha: await shaOf(world, 'main') },
    });
  });
});

describe('github.delete_branch', () => {
  it('inspect() names the commit in the id, and sees drift', async () => {
    const world = await vendorWorld();
    const first = await look(world, 'github.delete_branch', BRANCH);
    expect(first?.target.id).toBe(
      `github:acme/webshop#heads/old-checkout@${await shaOf(world, 'old-checkout')}`,
    );
    expect(first?.facts).toContainEqual({ label: 'Protected on GitHub', value: 'no' });
    expect(await look(world, 'github.delete_branch', BRANCH)).toEqual(first);
    world.emulators.driftBranch('acme/webshop', 'gift-cards');
    expect((await look(world, 'github.delete_branch', BRANCH))?.fingerprint).toBe(first?.fingerprint);
    world.emulators.driftBranch('acme/webshop', 'old-checkout');
    expect((await look(world, 'github.delete_branch', BRANCH))?.fingerprint).not.toBe(first?.fingerprint);
  });

  it('execute() refuses a branch that moved since it was captured, and leaves it', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'github.delete_branch', BRANCH);
    const sha = world.emulators.driftBranch('acme/webshop', 'old-checkout');
    await expect(execute()).rejects.toMatchObject({ kind: 'final' });
    expect(await shaOf(world, 'old-checkout')).toBe(sha);
  });

  it('capture() refuses a branch that does not exist', async () => {
    const world = await vendorWorld();
    await expect(run(world, 'github.delete_branch', { ...BRANCH, branch: 'nothing' })).rejects.toMatchObject({
      kind: 'final',
    });
  });

  it('execute() passes on that GitHub keeps the default branch', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'github.delete_branch', { ...BRANCH, branch: 'main' });
    await expect(execute()).rejects.toMatchObject({
      kind: 'final',
      message: 'Cannot delete branch "main": GitHub answered 422',
    });
  });

  it('undo() leaves a branch of the same name that somebody made meanwhile', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'github.delete_branch', BRANCH);
    const result = await execute();
    const sha = await shaOf(world, 'main');
    await world.vendors.github.rest.git.createRef({ ...WEBSHOP, ref: 'refs/heads/old-checkout', sha });
    await expect(undo(result)).rejects.toMatchObject({ kind: 'final' });
    expect(await shaOf(world, 'old-checkout')).toBe(sha);
  });
});

describe('github.comment_on_issue', () => {
  it('carries its idempotency key out of sight, and finds only its own comment', async () => {
    const world = await vendorWorld();
    const args = { repository: 'acme/webshop', number: 1, body: 'Looking into it' };
    const one = await run(world, 'github.comment_on_issue', args, 'req_one');
    const other = await run(world, 'github.comment_on_issue', args, 'req_other');
    await one.execute();
    expect(await other.find()).toBeUndefined();
    expect(await one.find()).toBeDefined();
    const { data } = await world.vendors.github.rest.issues.listComments({ ...WEBSHOP, issue_number: 1 });
    expect(data[0]?.body).toBe('Looking into it\n\n<!-- countersign req_one:0:do -->');
  });

  it('finds its comment behind a page of newer ones', async () => {
    const world = await vendorWorld();
    const args = { repository: 'acme/webshop', number: 1, body: 'First' };
    const { execute, find } = await run(world, 'github.comment_on_issue', args);
    const result = await execute();
    for (let at = 0; at < 120; at += 1) {
      await world.vendors.github.rest.issues.createComment({
        ...WEBSHOP,
        issue_number: 2,
        body: `Noise ${at}`,
      });
    }
    expect(await find()).toEqual(result);
  });

  it('refuses an issue that does not exist', async () => {
    const world = await vendorWorld();
    const { execute } = await run(world, 'github.comment_on_issue', {
      repository: 'acme/webshop',
      number: 99,
      body: 'x',
    });
    await expect(execute()).rejects.toMatchObject({ kind: 'final' });
  });
});

describe('github.add_collaborator', () => {
  const ARGS = { repository: 'acme/webshop', user: 'newhire', permission: 'push' };

  it('inspect() binds to the user and what they may do now', async () => {
    const world = await vendorWorld();
    const first = await look(world, 'github.add_collaborator', ARGS);
    expect(first?.target.id).toMatch(/#collaborators\/newhire@user-\d+$/);
    expect(first?.facts).toContainEqual({ label: 'Permission now', value: 'none' });
    await world.vendors.github.rest.repos.addCollaborator({
      ...WEBSHOP,
      username: 'newhire',
      permission: 'pull',
    });
    const later = await look(world, 'github.add_collaborator', ARGS);
    expect(later?.facts).toContainEqual({ label: 'Permission now', value: 'read' });
    expect(later?.fingerprint).not.toBe(first?.fingerprint);
  });

  it('inspect() refuses a user that does not exist', async () => {
    const world = await vendorWorld();
    await expect(look(world, 'github.add_collaborator', { ...ARGS, user: 'nobody' })).rejects.toMatchObject({
      kind: 'final',
    });
  });

  it('execute() invites somebody outside the organisation, and undo() withdraws that', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'github.add_collaborator', { ...ARGS, user: 'contractor' });
    const result = await execute();
    expect(result).toMatchObject({ invited: true });
    expect((await world.vendors.github.rest.repos.listInvitations(WEBSHOP)).data).toHaveLength(1);
    await undo(result);
    expect((await world.vendors.github.rest.repos.listInvitations(WEBSHOP)).data).toHaveLength(0);
  });

  it('undo() leaves a permission that somebody else gave since', async () => {
    const world = await vendorWorld();
    const { execute, undo } = await run(world, 'github.add_collaborator', ARGS);
    const result = await execute();
    await world.vendors.github.rest.repos.addCollaborator({
      ...WEBSHOP,
      username: 'newhire',
      permission: 'maintain',
    });
    expect(await undo(result)).toMatchObject({ undone: false });
    const { data } = await world.vendors.github.rest.repos.listCollaborators(WEBSHOP);
    expect(data.find(({ login }) => login === 'newhire')?.role_name).toBe('maintain');
  });
});

describe('github.delete_repository', () => {
  it('inspect() binds to the repository and its last push', async () => {
    const world = await vendorWorld();
    const args = { repository: 'acme/legacy-billing' };
    const first = await look(world, 'github.delete_repository', args);
    expect(first?.target.id).toBe('github:acme/legacy-billing@502');
    expect(first?.facts).toContainEqual({ label: 'Last push', value: '2026-10-01T09:00:00Z' });
    world.emulators.driftBranch('acme/legacy-billing', 'main');
    expect((await look(world, 'github.delete_repository', args))?.fingerprint).not.toBe(first?.fingerprint);
  });
});
