import { z } from 'zod';
import { canonicalHash } from '../../domain/digest.ts';
import { OutsideError } from '../../domain/retry.ts';
import { defineTool, type ToolContext } from '../define-tool.ts';
import { readPullRequest } from './pull-request.ts';
import { askGitHub, inRepository, numberField, repositoryField, shaField } from './repository.ts';
import { revertCommit } from './revert-commit.ts';

const input = z.strictObject({
  repository: repositoryField,
  number: numberField,
  head: shaField.exactOptional().describe('Head commit you expect; another one refuses the merge'),
});
type Args = z.output<typeof input>;

const output = z.strictObject({ merged: z.literal(true), commit: shaField.nullable(), head: shaField });

const captured = z.object({ head: shaField, base: z.string() });
const result = z.object({ commit: shaField });

/**
 * Merges a pull request with a merge commit, only while its head is the captured one. Taken back by a revert commit
 * on top of the base branch; history is never rewritten, so both commits stay visible.
 */
export const mergePullRequest = defineTool({
  name: 'github.merge_pull_request',
  summary: 'Merge a pull request at its present head commit',
  title: 'Merge pull request',
  input,
  output,
  effect: 'write',
  reversibility: 'costly',
  target,
  inspect,
  preview: ({ repository, number }) => [
    { label: 'Repository', value: repository },
    { label: 'Pull request', value: `#${number}` },
  ],
  capture: async (args, context) => {
    const { head, base } = await openPullRequest(args, context);
    return { head: head.sha, base: base.ref };
  },
  execute: (args, context, state) => execute(args, context, captured.parse(state).head),
  find: (args, context, state) => find(args, context, captured.parse(state).head),
  undoSentence: ({ number }) =>
    `A revert commit on the base branch takes out what pull request ${number} brought`,
  undo: (args, context, state) => undo(args, context, state),
});

function target({ repository, number }: Args) {
  return inRepository(repository, {
    kind: 'pull-request',
    part: `pull/${number}`,
    label: `pull request ${number}`,
  });
}

async function openPullRequest(args: Args, context: ToolContext) {
  const pull = await readPullRequest(context, args);
  if (pull.state !== 'open') {
    throw new OutsideError(
      'final',
      `Cannot merge pull request ${args.number}: it is ${pull.merged ? 'merged' : 'closed'}, wanted open`,
    );
  }
  if (args.head !== undefined && pull.head.sha !== args.head) {
    throw new OutsideError(
      'final',
      `Cannot merge pull request ${args.number}: its head is "${pull.head.sha}", wanted "${args.head}"`,
    );
  }
  return pull;
}

async function inspect(args: Args, context: ToolContext) {
  const { head, base, state, draft = false, title, user, mergeable } = await readPullRequest(context, args);
  const general = target(args);
  return {
    target: { ...general, id: `${general.id}@${head.sha}` },
    fingerprint: canonicalHash({ head: head.sha, base: base.ref, state, draft }),
    facts: [
      { label: 'Title', value: title.slice(0, 200) },
      { label: 'Author', value: user?.login ?? 'unknown' },
      { label: 'Merges', value: `${head.ref} into ${base.ref}` },
      { label: 'Head commit', value: head.sha.slice(0, 10) },
      { label: 'State', value: draft ? `${state}, draft` : state },
      {
        label: 'Mergeable',
        value: mergeable === true ? 'yes' : mergeable === false ? 'no' : 'not known yet',
      },
    ],
  };
}

const mergeAnswer = z.object({ merged: z.literal(true), sha: shaField });

async function execute({ repository, number }: Args, context: ToolContext, head: string) {
  const call = {
    access: 'write',
    action: `merge pull request ${number}`,
    repository,
    schema: mergeAnswer,
  } as const;
  const { sha } = await askGitHub(context, call, (rest, at) =>
    rest.pulls.merge({ ...at, pull_number: number, sha: head, merge_method: 'merge' }),
  );
  return { merged: true, commit: sha, head };
}

async function find(args: Args, context: ToolContext, head: string) {
  const pull = await readPullRequest(context, args);
  const happened = pull.merged && pull.head.sha === head && pull.merge_commit_sha !== null;
  return happened ? { merged: true, commit: pull.merge_commit_sha, head } : undefined;
}

async function undo(
  args: Args,
  context: ToolContext,
  state: { readonly captured: unknown; readonly result: unknown },
) {
  const { head, base } = captured.parse(state.captured);
  const known = result.safeParse(state.result);
  const merge = known.success ? known.data.commit : (await find(args, context, head))?.commit;
  if (!merge) return { undone: false, sentence: `Pull request ${args.number} was not merged at this head` };
  const message = `Revert merge of pull request #${args.number}\n\nThis reverts commit ${merge}.`;
  return revertCommit(context, { repository: args.repository, branch: base, commit: merge, message });
}
