/**
 * Kysely on PGlite: one session, so one caller at a time holds it, in the order they asked. A transaction holds it
 * until it ends; nothing outside the database may be awaited inside one.
 */
import type { PGlite } from '@electric-sql/pglite';
import type {
  CompiledQuery,
  DatabaseConnection,
  Dialect,
  Driver,
  QueryResult,
  TransactionSettings,
} from 'kysely';
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, CompiledQuery as Query } from 'kysely';
import { CountersignError, impossible } from '../domain/errors.ts';
import { createPgliteQuery, type PgliteQuery } from './pglite-query.ts';

export interface PgliteDialectOptions {
  readonly pglite: PGlite;
  /** How long a caller waits for the session, as a pool's connection timeout; then `unavailable`. */
  readonly waitMs: number;
}

/** A dialect over an open PGlite, which `destroy()` closes. Streaming is not offered: rows are bounded here. */
export function pgliteDialect(options: PgliteDialectOptions): Dialect {
  return {
    createDriver: () => new PgliteDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

class PgliteDriver implements Driver {
  readonly #pglite: PGlite;
  readonly #turns: Turns;
  #connection: PgliteConnection | undefined;

  constructor({ pglite, waitMs }: PgliteDialectOptions) {
    this.#pglite = pglite;
    this.#turns = new Turns(waitMs);
  }

  async init(): Promise<void> {
    await this.#pglite.waitReady;
    this.#connection = new PgliteConnection(await createPgliteQuery(this.#pglite));
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turns.take();
    return this.#connection ?? impossible('a connection was asked for before init()');
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const isolation =
      settings.isolationLevel === undefined ? '' : ` isolation level ${settings.isolationLevel}`;
    const access = settings.accessMode === undefined ? '' : ` ${settings.accessMode}`;
    await connection.executeQuery(Query.raw(`start transaction${isolation}${access}`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Query.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Query.raw('rollback'));
  }

  async releaseConnection(): Promise<void> {
    this.#turns.pass();
  }

  async destroy(): Promise<void> {
    await this.#turns.take();
    await this.#pglite.close();
    this.#turns.pass();
  }
}

class PgliteConnection implements DatabaseConnection {
  readonly #query: PgliteQuery;

  constructor(query: PgliteQuery) {
    this.#query = query;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#query<R>(query);
  }

  streamQuery(): never {
    throw new CountersignError(
      'internal',
      'Cannot stream rows: the embedded database reads a result as a whole',
    );
  }
}

/** A fair mutex with a bounded wait. */
class Turns {
  readonly #waitMs: number;
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  async take(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(
          new CountersignError('unavailable', `Cannot use database: busy for more than ${this.#waitMs} ms`),
        );
      }, this.#waitMs);
      this.#waiting.push(turn);
    });
  }

  pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next();
  }
}
