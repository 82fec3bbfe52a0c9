/** What the GitHub emulator knows: its tables and the pushes that change them. */
import type { Clock } from '../../../domain/ports.ts';
import type { Journal, Table } from '../journal.ts';
import { VendorRefusal } from '../serve-vendor.ts';
import { type GitObjects, openGitObjects, type Tree } from './git-objects.ts';

export interface Repository {
  readonly id: number;
  readonly name: string;
  readonly defaultBranch: string;
  readonly private: boolean;
  readonly pushedAt: string;
}

export interface Branch {
  readonly repository: string;
  readonly name: string;
  readonly sha: string;
}

export interface Issue {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly state: 'open' | 'closed';
}

export interface Pull extends Issue {
  readonly head: { readonly branch: string; readonly sha: string };
  readonly base: string;
  readonly mergedAs?: string;
}

export interface Comment {
  readonly id: number;
  readonly repository: string;
  readonly issue: number;
  readonly body: string;
  readonly createdAt: string;
}

export interface Access {
  readonly repository: string;
  readonly login: string;
  readonly role: string;
  /** Set while the user has not accepted. */
  readonly invitation?: number;
}

export interface User {
  readonly id: number;
  readonly login: string;
  readonly member: boolean;
}

export interface GitHubWorld {
  readonly git: GitObjects;
  readonly repositories: Table<Repository>;
  readonly branches: Table<Branch>;
  readonly issues: Table<Issue>;
  readonly pulls: Table<Pull>;
  readonly comments: Table<Comment>;
  readonly access: Table<Access>;
  readonly users: Table<User>;
  readonly clock: Clock;
  /** A number never given before. */
  nextId(): number;
}

export function openGitHubWorld(journal: Journal, clock: Clock): GitHubWorld {
  const counters = journal.table<number>('counters');
  return {
    git: openGitObjects(journal),
    repositories: journal.table('repositories'),
    branches: journal.table('branches'),
    issues: journal.table('issues'),
    pulls: journal.table('pulls'),
    comments: journal.table('comments'),
    access: journal.table('access'),
    users: journal.table('users'),
    clock,
    nextId: () => {
      const next = (counters.get('id') ?? 1000) + 1;
      counters.set('id', next);
      return next;
    },
  };
}

export function branchKey(repository: string, branch: string): string {
  return `${repository}#${branch}`;
}

/** Points a branch at a commit, new or not; open pull requests from it follow, as on GitHub. */
export function moveBranch(world: GitHubWorld, { repository, name, sha }: Branch): void {
  world.branches.set(branchKey(repository, name), { repository, name, sha });
  for (const pull of world.pulls.rows()) {
    if (pull.repository !== repository || pull.head.branch !== name || pull.state !== 'open') continue;
    world.pulls.set(branchKey(repository, String(pull.number)), { ...pull, head: { branch: name, sha } });
  }
  const found = world.repositories.get(repository);
  if (found) world.repositories.set(repository, { ...found, pushedAt: world.clock().toISOString() });
}

/** Adds one commit on top of a branch, with some files replaced. Resolves to its id. */
export function pushCommit(
  world: GitHubWorld,
  {
    repository,
    branch,
    files,
    message,
    date,
  }: {
    readonly repository: string;
    readonly branch: string;
    readonly files: Readonly<Record<string, string>>;
    readonly message: string;
    readonly date: string;
  },
): string {
  const parent = world.branches.get(branchKey(repository, branch))?.sha;
  const before = parent === undefined ? {} : filesOf(world, parent);
  const changed = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, world.git.writeBlob(content)]),
  );
  const tree = world.git.writeTree({ ...before, ...changed });
  const parents = parent === undefined ? [] : [parent];
  const sha = world.git.writeCommit({ tree, parents, message, author: 'alice', date });
  moveBranch(world, { repository, name: branch, sha });
  return sha;
}

/** The files of a commit. Refuses with 404 when it is unknown. */
export function filesOf(world: GitHubWorld, sha: string): Tree {
  const tree = world.git.tree(world.git.commit(sha)?.tree ?? '');
  if (tree === undefined) throw new VendorRefusal(404, 'not_found', 'Not Found');
  return tree;
}
