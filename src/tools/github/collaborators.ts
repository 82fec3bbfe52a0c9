/** Who was given access to a repository directly, and who is invited. Access through teams or the organisation is not looked at. */
import { z } from 'zod';
import { OutsideError } from '../../domain/retry.ts';
import type { ToolContext } from '../define-tool.ts';
import { askGitHub, type OctokitRest, type RepositoryCall } from './repository.ts';

const PAGE = 100;
const PAGES_MAX = 10;

export interface Grant {
  readonly role: string;
  /** Id of the pending invitation; null when the user has the role already. */
  readonly invitation: number | null;
}

const listAnswer = z.array(z.object({ login: z.string(), role_name: z.string() }));
const invitationsAnswer = z.array(
  z.object({ id: z.number(), permissions: z.string(), invitee: z.object({ login: z.string() }).nullable() }),
);

/** The user's own grant on the repository, or undefined. Rejects as final when there are too many to look through. */
export async function findGrant(
  context: ToolContext,
  { repository, user }: { readonly repository: string; readonly user: string },
): Promise<Grant | undefined> {
  const read = { access: 'read', action: `look at the access of "${user}"`, repository } as const;
  const member = await firstMatch(
    (page) =>
      askGitHub(context, { ...read, schema: listAnswer }, (rest, at) =>
        rest.repos.listCollaborators({ ...at, affiliation: 'direct', per_page: PAGE, page }),
      ),
    ({ login }) => login.toLowerCase() === user,
  );
  if (member !== undefined) return { role: member.role_name, invitation: null };
  const invited = await firstMatch(
    (page) =>
      askGitHub(context, { ...read, schema: invitationsAnswer }, (rest, at) =>
        rest.repos.listInvitations({ ...at, per_page: PAGE, page }),
      ),
    ({ invitee }) => invitee?.login.toLowerCase() === user,
  );
  return invited && { role: invited.permissions, invitation: invited.id };
}

async function firstMatch<Row>(
  read: (page: number) => Promise<readonly Row[]>,
  matches: (row: Row) => boolean,
): Promise<Row | undefined> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const rows = await read(page);
    const found = rows.find(matches);
    if (found !== undefined || rows.length < PAGE) return found;
  }
  throw new OutsideError('final', `Cannot look at access: more than ${PAGE * PAGES_MAX} entries`);
}

/** Changes a grant; resolves to whether that made an invitation instead (GitHub answers 201 with one, else 204). */
export async function askCollaborators(
  context: ToolContext,
  { repository, action }: { readonly repository: string; readonly action: string },
  run: (
    rest: OctokitRest,
    at: RepositoryCall,
  ) => Promise<{ readonly status: number; readonly data?: unknown }>,
): Promise<boolean> {
  const schema = z.union([
    z.object({ status: z.literal(204) }),
    z.object({ status: z.literal(201), data: z.object({ id: z.number() }) }),
  ]);
  const { status } = await askGitHub(
    context,
    { access: 'write', action, repository, schema },
    async (rest, at) => ({
      data: await run(rest, at),
    }),
  );
  return status === 201;
}
