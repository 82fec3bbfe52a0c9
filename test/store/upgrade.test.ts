/** A database of an earlier version, with rows in it: nothing is lost, and what waits in it goes on. */
import { PGlite } from '@electric-sql/pglite';
import { Kysely, Migrator, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, Tables } from '../../src/store/database.ts';
import { createEffectLedger } from '../../src/store/effects.ts';
import { INT8_OID, parseInt8 } from '../../src/store/int8.ts';
import { migrate } from '../../src/store/migrate.ts';
import * as effects from '../../src/store/migrations/0001-effects.ts';
import * as approvals from '../../src/store/migrations/0002-approvals.ts';
import * as surfaces from '../../src/store/migrations/0003-surfaces.ts';
import * as halts from '../../src/store/migrations/0004-halts.ts';
import { pgliteDialect } from '../../src/store/pglite-dialect.ts';
import { createUsage } from '../../src/store/usage.ts';
import { anIntent, aQuery } from './samples.ts';

const EARLIER = {
  '0001-effects': effects,
  '0002-approvals': approvals,
  '0003-surfaces': surfaces,
  '0004-halts': halts,
};

describe('migrate() of a database from before limits and sessions', () => {
  let db: Database;
  beforeAll(async () => {
    const pglite = await PGlite.create({ parsers: { [INT8_OID]: parseInt8 } });
    db = new Kysely<Tables>({ dialect: pgliteDialect({ pglite, waitMs: 10_000 }) });
    const { error } = await new Migrator({
      db,
      provider: { getMigrations: async () => EARLIER },
    }).migrateToLatest();
    expect(error).toBeUndefined();
    for (const [request, state] of [
      ['req_done', 'done'],
      ['req_open', 'intended'],
    ]) {
      await sql`
        insert into effects (request, step, direction, tool, target, idempotency_key, captured, state, result, settled_at)
        values (${request}, 0, 'do', 'github.delete_branch', 'b', ${`${request}:0:do`}, '{"at":1}', ${state},
          ${state === 'done' ? '{}' : null}, ${state === 'done' ? new Date() : null})`.execute(db);
    }
    await migrate(db);
  }, 120_000);
  afterAll(() => db.destroy());

  const key = (request: string) => ({ request, step: 0, direction: 'do' }) as const;

  test('keeps every effect as it was', async () => {
    const ledger = createEffectLedger(db);
    expect(await ledger.find(key('req_done'))).toMatchObject({ state: 'done', captured: { at: 1 } });
    expect(await ledger.find(key('req_open'))).toMatchObject({ state: 'intended', settledAt: null });
  });

  test('lets an effect that was under way be settled and undone', async () => {
    const ledger = createEffectLedger(db);
    await ledger.settle(key('req_open'), 'done', { ok: true });
    const undo = anIntent({ request: 'req_open', direction: 'undo' });
    expect(await ledger.intend(undo)).toMatchObject({ created: true });
    expect(await ledger.find(key('req_open'))).toMatchObject({ state: 'done', result: { ok: true } });
  });

  test('counts nothing of before, for nobody said whose it was', async () => {
    const { recent } = createUsage(db);
    const now = await recent(aQuery({ tool: 'github.delete_branch', target: 'b' }));
    expect([now.agentDay.steps, now.toolDay.steps, now.targetDay.steps]).toEqual([0, 0, 0]);
  });
});
