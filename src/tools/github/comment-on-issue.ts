import { z } from 'zod';
import { defineTool, type ToolContext } from '../define-tool.ts';
import { paragraphs } from '../plain-text.ts';
import { unlessMissing } from '../vendor-errors.ts';
import {
  answeredId,
  askGitHub,
  emptyAnswer,
  inRepository,
  numberField,
  repositoryField,
} from './repository.ts';

/** How many of the repository's newest comments are searched for ours. */
const COMMENTS_SEARCHED_MAX = 300;
const PAGE = 100;

const input = z.strictObject({ repository: repositoryField, number: numberField, body: paragraphs(8_000) });
type Args = z.output<typeof input>;

const output = z.strictObject({ comment: answeredId, url: z.string().max(500) });

const captured = z.object({ marker: z.string() });
const commentAnswer = z.object({ id: z.number(), html_url: z.string().max(500) });
const result = z.object({ comment: z.number() });

/**
 * Comments on an issue or pull request. GitHub has no idempotency keys, so the comment carries ours in an HTML
 * comment that is not displayed; by it the comment is found again.
 */
export const commentOnIssue = defineTool({
  name: 'github.comment_on_issue',
  summary: 'Add a comment to an issue or pull request',
  title: 'Comment on issue',
  input,
  output,
  effect: 'write',
  reversibility: 'reversible',
  target: ({ repository, number }) =>
    inRepository(repository, { kind: 'issue', part: `issues/${number}`, label: `issue ${number}` }),
  preview: ({ repository, number, body }) => [
    { label: 'Repository', value: repository },
    { label: 'Issue', value: `#${number}` },
    { label: 'Comment', value: body },
  ],
  capture: async (_, { idempotencyKey }) => ({ marker: `<!-- countersign ${idempotencyKey} -->` }),
  execute: (args, context, state) => execute(args, context, captured.parse(state).marker),
  find: (args, context, state) => find(args, context, captured.parse(state).marker),
  undoSentence: () => 'The comment is deleted; people who were notified have seen it',
  undo: async (args, context, state) => {
    const known = result.safeParse(state.result);
    const found = known.success
      ? known.data
      : await find(args, context, captured.parse(state.captured).marker);
    return found === undefined
      ? { undone: false, sentence: 'There is no such comment' }
      : remove(args, context, found.comment);
  },
});

async function execute({ repository, number, body }: Args, context: ToolContext, marker: string) {
  const call = {
    access: 'write',
    action: `comment on issue ${number}`,
    repository,
    schema: commentAnswer,
  } as const;
  const { id, html_url } = await askGitHub(context, call, (rest, at) =>
    rest.issues.createComment({ ...at, issue_number: number, body: `${body}\n\n${marker}` }),
  );
  return { comment: id, url: html_url };
}

const listAnswer = z.array(commentAnswer.extend({ body: z.string().nullish(), issue_url: z.string() }));

async function find({ repository, number }: Args, context: ToolContext, marker: string) {
  const call = { access: 'read', action: 'look for the comment', repository, schema: listAnswer } as const;
  for (let page = 1; page <= COMMENTS_SEARCHED_MAX / PAGE; page += 1) {
    const comments = await askGitHub(context, call, (rest, at) =>
      rest.issues.listCommentsForRepo({ ...at, sort: 'created', direction: 'desc', per_page: PAGE, page }),
    );
    const ours = comments.find(
      ({ body, issue_url }) => body?.endsWith(marker) && issue_url.endsWith(`/issues/${number}`),
    );
    if (ours !== undefined) return { comment: ours.id, url: ours.html_url };
    if (comments.length < PAGE) return undefined;
  }
  return undefined;
}

async function remove({ repository }: Args, context: ToolContext, comment: number) {
  const call = { access: 'write', action: 'delete the comment', repository, schema: emptyAnswer } as const;
  const deleted = await unlessMissing(
    askGitHub(context, call, async (rest, at) => {
      await rest.issues.deleteComment({ ...at, comment_id: comment });
      return { data: null };
    }),
  );
  const undone = deleted !== undefined;
  return { undone, sentence: undone ? 'The comment is deleted' : 'The comment was deleted already' };
}
