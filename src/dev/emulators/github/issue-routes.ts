import { z } from 'zod';
import { type App, VendorRefusal } from '../serve-vendor.ts';
import { bodyOf } from './git-routes.ts';
import { branchKey, type Comment, type GitHubWorld } from './github-world.ts';
import { paged, repositoryOf } from './repository-routes.ts';

export function issueRoutes(app: App, world: GitHubWorld): void {
  app.get('/repos/:owner/:repo/issues/comments', (context) => {
    const { name } = repositoryOf(world, context);
    const all = world.comments.rows().filter(({ repository }) => repository === name);
    const ordered = context.req.query('direction') === 'desc' ? all.toReversed() : all;
    return context.json(paged(context, ordered).map(commentJson));
  });

  app.delete('/repos/:owner/:repo/issues/comments/:id', (context) => {
    const { name } = repositoryOf(world, context);
    const id = context.req.param('id');
    if (world.comments.get(id)?.repository !== name) throw new VendorRefusal(404, 'not_found', 'Not Found');
    world.comments.delete(id);
    return context.body(null, 204);
  });

  app.get('/repos/:owner/:repo/issues/:number/comments', (context) => {
    const { name } = repositoryOf(world, context);
    const number = Number(context.req.param('number'));
    const all = world.comments
      .rows()
      .filter(({ repository, issue }) => repository === name && issue === number);
    return context.json(paged(context, all).map(commentJson));
  });

  app.post('/repos/:owner/:repo/issues/:number/comments', async (context) => {
    const { name } = repositoryOf(world, context);
    const { body } = await bodyOf(context, z.object({ body: z.string().min(1).max(65_536) }));
    const key = branchKey(name, context.req.param('number'));
    const found = world.issues.get(key) ?? world.pulls.get(key);
    if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
    const comment = {
      id: world.nextId(),
      repository: name,
      issue: found.number,
      body,
      createdAt: world.clock().toISOString(),
    };
    world.comments.set(String(comment.id), comment);
    return context.json(commentJson(comment), 201);
  });
}

function commentJson({ id, repository, issue, body, createdAt }: Comment) {
  return {
    id,
    body,
    created_at: createdAt,
    user: { login: 'countersign-bot' },
    issue_url: `https://api.github.com/repos/${repository}/issues/${issue}`,
    html_url: `https://github.com/${repository}/issues/${issue}#issuecomment-${id}`,
  };
}
