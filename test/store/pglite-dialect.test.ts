import { PGlite } from '@electric-sql/pglite';
import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tables } from '../../src/store/database.ts';
import { pgliteDialect } from '../../src/store/pglite-dialect.ts';

describe('pgliteDialect()', () => {
  let db: Kysely<Tables>;
  beforeAll(async () => {
    db = new Kysely<Tables>({ dialect: pgliteDialect({ pglite: await PGlite.create(), waitMs: 200 }) });
    await sql`create table counted (n integer not null)`.execute(db);
  }, 60_000);
  afterAll(() => db.destroy());

  const count = async () =>
    (await sql<{ n: number }>`select count(*)::int4 as n from counted`.execute(db)).rows[0]?.n;

  test('lets nobody between the statements of a transaction', async () => {
    const order: string[] = [];
    const inTransaction = db.transaction().execute(async (transaction) => {
      for (const step of ['first', 'second', 'third']) {
        await sql`select 1`.execute(transaction);
        order.push(step);
      }
    });
    const outside = sql`select 1`.execute(db).then(() => order.push('outside'));
    await Promise.all([inTransaction, outside]);
    expect(order).toEqual(['first', 'second', 'third', 'outside']);
  });

  test('rejects a caller as unavailable when the session stays busy, and serves the next', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const holder = db.transaction().execute(async (transaction) => {
      await sql`insert into counted values (1)`.execute(transaction);
      await finished;
    });
    await expect(count()).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Cannot use database: busy for more than 200 ms',
    });
    finish();
    await holder;
    expect(await count()).toBe(1);
  });

  test('undoes a transaction whose body throws, and frees the session', async () => {
    const before = await count();
    const broken = db.transaction().execute(async (transaction) => {
      await sql`insert into counted values (2)`.execute(transaction);
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect(await count()).toBe(before);
  });

  test('honours isolation level and access mode', async () => {
    const readOnly = db.transaction().setIsolationLevel('serializable').setAccessMode('read only');
    const level = readOnly.execute(async (transaction) => {
      const { rows } = await sql<{
        level: string;
      }>`select current_setting('transaction_isolation') as level`.execute(transaction);
      return rows[0]?.level;
    });
    expect(await level).toBe('serializable');
    await expect(
      readOnly.execute((t) => sql`insert into counted values (3)`.execute(t)),
    ).rejects.toMatchObject({ code: '25006' });
  });

  test('counts the rows a statement changed', async () => {
    const { numAffectedRows } = await sql`insert into counted values (4), (5)`.execute(db);
    expect(numAffectedRows).toBe(2n);
  });

  test('refuses to stream', async () => {
    const stream = async () => {
      for await (const row of db.selectFrom('clicks').selectAll().stream()) return row;
      return undefined;
    };
    await expect(stream()).rejects.toMatchObject({ code: 'internal' });
  });
});
