import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { durationOf } from '../../src/main/cli/oversight-command.ts';
import { DOOR_FILE, type OperatorDoor, openOperatorDoor } from '../../src/main/operator-door.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { anAnswer, anAsked, aRefusal } from '../store/oversight-samples.ts';
import { type CliEnv, cli } from './cli-run.ts';

const NOW = new Date('2026-11-21T13:00:00.000Z');
const world = { now: () => NOW };

describe('countersign oversight', () => {
  let folder: string;
  let env: CliEnv;
  let store: Store;
  let door: OperatorDoor;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-oversight-'));
    env = { COUNTERSIGN_DATA: folder };
    store = await openStore({ dataDir: folder });
    const asked = anAsked({
      ...{ rules: ['delete-branch'], fate: 'approved', outcome: 'rolled_back', undone: 1 },
      answers: [anAnswer({ at: '2026-11-21T12:03:20.000Z' })],
    });
    await store.oversight.note(asked);
    await store.oversight.note(anAsked({ rules: ['delete-branch', 'night'], fate: 'expired' }));
    await store.oversight.refused(aRefusal({ request: asked.request, version: 1, person: 'eve' }));
    door = await openOperatorDoor({ dataFolder: folder, book: store.oversight });
  }, 60_000);
  afterAll(async () => {
    await door.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('asks the process that holds the database, and prints an aligned table with its time zone', async () => {
    const said = await cli(['oversight', '--since', '2h'], env, world);
    expect(said).toMatchObject({ exit: 0, err: '' });
    const [head, , ...lines] = said.out.split('\n');
    expect(head).toBe('How people decided, by rule, from 2026-11-21 11:00 UTC to 2026-11-21 13:00 UTC');
    expect(lines.slice(0, 3)).toEqual([
      'RULE           ASKED  APPROVED  REJECTED  EDITED  EXPIRED  OTHER  OPEN  MEDIAN  P90     <5S  REFUSED  FAILED  UNDONE',
      'delete-branch  2      1         0         0       1        0      0     3m 20s  3m 20s  0%   1        1       1',
      'night          1      0         0         0       1        0      0     -       -       -    0        0       0',
    ]);
    expect(said.out).toContain('from when the card was there to the answer');
  });

  it.each([
    ['group', ['platform']],
    ['person', ['alice', 'bob', 'eve']],
    ['agent', ['release-agent']],
  ])('gives a line for each %s with --json', async (by, subjects) => {
    const report = (await cli(['oversight', '--by', by, '--json'], env, world)).json();
    expect(report).toMatchObject({
      by,
      isWhole: true,
      from: '2026-10-22T13:00:00.000Z',
      to: NOW.toISOString(),
    });
    expect(report.lines.map(({ subject }: { subject: string }) => subject)).toEqual(subjects);
  });

  it('says so where nobody was asked', async () => {
    const said = await cli(['oversight', '--since', '5m'], env, world);
    expect(said).toMatchObject({
      exit: 0,
      out: 'Nobody was asked from 2026-11-21 12:55 UTC to 2026-11-21 13:00 UTC\n',
    });
  });

  it.each([[['--by', 'reason']], [['--since', 'yesterday']]])('refuses %j', async (options) => {
    expect((await cli(['oversight', ...options], env, world)).exit).toBe(2);
  });

  it('keeps the door shut for whoever cannot read its file', async () => {
    const file = join(folder, DOOR_FILE);
    const { url, token } = JSON.parse(await readFile(file, 'utf8'));
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const ask = (path: string, authorization?: string, method = 'GET') =>
      fetch(`${url}${path}`, {
        method,
        ...(authorization === undefined ? {} : { headers: { authorization } }),
      });
    const wanted = `/oversight?since=${NOW.toISOString()}&by=rule`;
    expect((await ask(wanted, `Bearer ${token}`)).status).toBe(200);
    for (const other of [undefined, '', 'Bearer ', `Bearer ${token}x`, token, `bearer ${token}`])
      expect((await ask(wanted, other)).status).toBe(401);
    for (const other of [
      '/',
      '/oversight',
      '/oversight?since=today&by=rule',
      '/oversight?since=2026-11-21T13:00:00Z&by=x',
    ])
      expect((await ask(other, `Bearer ${token}`)).status).toBe(404);
    expect((await ask(wanted, `Bearer ${token}`, 'POST')).status).toBe(404);
  });

  it('reads the database itself once no process runs, also when one was killed and left its file', async () => {
    const left = await readFile(join(folder, DOOR_FILE), 'utf8');
    await door.close();
    await store.close();
    const direct = await cli(['oversight', '--json'], env, world);
    expect(direct.json().lines).toHaveLength(2);
    await writeFile(join(folder, DOOR_FILE), left);
    expect((await cli(['oversight', '--json'], env, world)).json()).toEqual(direct.json());
    await writeFile(join(folder, DOOR_FILE), '{"url":"http://evil.example","token":"x"}');
    expect((await cli(['oversight'], env, world)).err).toContain('is damaged');
    await rm(join(folder, DOOR_FILE));
    store = await openStore({ dataDir: folder });
    door = await openOperatorDoor({ dataFolder: folder, book: store.oversight });
  });

  it('makes no database where there never was one', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'countersign-none-'));
    const said = await cli(['oversight'], { COUNTERSIGN_DATA: empty }, world);
    expect(said).toMatchObject({ exit: 1, err: expect.stringContaining('no installation keeps it') });
    await rm(empty, { recursive: true });
  });
});

describe('durationOf()', () => {
  it.each([
    [undefined, '-'],
    [0, '0.0s'],
    [4.94, '4.9s'],
    [9.96, '10s'],
    [59.4, '59s'],
    [59.6, '1m 0s'],
    [3_599, '59m 59s'],
    [3_600, '1h 0m'],
    [86_399, '1d 0h'],
    [100_000, '1d 4h'],
  ])('writes %s as %s', (seconds, words) => {
    expect(durationOf(seconds)).toBe(words);
  });
});
