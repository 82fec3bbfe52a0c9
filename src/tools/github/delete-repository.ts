import { z } from 'zod';
import { canonicalHash } from '../../domain/digest.ts';
import { defineTool, type ToolContext } from '../define-tool.ts';
import { clipped } from '../plain-text.ts';
import { unlessMissing } from '../vendor-errors.ts';
import { askGitHub, emptyAnswer, inRepository, repositoryField } from './repository.ts';

const input = z.strictObject({ repository: repositoryField });
type Args = z.output<typeof input>;

const output = z.strictObject({ deleted: repositoryField });

const repositoryAnswer = z.object({
  id: z.number(),
  full_name: z.string(),
  default_branch: clipped(255),
  private: z.boolean(),
  archived: z.boolean(),
  open_issues_count: z.number(),
  pushed_at: clipped(40).nullable(),
});

/** Deletes a repository with all that is in it. Nothing here can bring it back. */
export const deleteRepository = defineTool({
  name: 'github.delete_repository',
  summary: 'Delete a GitHub repository with everything in it, for good',
  title: 'Delete repository',
  input,
  output,
  effect: 'delete',
  reversibility: 'irreversible',
  target,
  inspect,
  preview: ({ repository }) => [{ label: 'Repository', value: repository }],
  execute: async ({ repository }, context) => {
    const call = {
      access: 'write',
      action: `delete repository "${repository}"`,
      repository,
      schema: emptyAnswer,
    } as const;
    await askGitHub(context, call, (rest, at) => rest.repos.delete({ ...at }));
    return { deleted: repository };
  },
  find: async (args, context) => {
    const there = await unlessMissing(read(args, context));
    return there === undefined ? { deleted: args.repository } : undefined;
  },
});

function target({ repository }: Args) {
  return inRepository(repository, { kind: 'repository', label: 'repository' });
}

function read({ repository }: Args, context: ToolContext) {
  const call = {
    access: 'read',
    action: `look at repository "${repository}"`,
    repository,
    schema: repositoryAnswer,
  } as const;
  return askGitHub(context, call, (rest, at) => rest.repos.get({ ...at }));
}

async function inspect(args: Args, context: ToolContext) {
  const found = await read(args, context);
  const general = target(args);
  return {
    target: { ...general, id: `${general.id}@${found.id}` },
    fingerprint: canonicalHash({ id: found.id, pushedAt: found.pushed_at, archived: found.archived }),
    facts: [
      { label: 'Last push', value: found.pushed_at ?? 'never' },
      { label: 'Default branch', value: found.default_branch },
      { label: 'Open issues and pull requests', value: String(found.open_issues_count) },
      { label: 'Visibility', value: found.private ? 'private' : 'public' },
    ],
  };
}
