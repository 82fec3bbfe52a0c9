import { expect, test } from 'vitest';
import { HomeBoard, type HomeBoardParts } from '../../src/slack/home/home-board.ts';
import { until } from '../support/until.ts';
import { logInMemory } from './world.ts';

/** A board that publishes into a list, as Slack would take it. */
function board(change: Partial<HomeBoardParts> = {}) {
  const published: { user: string; drawing: string; hash?: string }[] = [];
  const hashes = new Map<string, string>();
  let drawn = 0;
  let now = new Date('2026-11-28T12:00:00.000Z');
  const log = logInMemory();
  const made = new HomeBoard({
    draw: async (user) => ({
      view: { type: 'home', callback_id: `drawing ${++drawn}`, blocks: [] },
      audience: { person: user.toLowerCase(), groups: ['platform'], standsIn: false },
    }),
    publish: async ({ user, view, hash }) => {
      if (hash !== undefined && hash !== hashes.get(user)) return 'conflict';
      published.push({ user, drawing: view.callback_id ?? '', ...(hash === undefined ? {} : { hash }) });
      hashes.set(user, `h${published.length}`);
      return `h${published.length}`;
    },
    now: () => now,
    log,
    spacedMs: 5,
    ...change,
  });
  const turn = (to: string) => {
    now = new Date(to);
  };
  return { board: made, published, hashes, log, turn };
}
const count = (list: readonly unknown[], wanted: number) =>
  until(`${wanted} were published`, async () => list.length === wanted, 2_000);

test('opened() publishes at once, and the next publish carries the hash that Slack answered', async () => {
  const { board: home, published } = board();
  await home.opened('U0BOB');
  await home.opened('U0BOB', 'h1');
  expect(published).toEqual([
    { user: 'U0BOB', drawing: 'drawing 1' },
    { user: 'U0BOB', drawing: 'drawing 2', hash: 'h1' },
  ]);
});

test('opened() with a stale hash draws anew and publishes that', async () => {
  const { board: home, published, hashes } = board();
  hashes.set('U0BOB', 'of another process');
  await home.opened('U0BOB', 'old');
  expect(published).toEqual([{ user: 'U0BOB', drawing: 'drawing 2' }]);
});

test('touched() many times publishes once, with what was last', async () => {
  const { board: home, published } = board();
  await home.opened('U0BOB');
  for (let times = 0; times < 50; times++) home.touched('U0BOB');
  await count(published, 2);
  home.touched('U0BOB');
  await count(published, 3);
  expect(published.at(-1)).toMatchObject({ hash: 'h2' });
});

test('happened() reaches those whom it concerns, and nobody who opened no tab', async () => {
  const { board: home, published } = board();
  await home.opened('U0BOB');
  await home.opened('U0DAN');
  home.happened(({ person }) => person !== 'u0dan');
  home.touched('U0NOBODY');
  await count(published, 3);
  expect(published.map(({ user }) => user)).toEqual(['U0BOB', 'U0DAN', 'U0BOB']);
});

test('touched() a day after the tab was opened publishes nothing', async () => {
  const { board: home, published, turn } = board();
  await home.opened('U0BOB');
  turn('2026-11-29T12:00:00.001Z');
  home.touched('U0BOB');
  await home.opened('U0DAN');
  home.touched('U0DAN');
  await count(published, 3);
  expect(published.filter(({ user }) => user === 'U0BOB')).toHaveLength(1);
});

test('a publish that fails is logged and the next one works', async () => {
  let fails = true;
  const {
    board: home,
    log,
    published,
  } = board({
    draw: async () => {
      if (fails) throw new Error('directory down');
      return { view: { type: 'home', blocks: [] } };
    },
  });
  await home.opened('U0BOB');
  expect(log.lines.join()).toContain('home-unpublished');
  fails = false;
  home.touched('U0BOB');
  await count(published, 1);
});

test('close() ends it', async () => {
  const { board: home, published } = board();
  await home.opened('U0BOB');
  home.touched('U0BOB');
  home.close();
  await home.opened('U0DAN');
  expect(published.map(({ user }) => user)).toEqual(['U0BOB', 'U0DAN']);
});
