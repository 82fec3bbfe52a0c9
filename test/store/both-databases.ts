/** Runs one suite against an embedded PGlite and against a real PostgreSQL, each with a fresh store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Store } from '../../src/store/open-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { postgresBinaries, startPostgres } from '../support/postgres.ts';

export type StoreUnderTest = () => Store;

export function onBothDatabases(suite: (store: StoreUnderTest) => void): void {
  describe('on PGlite', () => suite(useStore(async () => undefined)));
  describe.skipIf(postgresBinaries() === undefined)('on PostgreSQL', () => suite(useStore(startPostgres)));
}

function useStore(start: () => Promise<TestPostgres | undefined>): StoreUnderTest {
  let dataDir: string;
  let postgres: TestPostgres | undefined;
  let store: Store | undefined;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'));
    postgres = await start();
    store = await openStore({ dataDir, ...(postgres === undefined ? {} : { databaseUrl: postgres.url }) });
  }, 120_000);
  afterAll(async () => {
    await store?.close();
    await postgres?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);
  return () => {
    if (store === undefined) throw new Error('Cannot test: the store is not open');
    return store;
  };
}
