import { z } from 'zod';
import { type App, type Exchange, VendorRefusal } from '../serve-vendor.ts';
import { mergeTrees, type Tree } from './git-objects.ts';
import { bodyOf } from './git-routes.ts';
import { branchKey, filesOf, type GitHubWorld, moveBranch, type Pull } from './github-world.ts';
import { repositoryOf } from './repository-routes.ts';

const mergeBody = z.object({ sha: z.string().optional(), merge_method: z.literal('merge').default('merge') });

export function pullRoutes(app: App, world: GitHubWorld): void {
  app.get('/repos/:owner/:repo/pulls/:number', (context) =>
    context.json(pullJson(world, pullOf(world, context))),
  );

  app.put('/repos/:owner/:repo/pulls/:number/merge', async (context) => {
    const body = await bodyOf(context, mergeBody);
    const pull = pullOf(world, context);
    if (pull.state !== 'open') throw new VendorRefusal(405, 'not_allowed', 'Pull Request is not mergeable');
    if (body.sha !== undefined && body.sha !== pull.head.sha) {
      throw new VendorRefusal(409, 'conflict', 'Head branch was modified. Review and try the merge again.');
    }
    const merged = mergedFiles(world, pull);
    if (merged === undefined) throw new VendorRefusal(405, 'not_allowed', 'Pull Request is not mergeable');
    return context.json({
      merged: true,
      sha: merge(world, pull, merged),
      message: 'Pull Request successfully merged',
    });
  });
}

function pullOf(world: GitHubWorld, context: Exchange): Pull {
  const { name } = repositoryOf(world, context);
  const found = world.pulls.get(branchKey(name, context.req.param('number')));
  if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
  return found;
}

function baseOf(world: GitHubWorld, { repository, base }: Pull): string {
  const sha = world.branches.get(branchKey(repository, base))?.sha;
  if (sha === undefined) throw new VendorRefusal(422, 'invalid', 'Base does not exist');
  return sha;
}

function mergedFiles(world: GitHubWorld, pull: Pull): Tree | undefined {
  const base = baseOf(world, pull);
  const known = new Set(world.git.ancestors(base));
  const common = world.git.ancestors(pull.head.sha).find((sha) => known.has(sha));
  if (common === undefined) return undefined;
  return mergeTrees({
    base: filesOf(world, common),
    ours: filesOf(world, base),
    theirs: filesOf(world, pull.head.sha),
  });
}

function merge(world: GitHubWorld, pull: Pull, files: Tree): string {
  const { repository, number, head, base, title } = pull;
  const sha = world.git.writeCommit({
    tree: world.git.writeTree(files),
    parents: [baseOf(world, pull), head.sha],
    message: `Merge pull request #${number} from ${head.branch}\n\n${title}`,
    author: 'countersign-bot',
    date: world.clock().toISOString(),
  });
  world.pulls.set(branchKey(repository, String(number)), { ...pull, state: 'closed', mergedAs: sha });
  moveBranch(world, { repository, name: base, sha });
  return sha;
}

function pullJson(world: GitHubWorld, pull: Pull) {
  const { number, title, author, state, head, base, mergedAs } = pull;
  const mergeable = state === 'open' ? mergedFiles(world, pull) !== undefined : null;
  return {
    number,
    title,
    state,
    draft: false,
    merged: mergedAs !== undefined,
    mergeable,
    merge_commit_sha: mergedAs ?? null,
    user: { login: author },
    head: { ref: head.branch, sha: head.sha },
    base: { ref: base, sha: baseOf(world, pull) },
  };
}
