import { z } from 'zod';
import { canonicalHash } from '../../domain/digest.ts';
import { OutsideError } from '../../domain/retry.ts';
import { defineTool, type ToolContext, type Undone } from '../define-tool.ts';
import { branchHead, readBranch } from './branch-head.ts';
import {
  askGitHub,
  branchField,
  emptyAnswer,
  inRepository,
  isProtectedName,
  repositoryField,
  shaField,
} from './repository.ts';

const input = z.strictObject({ repository: repositoryField, branch: branchField });
type Args = z.output<typeof input>;

const output = z.strictObject({ deleted: branchField, sha: shaField });

const captured = z.object({ sha: shaField });

/** Deletes a branch; the commit it pointed at is captured, so that the same branch can be put back. */
export const deleteBranch = defineTool({
  name: 'github.delete_branch',
  summary: 'Delete a branch of a GitHub repository',
  title: 'Delete branch',
  input,
  output,
  effect: 'delete',
  reversibility: 'reversible',
  target,
  inspect,
  preview: ({ repository, branch }) => [
    { label: 'Repository', value: repository },
    { label: 'Branch', value: branch },
  ],
  capture: async (args, context) => ({ sha: await headOrRefuse(args, context) }),
  execute,
  find: async (args, context, state) => {
    const gone = (await branchHead(context, args)) === undefined;
    return gone ? { deleted: args.branch, sha: captured.parse(state).sha } : undefined;
  },
  undoSentence: ({ branch }) => `Branch "${branch}" is created again at the same commit`,
  undo: (args, context, state) => undo(args, context, captured.parse(state.captured).sha),
});

function target({ repository, branch }: Args) {
  const traits = isProtectedName(branch) ? (['protected-branch'] as const) : [];
  return inRepository(repository, {
    kind: 'branch',
    part: `heads/${branch}`,
    label: `branch ${branch}`,
    traits,
  });
}

async function inspect(args: Args, context: ToolContext) {
  const { sha, message, date, protected: isProtected } = await readBranch(context, args);
  const general = target(args);
  return {
    target: { ...general, id: `${general.id}@${sha}` },
    fingerprint: canonicalHash({ sha, isProtected }),
    facts: [
      { label: 'Newest commit', value: `${sha.slice(0, 10)} ${message}` },
      { label: 'Committed', value: date },
      { label: 'Protected on GitHub', value: isProtected ? 'yes' : 'no' },
    ],
  };
}

async function headOrRefuse(args: Args, context: ToolContext): Promise<string> {
  const sha = await branchHead(context, args);
  if (sha === undefined)
    throw new OutsideError('final', `Cannot delete branch: "${args.branch}" does not exist`);
  return sha;
}

async function execute(args: Args, context: ToolContext, state: unknown) {
  const { sha } = captured.parse(state);
  // GitHub deletes whatever is there; looking first leaves only the moment between the two calls.
  const now = await headOrRefuse(args, context);
  if (now !== sha)
    throw new OutsideError('final', `Cannot delete branch: "${args.branch}" moved since it was captured`);
  const call = {
    access: 'write',
    action: `delete branch "${args.branch}"`,
    repository: args.repository,
    schema: emptyAnswer,
  } as const;
  await askGitHub(context, call, (rest, at) => rest.git.deleteRef({ ...at, ref: `heads/${args.branch}` }));
  return { deleted: args.branch, sha };
}

async function undo({ repository, branch }: Args, context: ToolContext, sha: string): Promise<Undone> {
  const now = await branchHead(context, { repository, branch });
  if (now === sha) return { undone: false, sentence: `Branch "${branch}" is there, at the same commit` };
  if (now !== undefined) {
    throw new OutsideError(
      'final',
      `Cannot restore branch "${branch}": one of that name points at another commit now`,
    );
  }
  const call = {
    access: 'write',
    action: `restore branch "${branch}"`,
    repository,
    schema: z.object({ ref: z.string() }),
  } as const;
  await askGitHub(context, call, (rest, at) =>
    rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha }),
  );
  return { undone: true, sentence: `Branch "${branch}" is back at ${sha.slice(0, 10)}` };
}
