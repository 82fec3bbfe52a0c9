import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { postgresBinaries, startPostgres } from '../support/postgres.ts';
import { anIntent } from './samples.ts';

describe.skipIf(postgresBinaries() === undefined)(
  'openStore() with DATABASE_URL',
  { timeout: 60_000 },
  () => {
    let postgres: TestPostgres;
    let dataDir: string;
    beforeAll(async () => {
      postgres = await startPostgres();
      dataDir = await mkdtemp(join(tmpdir(), 'countersign-store-'));
    }, 60_000);
    afterAll(async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    const open = (options: { poolMax?: number; databaseUrl?: string } = {}) =>
      openStore({ databaseUrl: postgres.url, dataDir, ...options });
    const connections = async () => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query(
        "select count(*)::int4 as n from pg_stat_activity where application_name = 'countersign'",
      );
      await client.end();
      return rows[0].n;
    };

    test('migrates a new database once when five roles start at the same time, and they share the ledger', async () => {
      const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
      const intent = anIntent();
      const answers = await Promise.all(stores.map((store) => store.effects.intend(intent)));
      expect(answers.filter((answer) => answer.created)).toHaveLength(1);
      await Promise.all(stores.map((store) => store.close()));
    });

    test('takes no lock on the data folder, so that roles can share it', async () => {
      const [first, second] = [await open(), await open()];
      await Promise.all([first.ping(), second.ping()]);
      await Promise.all([first.close(), second.close()]);
    });

    test('opens at most poolMax connections and leaves none behind', async () => {
      const store = await open({ poolMax: 3 });
      await Promise.all(Array.from({ length: 30 }, () => store.ping()));
      expect(await connections()).toBeLessThanOrEqual(3);
      await store.close();
      expect(await connections()).toBe(0);
    });

    test('gives every connection its time limits', async () => {
      const store = await open();
      const read = (name: string) =>
        sql<{ value: string }>`select current_setting(${name}) as value`.execute(store.db);
      const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
      const values = await Promise.all(names.map(async (name) => (await read(name)).rows[0]?.value));
      expect(values).toEqual(['10s', '5s', '15s']);
      await store.close();
    });

    test('rejects as unavailable when a statement is cut off, and goes on', async () => {
      const store = await open({ poolMax: 1 });
      await sql`set statement_timeout = 50`.execute(store.db);
      await expect(sql`select pg_sleep(5)`.execute(store.db)).rejects.toMatchObject({
        code: 'unavailable',
        message: 'Cannot use database: failed with "57014"',
      });
      await store.ping();
      await store.close();
    });

    test.each([
      ['a wrong password', (url: URL) => Object.assign(url, { password: 'not-the-password' }), '28P01'],
      ['a database that is missing', (url: URL) => Object.assign(url, { pathname: '/nowhere' }), '3D000'],
      ['a server that is not there', (url: URL) => Object.assign(url, { port: '1' }), 'ECONNREFUSED'],
    ])('rejects for %s with its code and without the password', async (_, change, code) => {
      const { href, password } = change(new URL(postgres.url));
      const error: unknown = await open({ databaseUrl: href }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'CountersignError' });
      expect(describeError(error)).toContain(code);
      expect(describeError(error)).not.toContain(password);
    });

    test('rejects as unavailable once the server is gone, and does not crash', async () => {
      const other = await startPostgres();
      const store = await open({ databaseUrl: other.url });
      await store.ping();
      await other.stop();
      await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
      await expect(store.effects.intend(anIntent())).rejects.toMatchObject({ code: 'unavailable' });
      await store.close();
    });
  },
);

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message} ${error.cause === undefined ? '' : describeError(error.cause)}`;
}
