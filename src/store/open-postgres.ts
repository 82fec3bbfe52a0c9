import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { CountersignError } from '../domain/errors.ts';
import type { Tables } from './database.ts';
import { guardedDialect } from './guarded-dialect.ts';
import { INT8_OID, parseInt8 } from './int8.ts';
import { ensureSchema } from './migrate.ts';

/** Bounds of every connection: none of our statements is long, and none waits for the outside inside a transaction. */
const CONNECT_MAX_MS = 5_000;
const STATEMENT_MAX_MS = 10_000;
const LOCK_MAX_MS = 5_000;
const IDLE_TRANSACTION_MAX_MS = 15_000;
/** Migrations wait for other processes that migrate, and may rewrite a table. */
const MIGRATION_MAX_MS = 5 * 60_000;

export interface PostgresOptions {
  readonly databaseUrl: string;
  readonly poolMax: number;
  /** How long a login that may not migrate waits for one that does; 10 s unless told. */
  readonly schemaWaitMs?: number;
}

/**
 * Brings the database to the shape of this version over a connection of its own (see `ensureSchema`), then gives the
 * pool of the product. Closes what it opened on failure.
 */
export async function openPostgres({
  databaseUrl,
  poolMax,
  schemaWaitMs = 10_000,
}: PostgresOptions): Promise<Kysely<Tables>> {
  assertPostgresUrl(databaseUrl);
  const migrator = connect({ databaseUrl, poolMax: 1, statementMaxMs: MIGRATION_MAX_MS });
  try {
    await ensureSchema(migrator, schemaWaitMs);
  } finally {
    await migrator.destroy();
  }
  return connect({ databaseUrl, poolMax, statementMaxMs: STATEMENT_MAX_MS });
}

interface ConnectOptions extends Pick<PostgresOptions, 'databaseUrl' | 'poolMax'> {
  readonly statementMaxMs: number;
}

function connect({ databaseUrl, poolMax, statementMaxMs }: ConnectOptions): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'countersign',
    max: poolMax,
    connectionTimeoutMillis: CONNECT_MAX_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMaxMs,
    // The client's own bound, for a server that no longer answers at all.
    query_timeout: statementMaxMs + CONNECT_MAX_MS,
    lock_timeout: LOCK_MAX_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MAX_MS,
    keepAlive: true,
    types: { getTypeParser },
  });
  // A lost idle connection ends the process unless heard; the pool drops it, and the next statement tells the caller.
  pool.on('error', () => undefined);
  return new Kysely<Tables>({ dialect: guardedDialect(new PostgresDialect({ pool })) });
}

const getTypeParser: typeof pg.types.getTypeParser = (oid, format) =>
  oid === INT8_OID ? parseInt8 : pg.types.getTypeParser(oid, format);

function assertPostgresUrl(databaseUrl: string): void {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  if (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') return;
  throw new CountersignError(
    'misconfigured',
    'Cannot open database: DATABASE_URL is no "postgresql://" address',
    {
      problems: [{ field: 'DATABASE_URL', problem: 'wanted postgresql://user:password@host:port/database' }],
    },
  );
}
