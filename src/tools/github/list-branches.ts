import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { answeredName, askGitHub, inRepository, repositoryField, shaField } from './repository.ts';

/** More are not read; the result then says so. */
export const BRANCHES_MAX = 100;

const input = z.strictObject({ repository: repositoryField });
const answer = z.array(
  z.object({ name: z.string(), protected: z.boolean(), commit: z.object({ sha: shaField }) }),
);

const output = z.strictObject({
  branches: z
    .array(z.strictObject({ name: answeredName.meta({ tier: 2 }), sha: shaField, protected: z.boolean() }))
    .max(BRANCHES_MAX),
  complete: z.boolean(),
});

/** Lists the first branches of a repository with the commits they point at. */
export const listBranches = defineTool({
  name: 'github.list_branches',
  summary: 'List the branches of a GitHub repository with their newest commits',
  title: 'List branches',
  input,
  output,
  effect: 'read',
  reversibility: 'reversible',
  target: ({ repository }) => inRepository(repository, { kind: 'repository', label: 'branches' }),
  preview: ({ repository }) => [{ label: 'Repository', value: repository }],
  execute: async ({ repository }, context) => {
    const call = { access: 'read', action: 'list branches', repository, schema: answer } as const;
    const branches = await askGitHub(context, call, (rest, at) =>
      rest.repos.listBranches({ ...at, per_page: BRANCHES_MAX }),
    );
    return {
      branches: branches.slice(0, BRANCHES_MAX).map(({ name, protected: isProtected, commit }) => ({
        name,
        sha: commit.sha,
        protected: isProtected,
      })),
      complete: branches.length < BRANCHES_MAX,
    };
  },
});
