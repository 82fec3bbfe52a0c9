/** The organisation `acme` on GitHub, as every sandbox starts. Dates are fixed, so commit ids are. */
import { branchKey, type GitHubWorld, moveBranch, pushCommit } from './github-world.ts';

const WEBSHOP = 'acme/webshop';
const BILLING = 'acme/legacy-billing';

export function seedGitHub(world: GitHubWorld): void {
  seedUsers(world);
  seedRepository(world, { repository: WEBSHOP, id: 501, text: '# Webshop\n' });
  seedRepository(world, { repository: BILLING, id: 502, text: '# Legacy billing\n\nReplaced in 2025.\n' });
  seedWebshopBranches(world);
  const issue = {
    repository: WEBSHOP,
    number: 1,
    title: 'Gift cards fail at checkout',
    author: 'bob',
    state: 'open',
  } as const;
  world.issues.set(branchKey(WEBSHOP, '1'), issue);
  const sha = world.branches.get(branchKey(WEBSHOP, 'spike-search'))?.sha ?? '';
  world.pulls.set(branchKey(WEBSHOP, '2'), {
    ...issue,
    number: 2,
    title: 'Faster search',
    author: 'alice',
    head: { branch: 'spike-search', sha },
    base: 'main',
  });
}

function seedUsers(world: GitHubWorld): void {
  const members = ['alice', 'bob', 'dana', 'newhire', 'countersign-bot'];
  for (const [at, login] of [...members, 'contractor'].entries()) {
    world.users.set(login, { id: 101 + at, login, member: members.includes(login) });
  }
  for (const repository of [WEBSHOP, BILLING]) {
    world.access.set(branchKey(repository, 'alice'), { repository, login: 'alice', role: 'admin' });
    world.access.set(branchKey(repository, 'bob'), { repository, login: 'bob', role: 'write' });
  }
}

function seedRepository(
  world: GitHubWorld,
  { repository, id, text }: { readonly repository: string; readonly id: number; readonly text: string },
): void {
  const date = '2026-10-01T09:00:00Z';
  world.repositories.set(repository, {
    id,
    name: repository,
    defaultBranch: 'main',
    private: true,
    pushedAt: date,
  });
  pushCommit(world, { repository, branch: 'main', files: { 'README.md': text }, message: 'Start', date });
  const found = world.repositories.get(repository);
  if (found) world.repositories.set(repository, { ...found, pushedAt: date });
}

function seedWebshopBranches(world: GitHubWorld): void {
  const repository = WEBSHOP;
  const search = 'export const search = (words) => scanAll(words);\n';
  pushCommit(world, {
    repository,
    branch: 'main',
    files: { 'src/search.js': search, 'src/checkout.js': 'export const pay = () => {};\n' },
    message: 'Add search and checkout',
    date: '2026-10-08T10:30:00Z',
  });
  const main = world.branches.get(branchKey(repository, 'main'))?.sha ?? '';
  const spikes = [
    {
      branch: 'old-checkout',
      files: { 'src/checkout.js': 'export const pay = () => legacy();\n' },
      message: 'Keep the old checkout around',
      date: '2026-10-12T08:00:00Z',
    },
    {
      branch: 'spike-search',
      files: {
        'src/search.js': 'export const search = (words) => askIndex(words);\n',
        'src/index.js': 'export const askIndex = () => [];\n',
      },
      message: 'Search through an index',
      date: '2026-11-16T14:05:00Z',
    },
    {
      branch: 'release-2026-11',
      files: { VERSION: '2026.11.0\n' },
      message: 'Release 2026.11.0',
      date: '2026-11-02T09:00:00Z',
    },
    {
      branch: 'gift-cards',
      files: { 'src/gift-cards.js': 'export const redeem = () => 0;\n' },
      message: 'Sketch gift cards',
      date: '2026-11-18T16:20:00Z',
    },
  ];
  for (const spike of spikes) {
    moveBranch(world, { repository, name: spike.branch, sha: main });
    pushCommit(world, { repository, ...spike });
  }
  const found = world.repositories.get(repository);
  if (found) world.repositories.set(repository, { ...found, pushedAt: '2026-11-18T16:20:00Z' });
}
