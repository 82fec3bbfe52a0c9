import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import type { Database, Tables } from './database.ts';

/**
 * Runs `work` in a transaction that no other of the same name overlaps, in any process on this database. Waiting for
 * the turn is bounded by the connection's lock timeout (then `unavailable`). Await nothing but the database inside.
 */
export async function inTurn<T>(
  db: Database,
  name: string,
  work: (turn: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (turn) => {
    await takeTurn(turn, name);
    return work(turn);
  });
}

/** Takes a further turn inside a transaction, until that ends. Whoever takes several takes them in one order. */
export async function takeTurn(turn: Transaction<Tables>, name: string): Promise<void> {
  // Its own statement, so that the next one sees what the turn before has committed.
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(turn);
}
