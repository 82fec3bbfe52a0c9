import { z } from 'zod';
import { type App, type Exchange, VendorRefusal } from '../serve-vendor.ts';
import { type Branch, branchKey, type GitHubWorld, type Repository } from './github-world.ts';

/** The repository a request names. Refuses with 404. Names are case-insensitive. */
export function repositoryOf(world: GitHubWorld, context: Exchange): Repository {
  const name = `${context.req.param('owner')}/${context.req.param('repo')}`.toLowerCase();
  const found = world.repositories.get(name);
  if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
  return found;
}

const pageSchema = z.object({
  per_page: z.coerce.number().int().min(1).max(100).default(30),
  page: z.coerce.number().int().min(1).default(1),
});

/** One page of rows, as `per_page` and `page` ask. */
export function paged<Row>(context: Exchange, rows: readonly Row[]): readonly Row[] {
  const { per_page, page } = pageSchema.parse({
    per_page: context.req.query('per_page'),
    page: context.req.query('page'),
  });
  return rows.slice((page - 1) * per_page, page * per_page);
}

export function repositoryRoutes(app: App, world: GitHubWorld): void {
  app.get('/repos/:owner/:repo', (context) =>
    context.json(repositoryJson(world, repositoryOf(world, context))),
  );

  app.delete('/repos/:owner/:repo', (context) => {
    const { name } = repositoryOf(world, context);
    world.repositories.delete(name);
    for (const { name: branch, repository } of world.branches.rows()) {
      if (repository === name) world.branches.delete(branchKey(name, branch));
    }
    return context.body(null, 204);
  });

  app.get('/repos/:owner/:repo/branches', (context) => {
    const { name } = repositoryOf(world, context);
    const branches = world.branches.rows().filter(({ repository }) => repository === name);
    const sorted = branches.sort((a, b) => (a.name < b.name ? -1 : 1));
    return context.json(paged(context, sorted).map((branch) => branchJson(world, branch)));
  });

  app.get('/repos/:owner/:repo/branches/:branch', (context) => {
    const { name } = repositoryOf(world, context);
    const branch = world.branches.get(branchKey(name, context.req.param('branch')));
    if (branch === undefined) throw new VendorRefusal(404, 'not_found', 'Branch not found');
    return context.json(branchJson(world, branch));
  });
}

function repositoryJson(
  world: GitHubWorld,
  { id, name, defaultBranch, private: isPrivate, pushedAt }: Repository,
) {
  const open = [...world.issues.rows(), ...world.pulls.rows()].filter(
    ({ repository, state }) => repository === name && state === 'open',
  );
  return {
    id,
    name: name.split('/')[1],
    full_name: name,
    owner: { login: name.split('/')[0] },
    private: isPrivate,
    archived: false,
    default_branch: defaultBranch,
    open_issues_count: open.length,
    pushed_at: pushedAt,
  };
}

function branchJson(world: GitHubWorld, { name, sha }: Branch) {
  const commit = world.git.commit(sha);
  const by = { name: commit?.author, date: commit?.date };
  return {
    name,
    protected: false,
    commit: { sha, commit: { message: commit?.message, author: by, committer: by } },
  };
}
