/**
 * Commits, trees and blobs, addressed by the hash of what they hold. Trees are flat (path to blob), which the API
 * cannot tell from nested ones listed recursively. Equal seeds give equal commit ids, on every machine.
 */
import { createHash } from 'node:crypto';
import type { Journal, Table } from '../journal.ts';

export type Tree = Readonly<Record<string, string>>;

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: string;
  readonly date: string;
}

export interface GitObjects {
  commit(sha: string): Commit | undefined;
  tree(sha: string): Tree | undefined;
  writeBlob(content: string): string;
  blob(sha: string): string | undefined;
  writeTree(tree: Tree): string;
  writeCommit(commit: Omit<Commit, 'sha'>): string;
  /** Every commit reachable from `sha`, itself first. */
  ancestors(sha: string): readonly string[];
}

export function openGitObjects(journal: Journal): GitObjects {
  const blobs = journal.table<string>('blobs');
  const trees = journal.table<Tree>('trees');
  const commits = journal.table<Commit>('commits');
  const ancestors = (from: string) => {
    const seen = new Set<string>([from]);
    for (const sha of seen) for (const parent of commits.get(sha)?.parents ?? []) seen.add(parent);
    return [...seen];
  };
  return {
    commit: (sha) => commits.get(sha),
    tree: (sha) => trees.get(sha),
    blob: (sha) => blobs.get(sha),
    writeBlob: (content) => keep(blobs, `blob ${Buffer.byteLength(content)}\0${content}`, content),
    writeTree: (tree) => {
      const sorted = Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
      return keep(trees, `tree ${JSON.stringify(sorted)}`, sorted);
    },
    writeCommit: (commit) => {
      const sha = hash(`commit ${JSON.stringify(commit)}`);
      if (commits.get(sha) === undefined) commits.set(sha, { ...commit, sha });
      return sha;
    },
    ancestors,
  };
}

function keep<Row>(table: Table<Row>, text: string, row: Row): string {
  const sha = hash(text);
  if (table.get(sha) === undefined) table.set(sha, row);
  return sha;
}

function hash(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** The tree of a merge, or undefined on a conflict: a file changed differently on both sides since `base`. */
export function mergeTrees({
  base,
  ours,
  theirs,
}: {
  readonly base: Tree;
  readonly ours: Tree;
  readonly theirs: Tree;
}): Tree | undefined {
  const merged: Record<string, string> = {};
  for (const path of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const [old, our, their] = [base[path], ours[path], theirs[path]];
    if (our !== their && our !== old && their !== old) return undefined;
    const kept = their === old ? our : their;
    if (kept !== undefined) merged[path] = kept;
  }
  return merged;
}
