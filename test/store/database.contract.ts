import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anIntent } from './samples.ts';

export function databaseContract(store: StoreUnderTest): void {
  const one = async (statement: ReturnType<typeof sql<Record<string, unknown>>>) =>
    (await statement.execute(store().db)).rows[0];

  describe('the database', () => {
    test('ping() resolves while the database answers', async () => {
      await expect(store().ping()).resolves.toBeUndefined();
    });

    test('reading gives the same types on every database', async () => {
      const row = await one(sql`
        select count(*) as counted, 42::int8 as big, 1::int4 as small, now() as moment,
          '[1,{"a":null}]'::json as list, null::text as nothing, true as yes`);
      expect(row).toEqual({
        counted: 1,
        big: 42,
        small: 1,
        moment: expect.any(Date),
        list: [1, { a: null }],
        nothing: null,
        yes: true,
      });
    });

    test('reading an int8 that a number cannot hold rejects instead of rounding', async () => {
      await expect(one(sql`select 9007199254740993::int8 as big`)).rejects.toMatchObject({
        code: 'internal',
      });
      await expect(store().ping()).resolves.toBeUndefined();
    });

    test('a refused statement rejects with our error, which shows a code and none of the values', async () => {
      const refused = sql`select 'sk_live_secret'::int4`.execute(store().db);
      await expect(refused).rejects.toMatchObject({
        name: 'CountersignError',
        code: 'internal',
        message: 'Cannot use database: failed with "22P02"',
        cause: expect.any(Error),
      });
    });

    test('migrate() repeated changes nothing', async () => {
      const names = () =>
        sql<{ name: string }>`select name from kysely_migration order by name`.execute(store().db);
      const before = await names();
      await migrate(store().db);
      expect((await names()).rows).toEqual(before.rows);
      expect(before.rows.length).toBeGreaterThan(3);
    });

    test('migrate() refuses a database that is newer than this code', async () => {
      await sql`insert into kysely_migration (name, timestamp) values ('9999-future', 'x')`.execute(
        store().db,
      );
      await expect(migrate(store().db)).rejects.toMatchObject({ code: 'misconfigured' });
      await sql`delete from kysely_migration where name = '9999-future'`.execute(store().db);
      await expect(migrate(store().db)).resolves.toBeUndefined();
    });

    test('a transaction keeps others out of its half-done work', async () => {
      const intent = anIntent();
      const { captured: _, ...rest } = intent;
      let seen: unknown = 'nothing read';
      await store()
        .db.transaction()
        .setIsolationLevel('serializable')
        .execute(async (transaction) => {
          await sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured)
            values (${rest.request}, 0, 'do', ${rest.tool}, ${rest.target}, ${rest.idempotencyKey}, 'null')`.execute(
            transaction,
          );
          seen = await transaction
            .selectFrom('effects')
            .select('step')
            .where('request', '=', rest.request)
            .execute();
        });
      expect(seen).toEqual([{ step: 0 }]);
      expect(await store().effects.find(intent)).toMatchObject({ state: 'intended' });
    });

    test('a failed statement inside a transaction undoes all of it and frees the session', async () => {
      const before = await sql<{ n: number }>`select count(*) as n from clicks`.execute(store().db);
      const broken = store()
        .db.transaction()
        .execute(async (transaction) => {
          await transaction
            .insertInto('clicks')
            .values({ click_id: 'in-transaction', seen_at: new Date() })
            .execute();
          await sql`select 1 / 0`.execute(transaction);
        });
      await expect(broken).rejects.toMatchObject({ cause: { code: '22012' } });
      expect((await sql`select count(*) as n from clicks`.execute(store().db)).rows).toEqual(before.rows);
    });
  });
}
