/**
 * The one place where a driver's failure becomes ours. The message names only a code (SQLSTATE or errno), never
 * the driver's own text, which may hold values, addresses or user names; the whole error stays as `cause`.
 */
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { CountersignError } from '../domain/errors.ts';

/** The same dialect, whose connections reject with a CountersignError only. */
export function guardedDialect(inner: Dialect): Dialect {
  return {
    createDriver: () => guardedDriver(inner.createDriver()),
    createQueryCompiler: () => inner.createQueryCompiler(),
    createAdapter: () => inner.createAdapter(),
    createIntrospector: (db) => inner.createIntrospector(db),
  };
}

/** `unavailable` where trying again can help, `internal` where the statement itself was refused. */
export function databaseError(cause: unknown): CountersignError {
  if (cause instanceof CountersignError) return cause;
  const code = codeOf(cause);
  const kind = code === undefined || MAY_PASS.test(code) ? 'unavailable' : 'internal';
  return new CountersignError(kind, `Cannot use database: failed with "${code ?? 'no code'}"`, { cause });
}

// Connection, resources, operator, locks, rollback classes of SQLSTATE, and Node's errno names.
const MAY_PASS = /^(08...|53...|57...|58...|55P03|40...|28...|E[A-Z]+)$/;

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' && /^\w{1,40}$/.test(cause.code) ? cause.code : undefined;
}

class GuardedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;

  constructor(inner: DatabaseConnection) {
    this.inner = inner;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return guard(() => this.inner.executeQuery<R>(query));
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery(query, chunkSize);
  }
}

function guardedDriver(driver: Driver): Driver {
  return {
    init: () => guard(() => driver.init()),
    acquireConnection: async () => new GuardedConnection(await guard(() => driver.acquireConnection())),
    beginTransaction: (connection, settings) =>
      guard(() => driver.beginTransaction(innerOf(connection), settings)),
    commitTransaction: (connection) => guard(() => driver.commitTransaction(innerOf(connection))),
    rollbackTransaction: (connection) => guard(() => driver.rollbackTransaction(innerOf(connection))),
    releaseConnection: (connection) => guard(() => driver.releaseConnection(innerOf(connection))),
    destroy: () => guard(() => driver.destroy()),
  };
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw databaseError(cause);
  }
}

function innerOf(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof GuardedConnection ? connection.inner : connection;
}
