import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { readPullRequest, TITLE_CHARS_MAX } from './pull-request.ts';
import { answeredName, inRepository, numberField, repositoryField, shaField } from './repository.ts';

const input = z.strictObject({ repository: repositoryField, number: numberField });

const end = z.strictObject({ branch: answeredName.meta({ tier: 2 }), sha: shaField });
const output = z.strictObject({
  number: numberField,
  title: z.string().max(TITLE_CHARS_MAX).meta({ tier: 2 }),
  state: z.enum(['open', 'closed']),
  merged: z.boolean(),
  mergeable: z.boolean().nullable(),
  author: answeredName.meta({ tier: 2 }).nullable(),
  head: end,
  base: end,
});

/** Reads one pull request. The title is outside text. */
export const getPullRequest = defineTool({
  name: 'github.get_pull_request',
  summary: 'Read the state of a pull request: title, branches, head commit, whether it is merged',
  title: 'Read pull request',
  input,
  output,
  effect: 'read',
  reversibility: 'reversible',
  target: ({ repository, number }) =>
    inRepository(repository, {
      kind: 'pull-request',
      part: `pull/${number}`,
      label: `pull request ${number}`,
    }),
  preview: ({ repository, number }) => [
    { label: 'Repository', value: repository },
    { label: 'Pull request', value: `#${number}` },
  ],
  execute: async (args, context) => {
    const { number, title, state, merged, mergeable, user, head, base } = await readPullRequest(
      context,
      args,
    );
    return {
      number,
      title,
      state,
      merged,
      mergeable: mergeable ?? null,
      author: user?.login ?? null,
      head: { branch: head.ref, sha: head.sha },
      base: { branch: base.ref, sha: base.sha },
    };
  },
});
