/**
 * Run once before the roles of a production installation start, with the login that owns the schema: brings the
 * database to the shape of this version and gives each role's login its rights, and no others. Safe to run again.
 */
import { CountersignError } from '../domain/errors.ts';
import { readSettings } from '../process/settings.ts';
import { EXIT } from '../process/shutdown.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { grantRoles } from '../store/role-grants.ts';
import { printProblem } from './terminal.ts';

try {
  await prepareDatabase(readSettings(process.env).databaseUrl);
  console.log('database: migrated, and the roles have their rights');
} catch (error) {
  printProblem(error);
  process.exitCode =
    error instanceof CountersignError && error.code === 'misconfigured' ? EXIT.misconfigured : EXIT.failed;
}

async function prepareDatabase(databaseUrl: string | undefined): Promise<void> {
  if (databaseUrl === undefined)
    throw new CountersignError('misconfigured', 'Cannot migrate database: DATABASE_URL is not set');
  const db = await openPostgres({ databaseUrl, poolMax: 1 });
  try {
    await grantRoles(db);
  } finally {
    await db.destroy();
  }
}
