import { PGlite } from '@electric-sql/pglite';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPgliteQuery, type PgliteQuery } from '../../src/store/pglite-query.ts';

describe('createPgliteQuery()', () => {
  let pglite: PGlite;
  let query: PgliteQuery;
  beforeAll(async () => {
    pglite = await PGlite.create();
    query = await createPgliteQuery(pglite);
    await pglite.exec(
      'create table things (id int primary key, at timestamptz, body json, big bigint, yes bool)',
    );
  }, 60_000);
  afterAll(() => pglite.close());

  const run = (sql: string, ...parameters: unknown[]) =>
    query<Record<string, unknown>>(CompiledQuery.raw(sql, parameters));

  test('gives back what was written, each value in its own type', async () => {
    const at = new Date('2026-11-21T08:00:00.123Z');
    await run(
      'insert into things values ($1, $2, cast($3 as json), $4, $5)',
      1,
      at,
      '{"a":[1]}',
      2n ** 40n,
      true,
    );
    const { rows } = await run('select * from things where id = $1', 1);
    expect(rows).toEqual([{ id: 1, at, body: { a: [1] }, big: 2 ** 40, yes: true }]);
  });

  test('gives null as null and text as it is', async () => {
    const { rows } = await run('select $1::text as text, $2::text as nothing', "'; drop \u00e9\n", null);
    expect(rows).toEqual([{ text: "'; drop \u00e9\n", nothing: null }]);
  });

  test.each([
    ['insert into things (id) values (10), (11)', 2n],
    ['update things set yes = false where id >= 10', 2n],
    ['delete from things where id = 999', 0n],
  ])('counts the rows of "%s"', async (sql, count) => {
    expect((await run(sql)).numAffectedRows).toBe(count);
  });

  test('rejects with the SQLSTATE, and the session is ready again', async () => {
    await run('insert into things (id) values (20)');
    await expect(run('insert into things (id) values (20)')).rejects.toMatchObject({ code: '23505' });
    await expect(run('select nonsense')).rejects.toMatchObject({ code: '42703' });
    expect((await run('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('an error inside a transaction ends with its rollback', async () => {
    await run('start transaction');
    await expect(run('select nonsense')).rejects.toMatchObject({ code: '42703' });
    await expect(run('select 1')).rejects.toMatchObject({ code: '25P02' });
    await run('rollback');
    expect((await run('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('gives each its own answer where the same statement comes again', async () => {
    const answers = [];
    for (const value of ['a', null, 'c', 'd', 'e', 'f', 'g']) {
      answers.push((await run('select $1::text as value', value)).rows[0]);
    }
    expect(answers.map((answer) => answer?.value)).toEqual(['a', null, 'c', 'd', 'e', 'f', 'g']);
  });

  test('keeps a statement that comes again, and none that is not about rows', async () => {
    for (const sql of ['select 7 as seven', 'start transaction', 'rollback']) {
      for (let time = 0; time < 3; time += 1) await run(sql);
    }
    const { rows } = await run(`select statement from pg_prepared_statements where statement like '%seven'
      or statement not like 'select%' and statement not like 'insert%'`);
    expect(rows).toEqual([{ statement: 'select 7 as seven' }]);
  });

  test('a statement that was refused when it came again is refused each time, and may come right', async () => {
    for (let time = 0; time < 4; time += 1) {
      await expect(run('select late from coming')).rejects.toMatchObject({ code: '42P01' });
    }
    await pglite.exec('create table coming (late int)');
    expect((await run('select late from coming')).rows).toEqual([]);
    await expect(run('select 1 / $1::int as part', 0)).rejects.toMatchObject({ code: '22012' });
    await expect(run('select 1 / $1::int as part', 0)).rejects.toMatchObject({ code: '22012' });
    expect((await run('select 1 / $1::int as part', 1)).rows).toEqual([{ part: 1 }]);
  });

  test('keeps a bounded number of statements, and the others run as well', async () => {
    for (let one = 0; one < 400; one += 1) {
      for (let time = 0; time < 2; time += 1)
        expect((await run(`select ${one} as one`)).rows).toEqual([{ one }]);
    }
    const { rows } = await run('select count(*) as kept from pg_prepared_statements');
    expect(rows).toEqual([{ kept: 64 }]);
  });

  test.each([[{ a: 1 }], [['a']], [undefined], [new Uint8Array(1)], [Symbol('a')]])(
    'refuses a value without a text form',
    async (value) => {
      await expect(run('select $1::text', value)).rejects.toMatchObject({ code: 'internal' });
    },
  );
});
