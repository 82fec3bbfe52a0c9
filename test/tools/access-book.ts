/** The real record of access in a database for a test file, empty again before each test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { AccessBook } from '../../src/domain/ports.ts';
import { createAccessBook } from '../../src/store/access-grants.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';

export function useAccessBook(): () => AccessBook {
  let dataDir: string;
  let store: Store | undefined;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'countersign-tools-'));
    store = await openStore({ dataDir });
  }, 120_000);
  beforeEach(async () => {
    await store?.db.deleteFrom('access_grants').execute();
  });
  afterAll(async () => {
    await store?.close();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);
  return () => {
    if (store === undefined) throw new Error('Cannot test: the store is not open');
    // The moment at which the tests' tools begin: what they give would be over by the machine's own clock.
    return createAccessBook(store.db, () => new Date('2026-11-21T10:00:00Z'));
  };
}
