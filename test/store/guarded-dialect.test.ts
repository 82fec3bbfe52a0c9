import { PGlite } from '@electric-sql/pglite';
import { Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/domain/errors.ts';
import type { Tables } from '../../src/store/database.ts';
import { databaseError, guardedDialect } from '../../src/store/guarded-dialect.ts';
import { pgliteDialect } from '../../src/store/pglite-dialect.ts';

const withCode = (code: unknown) => Object.assign(new Error('secret-value of user "admin"'), { code });

describe('databaseError()', () => {
  test.each([
    ['ECONNREFUSED', 'unavailable', 'no server'],
    ['ETIMEDOUT', 'unavailable', 'a silent server'],
    ['ENOSPC', 'unavailable', 'a full disk'],
    ['08006', 'unavailable', 'a lost connection'],
    ['53300', 'unavailable', 'too many connections'],
    ['57014', 'unavailable', 'a statement cut off'],
    ['57P01', 'unavailable', 'a server shutting down'],
    ['55P03', 'unavailable', 'a lock not given in time'],
    ['40001', 'unavailable', 'a transaction to be repeated'],
    ['40P01', 'unavailable', 'a deadlock'],
    ['28P01', 'unavailable', 'a refused password'],
    ['23505', 'internal', 'a broken uniqueness'],
    ['23001', 'internal', 'an append-only row'],
    ['22P02', 'internal', 'a value that does not parse'],
    ['42P01', 'internal', 'a missing table'],
    ['25006', 'internal', 'writing in a read-only transaction'],
  ])('sorts %s as %s: %s', (code, kind) => {
    const cause = withCode(code);
    const error = databaseError(cause);
    expect(error).toMatchObject({ code: kind, message: `Cannot use database: failed with "${code}"`, cause });
  });

  test.each([
    ['an error without a code', new Error('secret-value')],
    ['a code that is no text', withCode(42)],
    ['a code with text of its own in it', withCode('28P01 for user "secret-value"')],
    ['something that is no error', 'secret-value'],
    ['nothing', undefined],
  ])('shows nothing of %s, and takes it for a passing failure', (_, cause) => {
    const { code, message } = databaseError(cause);
    expect({ code, message }).toEqual({
      code: 'unavailable',
      message: 'Cannot use database: failed with "no code"',
    });
  });

  test('passes our own errors on as they are', () => {
    const ours = new CountersignError('misconfigured', 'Cannot do this: for a reason');
    expect(databaseError(ours)).toBe(ours);
  });
});

describe('guardedDialect()', () => {
  let db: Kysely<Tables>;
  beforeAll(async () => {
    const inner = pgliteDialect({ pglite: await PGlite.create(), waitMs: 5_000 });
    db = new Kysely<Tables>({ dialect: guardedDialect(inner) });
    await sql`create table parents (id integer primary key)`.execute(db);
    await sql`create table children (
      parent integer references parents (id) deferrable initially deferred)`.execute(db);
  }, 60_000);
  afterAll(() => db.destroy());

  test('rejects a statement with our error', async () => {
    await expect(sql`select nothing from nowhere`.execute(db)).rejects.toMatchObject({
      name: 'CountersignError',
      cause: { code: '42P01' },
    });
  });

  test('rejects a commit that the database refuses with our error, and keeps nothing of it', async () => {
    const refused = db
      .transaction()
      .execute((transaction) => sql`insert into children values (1)`.execute(transaction));
    await expect(refused).rejects.toMatchObject({ name: 'CountersignError', cause: { code: '23503' } });
    expect((await sql`select * from children`.execute(db)).rows).toEqual([]);
  });

  test("rejects what a transaction's body throws as it was thrown", async () => {
    const thrown = new RangeError('from the body');
    const broken = db.transaction().execute(() => Promise.reject(thrown));
    await expect(broken).rejects.toBe(thrown);
  });

  test('keeps what the inner dialect can do: introspection and transactions of its own kind', async () => {
    const tables = await db.introspection.getTables();
    expect(tables.map(({ name }) => name).toSorted()).toEqual(['children', 'parents']);
    await db.transaction().execute((transaction) => sql`insert into parents values (1)`.execute(transaction));
    expect((await sql`select id from parents`.execute(db)).rows).toEqual([{ id: 1 }]);
  });
});
