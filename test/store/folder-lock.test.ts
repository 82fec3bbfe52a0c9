import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../../src/store/folder-lock.ts';
import { pidRealm, processStart } from '../../src/store/process-start.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';

describe('lockFolder()', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const lockFiles = async () => (await readdir(join(folder, 'lock'))).toSorted();
  const leaveLock = async (claim: unknown, number = 1) => {
    await mkdir(join(folder, 'lock'), { recursive: true });
    const file = join(folder, 'lock', `${number}.json`);
    await writeFile(file, typeof claim === 'string' ? claim : JSON.stringify(claim));
    return file;
  };
  const ownClaim = async () => ({
    pid: process.pid,
    start: (await processStart(process.pid)) ?? '',
    realm: await pidRealm(),
    released: false,
  });

  test('refuses a second holder, naming the folder, the process and the way out', async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({
      name: 'CountersignError',
      code: 'unavailable',
      message: expect.stringMatching(
        new RegExp(
          `Cannot open "${folder}": process ${process.pid} is using it; stop .* COUNTERSIGN_DATA .* DATABASE_URL`,
        ),
      ),
    });
    await lock.release();
  });

  test('admits the next holder after a release, with a higher number and no files left over', async () => {
    for (const number of [1, 2, 3]) {
      const lock = await lockFolder(folder);
      expect(await lockFiles()).toEqual([`${number}.json`]);
      await lock.release();
      expect(JSON.parse(await readFile(join(folder, 'lock', `${number}.json`), 'utf8'))).toMatchObject({
        released: true,
      });
    }
  });

  test('gives a free folder to exactly one of ten who ask at once', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => lockFolder(folder)));
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    await expect(lockFolder(folder)).rejects.toThrow(/is using it/);
  });

  test.each([
    ['a process that is gone', { pid: 2 ** 22 + 1 }],
    ['a process whose id now belongs to a later one', { start: 'an-earlier-boot:12345' }],
    ['a holder that released it', { released: true }],
  ])('takes over from %s', async (_, change) => {
    await leaveLock({ ...(await ownClaim()), ...change }, 7);
    await lockFolder(folder);
    expect(await lockFiles()).toEqual(['8.json']);
  });

  test('refuses a live holder of another container, and takes over once its beat has stopped', async () => {
    const file = await leaveLock({ ...(await ownClaim()), realm: 'elsewhere pid:[1]', pid: 2 ** 22 + 1 });
    await expect(lockFolder(folder)).rejects.toThrow(/is using it/);
    const longAgo = new Date(Date.now() - 31_000);
    await utimes(file, longAgo, longAgo);
    await lockFolder(folder);
    expect(await lockFiles()).toEqual(['2.json']);
  });

  test.each(['', '{', '[]', 'null', '{"pid":"1"}', '{"pid":0,"start":"","realm":"","released":false}'])(
    'refuses a lock file that says %j, and names it',
    async (text) => {
      const file = await leaveLock(text);
      await expect(lockFolder(folder)).rejects.toMatchObject({
        code: 'misconfigured',
        message: expect.stringContaining(file),
      });
    },
  );

  test("gives a dead holder's folder to exactly one of four processes that ask at once, and it dies with that one", async () => {
    const dead = spawnStoreProcess('lock', folder);
    dead.tell('go');
    await dead.said((lines) => lines.includes('ready'));
    await dead.kill();

    const racers = Array.from({ length: 4 }, () => spawnStoreProcess('lock', folder));
    await Promise.all(racers.map((racer) => racer.said((lines) => lines.includes('waiting'))));
    for (const racer of racers) racer.tell('go');
    await Promise.all(racers.map((racer) => racer.said((lines) => lines.length > 1)));
    const answers = racers.map((racer) => racer.lines[1]).toSorted();
    expect(answers).toEqual(['ready', 'refused unavailable', 'refused unavailable', 'refused unavailable']);

    await expect(lockFolder(folder)).rejects.toThrow(/is using it/);
    await Promise.all(racers.map((racer) => racer.kill()));
    await lockFolder(folder);
  }, 60_000);
});

describe('processStart()', () => {
  test('is the same for one process every time, and differs between two', async () => {
    expect(await processStart(process.pid)).toBe(await processStart(process.pid));
    expect(await processStart(process.pid)).not.toBe(await processStart(process.ppid));
  });

  test('is undefined for a process that does not live', async () => {
    expect(await processStart(2 ** 22 + 1)).toBeUndefined();
  });
});
