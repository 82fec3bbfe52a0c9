import { z } from 'zod';
import { type App, type Exchange, VendorRefusal } from '../serve-vendor.ts';
import type { Commit } from './git-objects.ts';
import { branchKey, filesOf, type GitHubWorld, moveBranch } from './github-world.ts';
import { repositoryOf } from './repository-routes.ts';

const sha = z.string().regex(/^[0-9a-f]{40}$/);

/** What was sent, no body being an empty object. Refuses with 422 what is not as it should be, as GitHub does. */
export async function bodyOf<Body>(context: Exchange, schema: z.ZodType<Body>): Promise<Body> {
  const text = await context.req.text();
  const parsed = schema.safeParse(text === '' ? {} : JSON.parse(text));
  if (!parsed.success) throw new VendorRefusal(422, 'invalid', 'Invalid request');
  return parsed.data;
}

export function gitRoutes(app: App, world: GitHubWorld): void {
  refRoutes(app, world);
  objectRoutes(app, world);
}

function refRoutes(app: App, world: GitHubWorld): void {
  app.get('/repos/:owner/:repo/git/ref/:ref', (context) => {
    const { name } = repositoryOf(world, context);
    const found = world.branches.get(branchKey(name, branchOf(context.req.param('ref'))));
    if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
    return context.json(refJson(found));
  });

  app.post('/repos/:owner/:repo/git/refs', async (context) => {
    const { name } = repositoryOf(world, context);
    const body = await bodyOf(context, z.object({ ref: z.string().startsWith('refs/heads/'), sha }));
    const branch = branchOf(body.ref.replace('refs/', ''));
    if (world.branches.get(branchKey(name, branch)))
      throw new VendorRefusal(422, 'invalid', 'Reference already exists');
    if (world.git.commit(body.sha) === undefined)
      throw new VendorRefusal(422, 'invalid', 'Object does not exist');
    moveBranch(world, { repository: name, name: branch, sha: body.sha });
    return context.json(refJson({ name: branch, sha: body.sha }), 201);
  });

  app.patch('/repos/:owner/:repo/git/refs/:ref', async (context) => {
    const { name } = repositoryOf(world, context);
    const body = await bodyOf(context, z.object({ sha, force: z.boolean().default(false) }));
    const branch = branchOf(context.req.param('ref'));
    const now = world.branches.get(branchKey(name, branch));
    if (now === undefined) throw new VendorRefusal(422, 'invalid', 'Reference does not exist');
    if (world.git.commit(body.sha) === undefined)
      throw new VendorRefusal(422, 'invalid', 'Object does not exist');
    if (!body.force && !world.git.ancestors(body.sha).includes(now.sha)) {
      throw new VendorRefusal(422, 'invalid', 'Update is not a fast forward');
    }
    moveBranch(world, { repository: name, name: branch, sha: body.sha });
    return context.json(refJson({ name: branch, sha: body.sha }));
  });

  app.delete('/repos/:owner/:repo/git/refs/:ref', (context) => {
    const { name, defaultBranch } = repositoryOf(world, context);
    const branch = branchOf(context.req.param('ref'));
    if (branch === defaultBranch) throw new VendorRefusal(422, 'invalid', 'Cannot delete the default branch');
    if (!world.branches.get(branchKey(name, branch)))
      throw new VendorRefusal(422, 'invalid', 'Reference does not exist');
    world.branches.delete(branchKey(name, branch));
    return context.body(null, 204);
  });
}

function branchOf(ref: string): string {
  if (!ref.startsWith('heads/')) throw new VendorRefusal(404, 'not_found', 'Not Found');
  return ref.slice('heads/'.length);
}

function refJson({ name, sha: at }: { readonly name: string; readonly sha: string }) {
  return { ref: `refs/heads/${name}`, object: { type: 'commit', sha: at } };
}

const entries = z.array(
  z.object({ path: z.string(), mode: z.literal('100644'), type: z.literal('blob'), sha: sha.nullable() }),
);

function objectRoutes(app: App, world: GitHubWorld): void {
  app.get('/repos/:owner/:repo/git/commits/:sha', (context) => {
    repositoryOf(world, context);
    const commit = world.git.commit(context.req.param('sha'));
    if (commit === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
    return context.json(commitJson(commit));
  });

  app.post('/repos/:owner/:repo/git/commits', async (context) => {
    repositoryOf(world, context);
    const { tree, parents, message } = await bodyOf(
      context,
      z.object({ message: z.string(), tree: sha, parents: z.array(sha) }),
    );
    if (world.git.tree(tree) === undefined)
      throw new VendorRefusal(422, 'invalid', 'Tree SHA does not exist');
    const date = world.clock().toISOString();
    const written = world.git.writeCommit({ tree, parents, message, author: 'countersign-bot', date });
    return context.json(
      commitJson({ sha: written, tree, parents, message, author: 'countersign-bot', date }),
      201,
    );
  });

  app.get('/repos/:owner/:repo/git/trees/:sha', (context) => {
    repositoryOf(world, context);
    const asked = context.req.param('sha');
    const tree = world.git.tree(asked) ?? filesOf(world, asked);
    const files = Object.entries(tree).map(([path, blob]) => ({
      path,
      mode: '100644',
      type: 'blob',
      sha: blob,
    }));
    return context.json({ sha: asked, truncated: false, tree: files });
  });

  app.post('/repos/:owner/:repo/git/trees', async (context) => {
    repositoryOf(world, context);
    const body = await bodyOf(context, z.object({ base_tree: sha, tree: entries }));
    const files = { ...world.git.tree(body.base_tree) };
    for (const { path, sha: blob } of body.tree) {
      if (blob === null) delete files[path];
      else if (world.git.blob(blob) === undefined)
        throw new VendorRefusal(422, 'invalid', 'Blob does not exist');
      else files[path] = blob;
    }
    return context.json({ sha: world.git.writeTree(files) }, 201);
  });
}

function commitJson({ sha: id, tree, parents, message, author, date }: Commit) {
  return {
    sha: id,
    message,
    tree: { sha: tree },
    parents: parents.map((parent) => ({ sha: parent })),
    author: { name: author, date },
  };
}
