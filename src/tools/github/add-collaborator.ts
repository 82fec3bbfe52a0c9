import { z } from 'zod';
import type { TargetTrait } from '../../domain/ask.ts';
import { canonicalHash } from '../../domain/digest.ts';
import { defineTool, type ToolContext, type Undone } from '../define-tool.ts';
import { askCollaborators, findGrant } from './collaborators.ts';
import { askGitHub, inRepository, loginField, repositoryField } from './repository.ts';

const input = z.strictObject({
  repository: repositoryField,
  user: loginField,
  permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']).meta({ policyFact: true }),
});
type Args = z.output<typeof input>;

const output = z.strictObject({
  user: loginField,
  permission: z.enum(['pull', 'triage', 'push', 'maintain', 'admin']),
  invited: z.boolean(),
});

const captured = z.object({ role: z.string().nullable() });

/**
 * Gives a user a permission on one repository, or changes it. Somebody outside the organisation is invited and has
 * the permission once they accept; the undo then withdraws the invitation.
 */
export const addCollaborator = defineTool({
  name: 'github.add_collaborator',
  summary: 'Give a GitHub user a permission on a repository, or change the one they have',
  title: 'Grant repository access',
  input,
  output,
  effect: 'write',
  reversibility: 'reversible',
  target,
  inspect,
  preview: ({ repository, user, permission }) => [
    { label: 'Repository', value: repository },
    { label: 'User', value: user },
    { label: 'Permission', value: permission },
  ],
  capture: async (args, context) => ({ role: (await findGrant(context, args))?.role ?? null }),
  execute,
  find: async (args, context) => {
    const grant = await findGrant(context, args);
    return grant?.role === roleOf(args.permission)
      ? { user: args.user, permission: args.permission, invited: grant.invitation !== null }
      : undefined;
  },
  undoSentence: ({ user }) => `The permission that "${user}" had before is restored`,
  undo: (args, context, state) => undo(args, context, captured.parse(state.captured).role),
});

const TRAITS: Partial<Record<Args['permission'], readonly TargetTrait[]>> = {
  pull: ['read-permission'],
  triage: ['read-permission'],
  admin: ['admin-permission'],
};

function target({ repository, user, permission }: Args) {
  return inRepository(repository, {
    kind: 'collaborator',
    part: `collaborators/${user}`,
    label: `collaborator ${user}`,
    traits: TRAITS[permission] ?? [],
  });
}

const userAnswer = z.object({ id: z.number(), login: z.string() });

async function inspect(args: Args, context: ToolContext) {
  const { repository, user } = args;
  const call = { access: 'read', action: `look up user "${user}"`, repository, schema: userAnswer } as const;
  const [{ id }, grant] = await Promise.all([
    askGitHub(context, call, (rest, { request }) => rest.users.getByUsername({ username: user, request })),
    findGrant(context, args),
  ]);
  const general = target(args);
  const before =
    grant === undefined ? 'none' : grant.invitation === null ? grant.role : `${grant.role}, invited`;
  return {
    target: { ...general, id: `${general.id}@user-${id}` },
    fingerprint: canonicalHash({ user: id, before }),
    facts: [
      { label: 'Permission now', value: before },
      { label: 'GitHub user id', value: String(id) },
    ],
  };
}

async function execute({ repository, user, permission }: Args, context: ToolContext) {
  const invitation = await askCollaborators(
    context,
    { repository, action: `give "${user}" access` },
    (rest, at) => rest.repos.addCollaborator({ ...at, username: user, permission }),
  );
  return { user, permission, invited: invitation };
}

async function undo(
  { repository, user, permission }: Args,
  context: ToolContext,
  before: string | null,
): Promise<Undone> {
  const now = await findGrant(context, { repository, user });
  if ((now?.role ?? null) === before)
    return { undone: false, sentence: `"${user}" has the earlier permission` };
  if (now !== undefined && now.role !== roleOf(permission)) {
    return { undone: false, sentence: `"${user}" was given another permission since, which stays` };
  }
  const action = `restore the access of "${user}"`;
  await askCollaborators(context, { repository, action }, (rest, at) => {
    if (before !== null)
      return rest.repos.addCollaborator({ ...at, username: user, permission: permissionOf(before) });
    const invitation = now?.invitation ?? null;
    return invitation === null
      ? rest.repos.removeCollaborator({ ...at, username: user })
      : rest.repos.deleteInvitation({ ...at, invitation_id: invitation });
  });
  return {
    undone: true,
    sentence:
      before === null ? `"${user}" has no access of their own again` : `"${user}" has "${before}" again`,
  };
}

/** GitHub answers with role names but takes permissions, and two of them differ. Custom roles keep their name. */
function roleOf(permission: string): string {
  return permission === 'pull' ? 'read' : permission === 'push' ? 'write' : permission;
}

function permissionOf(role: string): string {
  return role === 'read' ? 'pull' : role === 'write' ? 'push' : role;
}
