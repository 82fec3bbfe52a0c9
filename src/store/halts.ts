import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { Halt } from '../domain/halt.ts';
import type { Halts } from '../domain/ports.ts';
import type { Database, HaltsTable } from './database.ts';

/** At most this many halts are in force at once; more reject, because a halt left unread would be ignored. */
export const HALTS_MAX = 1_000;

/** A halt with what became of it. */
export type RecordedHalt = Halt & { readonly liftedAt?: string; readonly liftedBy?: string };

/** Halts that can also be put up and lifted. */
export interface HaltBook extends Halts {
  /** Repeating it is harmless; an id that was lifted or names another halt is refused. */
  add(halt: Halt): Promise<void>;
  /** False when no halt of this id is in force. */
  lift(id: string, by: string): Promise<boolean>;
  /** In force, expired and lifted ones, newest first, at most `HALTS_MAX`. */
  list(): Promise<readonly RecordedHalt[]>;
}

/** Halts kept in the database. */
export function createHalts(db: Database): HaltBook {
  return {
    active: (now) => active(db, now),
    add: (halt) => add(db, halt),
    lift: (id, by) => lift(db, id, by),
    list: () => list(db),
  };
}

/** The halts of both, in force if either says so; rejects when either can't be read. */
export function mergeHalts(a: Halts, b: Halts): Halts {
  return {
    active: async (now) => {
      const [first, second] = await Promise.all([a.active(now), b.active(now)]);
      return [...first, ...second.filter((halt) => !first.some((other) => other.id === halt.id))];
    },
  };
}

/** Throws unless `halt` is what `found` already says. */
export function assertSameHalt(halt: Halt, found: RecordedHalt | undefined): void {
  if (found?.liftedAt !== undefined) {
    throw new CountersignError('key-reused', `Cannot add halt "${halt.id}": lifted before, wanted a new id`);
  }
  if (
    found?.scope !== halt.scope ||
    found.subject !== halt.subject ||
    !sameInstant(found.until, halt.until)
  ) {
    throw new CountersignError(
      'key-reused',
      `Cannot add halt "${halt.id}": used by another halt, wanted a new id`,
    );
  }
}

function sameInstant(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return new Date(a).getTime() === new Date(b).getTime();
}

async function active(db: Database, now: Date): Promise<readonly Halt[]> {
  const rows = await db
    .selectFrom('halts')
    .selectAll()
    .where('lifted_at', 'is', null)
    .where((where) => where.or([where('until', 'is', null), where('until', '>', now)]))
    .orderBy('at')
    .limit(HALTS_MAX + 1)
    .execute();
  if (rows.length > HALTS_MAX) {
    throw new CountersignError('unavailable', `Cannot read halts: more than ${HALTS_MAX} are in force`);
  }
  return rows.map(toHalt);
}

async function add(db: Database, halt: Halt): Promise<void> {
  const { id, scope, subject, reason, by, at, until } = halt;
  const row = await db
    .insertInto('halts')
    .values({
      ...{ id, scope, subject, reason, by },
      at: new Date(at),
      until: until === undefined ? null : new Date(until),
      lifted_at: null,
      lifted_by: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) return;
  const found = await db.selectFrom('halts').selectAll().where('id', '=', id).executeTakeFirst();
  assertSameHalt(halt, found === undefined ? undefined : toHalt(found));
}

async function lift(db: Database, id: string, by: string): Promise<boolean> {
  const lifted = await db
    .updateTable('halts')
    .set({ lifted_at: sql<Date>`now()`, lifted_by: by })
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .executeTakeFirst();
  return lifted.numUpdatedRows === 1n;
}

async function list(db: Database): Promise<readonly RecordedHalt[]> {
  const rows = await db.selectFrom('halts').selectAll().orderBy('at', 'desc').limit(HALTS_MAX).execute();
  return rows.map(toHalt);
}

function toHalt(row: Selectable<HaltsTable>): RecordedHalt {
  const { id, scope, subject, reason, by } = row;
  return {
    ...{ id, scope, subject, reason, by },
    at: row.at.toISOString(),
    ...(row.until === null ? {} : { until: row.until.toISOString() }),
    ...(row.lifted_at === null ? {} : { liftedAt: row.lifted_at.toISOString() }),
    ...(row.lifted_by === null ? {} : { liftedBy: row.lifted_by }),
  };
}
