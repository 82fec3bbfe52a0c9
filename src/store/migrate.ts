import { setTimeout as sleep } from 'node:timers/promises';
import type { Migration } from 'kysely';
import { Migrator, sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import * as effects from './migrations/0001-effects.ts';
import * as approvals from './migrations/0002-approvals.ts';
import * as surfaces from './migrations/0003-surfaces.ts';
import * as halts from './migrations/0004-halts.ts';
import * as orders from './migrations/0005-orders.ts';
import * as usage from './migrations/0006-usage.ts';
import * as sessions from './migrations/0007-sessions.ts';
import * as narrowRights from './migrations/0008-narrow-rights.ts';
import * as absences from './migrations/0009-absences.ts';
import * as web from './migrations/0010-web.ts';
import * as standingGrants from './migrations/0011-standing-grants.ts';
import * as oversight from './migrations/0012-oversight.ts';
import * as openAsks from './migrations/0013-open-asks.ts';

/** In order, by name. A name once released is never changed or removed: databases remember it. */
const MIGRATIONS: Readonly<Record<string, Migration>> = Object.freeze({
  '0001-effects': effects,
  '0002-approvals': approvals,
  '0003-surfaces': surfaces,
  '0004-halts': halts,
  '0005-orders': orders,
  '0006-usage': usage,
  '0007-sessions': sessions,
  '0008-narrow-rights': narrowRights,
  '0009-absences': absences,
  '0010-web': web,
  '0011-standing-grants': standingGrants,
  '0012-oversight': oversight,
  '0013-open-asks': openAsks,
});

/**
 * Brings a database to the newest shape, all or nothing. Safe to call from every process at every start: Kysely takes
 * an advisory lock. Rejects with `misconfigured`, also when the database is newer than this code.
 */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof CountersignError && error.code === 'unavailable') throw error;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const why = failed === undefined ? 'its migrations are not the ones of this version' : `"${failed}" failed`;
  throw new CountersignError('misconfigured', `Cannot migrate database: ${why}`, { cause: error });
}

const LOOK_EVERY_MS = 250;

/**
 * `migrate()` where the login may change the schema; elsewhere waits, up to `waitMs`, for a login that does. Rejects
 * with `unavailable` when none came, and with `misconfigured` when the database is newer than this code.
 */
export async function ensureSchema(db: Database, waitMs: number): Promise<void> {
  if (await mayMigrate(db)) return migrate(db);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const missing = await missingMigrations(db);
    if (missing.length === 0) return;
    if (performance.now() >= deadline) {
      throw new CountersignError(
        'unavailable',
        `Cannot use database: it lacks "${missing.join(', ')}" or this login may not see it, wanted the schema's owner to migrate it first`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** The owner of what is there; where nothing is there yet, whoever may make tables. */
async function mayMigrate(db: Database): Promise<boolean> {
  const { rows } = await sql<{ may: boolean | null }>`
    select coalesce(
      (select pg_has_role(current_user, relowner, 'usage') from pg_class
        where oid = to_regclass(${MIGRATIONS_TABLE})),
      has_schema_privilege(current_user, current_schema(), 'create')) as may`.execute(db);
  return rows[0]?.may === true;
}

/** What Kysely calls the table where it notes what it has done. */
export const MIGRATIONS_TABLE = 'kysely_migration';

async function missingMigrations(db: Database): Promise<readonly string[]> {
  const wanted = Object.keys(MIGRATIONS);
  const { rows } = await sql<{ readable: boolean | null }>`
    select has_table_privilege(to_regclass(${MIGRATIONS_TABLE}), 'select') as readable`.execute(db);
  if (rows[0]?.readable !== true) return wanted;
  const done = await sql<{ name: string }>`select name from ${sql.table(MIGRATIONS_TABLE)}`.execute(db);
  const names = done.rows.map(({ name }) => name);
  if (names.some((name) => !wanted.includes(name))) {
    throw new CountersignError(
      'misconfigured',
      'Cannot use database: its migrations are not the ones of this version',
    );
  }
  return wanted.filter((name) => !names.includes(name));
}
