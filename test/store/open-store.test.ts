import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/open-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { aHalt, anIntent, aRevocation, aSwitch } from './samples.ts';
import { spawnStoreProcess } from './spawn-store-process.ts';

const NOW = new Date('2026-11-21T12:30:00.000Z');

describe('openStore() without DATABASE_URL', { timeout: 120_000 }, () => {
  let made: string;
  let dataDir: string;
  beforeAll(async () => {
    made = await mkdtemp(join(tmpdir(), 'countersign-made-'));
    await (await openStore({ dataDir: made })).close();
  }, 60_000);
  afterAll(() => rm(made, { recursive: true, force: true }));
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true, maxRetries: 3 }));

  /** Opening a copy is much faster than making a database; one test is about making one. */
  const useMade = () => cp(made, dataDir, { recursive: true });
  const withStore = async (work: (store: Store) => Promise<void>) => {
    const store = await openStore({ dataDir });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  test('shows what it was told to stop, and to let go on, in the very next look at its orders', async () => {
    await useMade();
    await withStore(async ({ orders, halts, revocations, switches }) => {
      const [halt, revocation, toolSwitch] = [aHalt(), aRevocation({ kind: 'agent' }), aSwitch()];
      expect(await orders.inForce(NOW)).toEqual({ halts: [], revocations: [], switches: [] });
      await halts.add(halt);
      expect(await orders.inForce(NOW)).toMatchObject({ halts: [halt] });
      await revocations.add(revocation);
      expect(await orders.inForce(NOW)).toMatchObject({ revocations: [revocation] });
      await switches.set(toolSwitch);
      expect(await orders.inForce(NOW)).toMatchObject({ switches: [toolSwitch] });
      await halts.lift(halt.id, 'operator');
      await revocations.lift(revocation.subject, 'operator');
      await switches.remove(toolSwitch.subject, toolSwitch.environment, 'operator');
      expect(await orders.inForce(NOW)).toEqual({ halts: [], revocations: [], switches: [] });
    });
  });

  test('keeps every acknowledged row when the process is killed while writing', async () => {
    await useMade();
    const writer = spawnStoreProcess('write', dataDir);
    await writer.said((lines) => lines.length > 400);
    await writer.kill();
    const requests = (word: string) =>
      writer.lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length + 1));
    expect(requests('intended').length).toBeGreaterThan(190);
    await withStore(async ({ effects }) => {
      for (const request of requests('intended'))
        expect(await effects.find(anIntent({ request }))).toBeDefined();
      for (const request of requests('settled')) {
        expect(await effects.find(anIntent({ request }))).toMatchObject({
          state: 'done',
          result: { ok: true },
        });
      }
    });
  });

  test('refuses a folder that another process uses, and opens it once that one was killed', async () => {
    await useMade();
    const holder = spawnStoreProcess('hold', dataDir);
    await holder.said((lines) => lines.includes('ready'));
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`process ${holder.pid} is using it`),
    });
    await holder.kill();
    await withStore((store) => store.ping());
  });

  test('never trusts a database whose making was killed halfway', async () => {
    const maker = spawnStoreProcess('hold', dataDir);
    await expect.poll(() => hasHalfDatabase(dataDir), { timeout: 60_000, interval: 20 }).toBe(true);
    await maker.kill();
    expect(maker.lines).toEqual([]);
    expect(await readdir(dataDir)).not.toContain('pglite');
    await withStore(async ({ effects }) => {
      expect((await effects.intend(anIntent())).created).toBe(true);
    });
    expect(await readdir(dataDir)).toContain('pglite');
  });

  test('refuses a pglite folder without a database in it, and gives the lock back', async () => {
    await mkdir(join(dataDir, 'pglite'));
    for (const _ of [1, 2]) {
      await expect(openStore({ dataDir })).rejects.toMatchObject({
        code: 'misconfigured',
        message: expect.stringContaining('there is no database in it'),
      });
    }
  });

  test('close() lets running statements end, gives the folder back, and repeated is harmless', async () => {
    await useMade();
    const store = await openStore({ dataDir });
    const intent = anIntent();
    const running = store.effects.intend(intent);
    await Promise.all([store.close(), store.close()]);
    expect((await running).created).toBe(true);
    await expect(store.ping()).rejects.toThrow();
    await withStore(async ({ effects }) => expect(await effects.find(intent)).toBeDefined());
  });

  test('halts.active() joins both books and rejects when one file is no halt', async () => {
    await useMade();
    await withStore(async ({ halts, haltFiles }) => {
      expect(await halts.active(NOW)).toEqual([]);
      const [inDatabase, inFile] = [aHalt(), aHalt()];
      await halts.add(inDatabase);
      await haltFiles.add(inFile);
      expect(await halts.active(NOW)).toEqual([inDatabase, inFile]);
      await writeFile(join(dataDir, 'halts', 'stop.json'), '{"scope":"everything"');
      await expect(halts.active(NOW)).rejects.toMatchObject({ code: 'unavailable' });
    });
  });
});

describe('openStore()', () => {
  test.each(['', ' ', 'mysql://x', 'not an address'])('refuses DATABASE_URL %j', async (databaseUrl) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'));
    await expect(openStore({ databaseUrl, dataDir })).rejects.toMatchObject({ code: 'misconfigured' });
    await rm(dataDir, { recursive: true });
  });

  test('refuses a data folder that is a file', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'));
    await writeFile(join(dataDir, 'file'), '');
    await expect(openStore({ dataDir: join(dataDir, 'file') })).rejects.toMatchObject({
      code: 'misconfigured',
    });
    await rm(dataDir, { recursive: true });
  });
});

/** True once the maker's own folder has parts of a database in it. */
async function hasHalfDatabase(dataDir: string): Promise<boolean> {
  const draft = (await readdir(dataDir)).find((name) => name.startsWith('pglite.new-'));
  if (draft === undefined) return false;
  return (await readdir(join(dataDir, draft))).includes('base');
}
