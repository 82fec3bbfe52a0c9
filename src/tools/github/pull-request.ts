/** What GitHub says about a pull request now. */
import { z } from 'zod';
import type { ToolContext } from '../define-tool.ts';
import { clipped } from '../plain-text.ts';
import { askGitHub, shaField } from './repository.ts';

/** Longer titles are cut. */
export const TITLE_CHARS_MAX = 300;

const end = z.object({ ref: z.string(), sha: shaField });

const pullAnswer = z.object({
  number: z.number(),
  title: clipped(TITLE_CHARS_MAX),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().optional(),
  merged: z.boolean(),
  mergeable: z.boolean().nullable().optional(),
  merge_commit_sha: shaField.nullable(),
  user: z.object({ login: clipped(255) }).nullable(),
  head: end,
  base: end,
});

export type PullRequest = z.output<typeof pullAnswer>;

/** Rejects as final when there is none of that number. */
export function readPullRequest(
  context: ToolContext,
  { repository, number }: { readonly repository: string; readonly number: number },
): Promise<PullRequest> {
  const call = {
    access: 'read',
    action: `look at pull request ${number}`,
    repository,
    schema: pullAnswer,
  } as const;
  return askGitHub(context, call, (rest, at) => rest.pulls.get({ ...at, pull_number: number }));
}
