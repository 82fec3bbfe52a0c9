/**
 * Takes a commit's changes out of a branch by a new commit on top, as `git revert` does for whole files. A file that
 * somebody changed since stays as it is and refuses the revert: losing their work would be worse than not undoing.
 */
import { z } from 'zod';
import { OutsideError } from '../../domain/retry.ts';
import type { ToolContext, Undone } from '../define-tool.ts';
import { vendorStatus } from '../vendor-errors.ts';
import { branchHead } from './branch-head.ts';
import { askGitHub, shaField } from './repository.ts';

export interface Revert {
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly message: string;
}

interface File {
  readonly sha: string;
  readonly mode: string;
}
type Files = ReadonlyMap<string, File>;

/** One file of the new tree; a null `sha` takes it out. */
interface Change {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000' | '160000';
  readonly type: 'blob' | 'commit';
  readonly sha: string | null;
}

/** `undone: false` when the branch holds nothing of the commit any more. Rejects as final on a conflict. */
export async function revertCommit(context: ToolContext, revert: Revert): Promise<Undone> {
  const { repository, branch, commit } = revert;
  const head = await branchHead(context, { repository, branch });
  if (head === undefined)
    throw new OutsideError('final', `Cannot revert: branch "${branch}" does not exist any more`);
  const { parents } = await readCommit(context, repository, commit);
  const parent = parents[0]?.sha;
  if (parent === undefined) throw new OutsideError('final', 'Cannot revert: the commit has no parent');
  const [before, after, now] = await Promise.all(
    [parent, commit, head].map((sha) => readFiles(context, repository, sha)),
  );
  if (!before || !after || !now) throw new OutsideError('final', 'Cannot revert: a tree is missing');
  const changes = changesBack({ before, after, now });
  if (changes.length === 0)
    return { undone: false, sentence: `Branch "${branch}" holds none of its changes any more` };
  const sha = await pushChanges(context, { ...revert, head, changes });
  return { undone: true, sentence: `Commit ${sha.slice(0, 10)} on "${branch}" takes the changes out again` };
}

/** Pure: how to get from `now` back to `before` for every file that `after` changed. */
export function changesBack({
  before,
  after,
  now,
}: {
  readonly before: Files;
  readonly after: Files;
  readonly now: Files;
}): readonly Change[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, merged, present] = [before.get(path), after.get(path), now.get(path)];
    if (same(old, merged) || same(present, old)) return [];
    if (!same(present, merged))
      throw new OutsideError('final', `Cannot revert: "${path}" was changed again since`);
    const mode = (old ?? merged)?.mode as Change['mode'];
    return [{ path, mode, type: mode === '160000' ? 'commit' : 'blob', sha: old?.sha ?? null }];
  });
}

function same(one: File | undefined, other: File | undefined): boolean {
  return one?.sha === other?.sha && one?.mode === other?.mode;
}

const commitAnswer = z.object({
  tree: z.object({ sha: shaField }),
  parents: z.array(z.object({ sha: shaField })),
});

function readCommit(context: ToolContext, repository: string, sha: string) {
  const call = { access: 'read', action: 'read commit', repository, schema: commitAnswer } as const;
  return askGitHub(context, call, (rest, at) => rest.git.getCommit({ ...at, commit_sha: sha }));
}

const treeAnswer = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: shaField })),
});

async function readFiles(context: ToolContext, repository: string, sha: string): Promise<Files> {
  const call = { access: 'read', action: 'read files of commit', repository, schema: treeAnswer } as const;
  const { truncated, tree } = await askGitHub(context, call, (rest, at) =>
    rest.git.getTree({ ...at, tree_sha: sha, recursive: 'true' }),
  );
  if (truncated)
    throw new OutsideError('final', 'Cannot revert: the repository has more files than GitHub lists');
  return new Map(tree.filter(({ type }) => type !== 'tree').map((file) => [file.path, file]));
}

const shaAnswer = z.object({ sha: shaField });

async function pushChanges(
  context: ToolContext,
  {
    repository,
    branch,
    message,
    head,
    changes,
  }: Revert & { readonly head: string; readonly changes: readonly Change[] },
): Promise<string> {
  // Trees and commits that no branch points at change nothing, so losing their answers is harmless: reads in effect.
  const harmless = {
    access: 'read',
    action: 'prepare revert commit',
    repository,
    schema: shaAnswer,
  } as const;
  const { tree: base } = await readCommit(context, repository, head);
  const tree = await askGitHub(context, harmless, (rest, at) =>
    rest.git.createTree({ ...at, base_tree: base.sha, tree: [...changes] }),
  );
  const commit = await askGitHub(context, harmless, (rest, at) =>
    rest.git.createCommit({ ...at, message, tree: tree.sha, parents: [head] }),
  );
  await moveBranch(context, { repository, branch, sha: commit.sha });
  return commit.sha;
}

async function moveBranch(
  context: ToolContext,
  { repository, branch, sha }: { readonly repository: string; readonly branch: string; readonly sha: string },
): Promise<void> {
  const call = {
    access: 'write',
    action: `add revert commit to "${branch}"`,
    repository,
    schema: z.object({ ref: z.string() }),
  } as const;
  try {
    await askGitHub(context, call, (rest, at) =>
      rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha, force: false }),
    );
  } catch (error) {
    if (vendorStatus(error) !== 422) throw error;
    // Somebody pushed in between; on the next try the revert is made on top of their commit.
    throw new OutsideError('retryable', `Cannot add revert commit to "${branch}": it moved meanwhile`, {
      cause: error,
    });
  }
}
