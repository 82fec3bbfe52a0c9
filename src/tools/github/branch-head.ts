/** Where a branch points now, and the newest commit there. */
import { z } from 'zod';
import type { ToolContext } from '../define-tool.ts';
import { clipped } from '../plain-text.ts';
import { unlessMissing } from '../vendor-errors.ts';
import { askGitHub, shaField } from './repository.ts';

interface BranchName {
  readonly repository: string;
  readonly branch: string;
}

const refAnswer = z.object({ object: z.object({ sha: shaField }) });

/** The commit a branch points at, or undefined when there is no such branch. */
export async function branchHead(
  context: ToolContext,
  { repository, branch }: BranchName,
): Promise<string | undefined> {
  const call = {
    access: 'read',
    action: `look at branch "${branch}"`,
    repository,
    schema: refAnswer,
  } as const;
  const found = await unlessMissing(
    askGitHub(context, call, (rest, at) => rest.git.getRef({ ...at, ref: `heads/${branch}` })),
  );
  return found?.object.sha;
}

const branchAnswer = z.object({
  protected: z.boolean(),
  commit: z.object({
    sha: shaField,
    commit: z.object({ message: z.string(), committer: z.object({ date: clipped(40) }).nullable() }),
  }),
});

/** A branch with its newest commit. Rejects as final when there is no such branch. */
export async function readBranch(context: ToolContext, { repository, branch }: BranchName) {
  const call = {
    access: 'read',
    action: `look at branch "${branch}"`,
    repository,
    schema: branchAnswer,
  } as const;
  const { protected: isProtected, commit } = await askGitHub(context, call, (rest, at) =>
    rest.repos.getBranch({ ...at, branch }),
  );
  const message = (commit.commit.message.split('\n')[0] ?? '').slice(0, 120);
  return {
    sha: commit.sha,
    message,
    date: commit.commit.committer?.date ?? 'unknown',
    protected: isProtected,
  };
}
