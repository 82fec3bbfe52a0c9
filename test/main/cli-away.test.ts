import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeOrderFolders, orderFiles } from '../../src/store/order-files.ts';
import { type CliEnv, cli } from './cli-run.ts';

const NOW = new Date('2026-11-28T09:00:00.000Z');
const world = { now: () => NOW };
const UNTIL = '2026-12-24T23:00:00.000Z';
let folder: string;
let env: CliEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-away-'));
  env = { COUNTERSIGN_DATA: folder, COUNTERSIGN_CONFIG: 'config' };
  await makeOrderFolders(folder);
});
afterEach(() => rm(folder, { recursive: true }));
/** What the running process sees. */
const inForce = () => orderFiles(folder, () => NOW).absences.inForce(NOW);

test('countersign away is in force for the running process when it returns; back ends it', async () => {
  const said = await cli(['away', 'alice', '--until', UNTIL, '--delegate', 'bob', '--by', 'op'], env, world);
  expect(said).toMatchObject({ exit: 0, out: expect.stringContaining('alice is away until 2026-12-24') });
  expect(await inForce()).toMatchObject([{ person: 'alice', delegate: 'bob', by: 'op', until: UNTIL }]);
  expect((await cli(['absences', '--json'], env, world)).json().absences).toHaveLength(1);
  expect((await cli(['absences'], env, world)).out).toContain('bob');
  expect((await cli(['back', 'alice'], env, world)).exit).toBe(0);
  expect(await inForce()).toEqual([]);
  expect((await cli(['absences'], env, world)).out).toBe('Nobody is away\n');
  expect((await cli(['absences', '--all'], env, world)).out).toContain('alice');
});

test.each([
  ['nobody of the organisation', ['away', 'mallory', '--until', UNTIL]],
  ['somebody who left', ['away', 'ivan', '--until', UNTIL]],
  ['a delegate who left', ['away', 'alice', '--until', UNTIL, '--delegate', 'ivan']],
  ['the person as delegate', ['away', 'alice', '--until', UNTIL, '--delegate', 'alice']],
  ['half a year', ['away', 'alice', '--until', '2027-06-01T00:00:00Z']],
  ['a past end', ['away', 'alice', '--until', '2020-01-01T00:00:00Z']],
  ['no end', ['away', 'alice']],
  ['an end without a zone', ['away', 'alice', '--until', '2026-12-24']],
  ['back of somebody who is there', ['back', 'alice']],
])('countersign refuses %s and writes nothing', async (_, line) => {
  expect((await cli(line, env, world)).exit).not.toBe(0);
  expect(await inForce()).toEqual([]);
});
