import { z } from 'zod';
import { type App, VendorRefusal } from '../serve-vendor.ts';
import { bodyOf } from './git-routes.ts';
import { type Access, branchKey, type GitHubWorld } from './github-world.ts';
import { paged, repositoryOf } from './repository-routes.ts';

const ROLES = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
} as const;
const grantBody = z.object({
  permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']).default('push'),
});

export function accessRoutes(app: App, world: GitHubWorld): void {
  const on = (name: string) => world.access.rows().filter(({ repository }) => repository === name);

  app.get('/users/:login', (context) => {
    const user = world.users.get(context.req.param('login').toLowerCase());
    if (user === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
    return context.json({ id: user.id, login: user.login, type: 'User' });
  });

  app.get('/repos/:owner/:repo/collaborators', (context) => {
    const { name } = repositoryOf(world, context);
    const accepted = on(name).filter(({ invitation }) => invitation === undefined);
    return context.json(paged(context, accepted).map(({ login, role }) => ({ login, role_name: role })));
  });

  app.put('/repos/:owner/:repo/collaborators/:login', async (context) => {
    const { name } = repositoryOf(world, context);
    const { permission } = await bodyOf(context, grantBody);
    const user = world.users.get(context.req.param('login').toLowerCase());
    if (user === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
    const key = branchKey(name, user.login);
    const before = world.access.get(key);
    const outside = !user.member && (before === undefined || before.invitation !== undefined);
    const grant: Access = { repository: name, login: user.login, role: ROLES[permission] };
    if (!outside) {
      world.access.set(key, grant);
      return context.body(null, 204);
    }
    const invited = { ...grant, invitation: before?.invitation ?? world.nextId() };
    world.access.set(key, invited);
    return context.json(invitationJson(invited), 201);
  });

  app.delete('/repos/:owner/:repo/collaborators/:login', (context) => {
    const { name } = repositoryOf(world, context);
    world.access.delete(branchKey(name, context.req.param('login').toLowerCase()));
    return context.body(null, 204);
  });

  app.get('/repos/:owner/:repo/invitations', (context) => {
    const { name } = repositoryOf(world, context);
    const open = on(name).filter(({ invitation }) => invitation !== undefined);
    return context.json(paged(context, open).map(invitationJson));
  });

  app.delete('/repos/:owner/:repo/invitations/:id', (context) => {
    const { name } = repositoryOf(world, context);
    const found = on(name).find(({ invitation }) => String(invitation) === context.req.param('id'));
    if (found === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
    world.access.delete(branchKey(name, found.login));
    return context.body(null, 204);
  });
}

function invitationJson({ invitation, login, role }: Access) {
  return { id: invitation, invitee: { login }, permissions: role };
}
