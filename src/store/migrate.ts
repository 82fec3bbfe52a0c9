import type { Migration } from 'kysely';
import { Migrator } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import * as effects from './migrations/0001-effects.ts';
import * as approvals from './migrations/0002-approvals.ts';
import * as surfaces from './migrations/0003-surfaces.ts';
import * as halts from './migrations/0004-halts.ts';

/** In order, by name. A name once released is never changed or removed: databases remember it. */
const MIGRATIONS: Readonly<Record<string, Migration>> = Object.freeze({
  '0001-effects': effects,
  '0002-approvals': approvals,
  '0003-surfaces': surfaces,
  '0004-halts': halts,
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
