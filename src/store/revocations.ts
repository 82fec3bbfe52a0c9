import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { Revocation } from '../domain/orders.ts';
import type { Database, RevocationsTable } from './database.ts';
import { inTurn } from './in-turn.ts';

/** At most this many are in force at once; more reject, because a revocation left unread would be ignored. */
export const REVOCATIONS_MAX = 10_000;

/** `list()` gives at most this many. */
export const REVOCATIONS_LIST_MAX = 1_000;

/**
 * How long a token or a session stays revoked: longer than any seal counts that was made under it (60 days), so that a
 * request which waits can't outlive its revocation. An agent stays revoked until it is reinstated.
 */
export const CREDENTIALS_REVOKED_DAYS = 61;

/** A revocation with what became of it. */
export type RecordedRevocation = Revocation & { readonly liftedAt?: string; readonly liftedBy?: string };

/** Credentials that count no more. */
export interface RevocationBook {
  /** In force, oldest first. Rejects with `unavailable` when there are more than `REVOCATIONS_MAX`. */
  active(): Promise<readonly Revocation[]>;
  /** Repeating it is harmless; the first reason stands. */
  add(revocation: Revocation): Promise<void>;
  /** Reinstates an agent; false when it is not revoked. Throws for a token or a session: those never come back. */
  lift(agentId: string, by: string): Promise<boolean>;
  /** In force, run out and lifted ones, newest first, at most `REVOCATIONS_LIST_MAX`. */
  list(): Promise<readonly RecordedRevocation[]>;
}

/** Revocations on a database, whose clock counts their age: a caller's wrong clock can't shorten one. */
export function createRevocations(db: Database): RevocationBook {
  return {
    active: () => active(db),
    add: (revocation) => add(db, revocation),
    lift: (agentId, by) => lift(db, agentId, by),
    list: () => list(db),
  };
}

const inForce = sql<boolean>`lifted_at is null and
  (kind = 'agent' or recorded_at > now() - make_interval(days => ${sql.lit(CREDENTIALS_REVOKED_DAYS)}))`;

async function active(db: Database): Promise<readonly Revocation[]> {
  const rows = await db
    .selectFrom('revocations')
    .selectAll()
    .where(inForce)
    .orderBy('id')
    .limit(REVOCATIONS_MAX + 1)
    .execute();
  if (rows.length > REVOCATIONS_MAX) {
    throw new CountersignError(
      'unavailable',
      `Cannot read revocations: more than ${REVOCATIONS_MAX} are in force`,
    );
  }
  return rows.map(toRevocation);
}

async function add(db: Database, { kind, subject, reason, by, at }: Revocation): Promise<void> {
  await inTurn(db, `revocation:${kind}:${subject}`, async (turn) => {
    const found = await turn
      .selectFrom('revocations')
      .select('id')
      .where('kind', '=', kind)
      .where('subject', '=', subject)
      .where(inForce)
      .executeTakeFirst();
    if (found !== undefined) return;
    await turn
      .insertInto('revocations')
      .values({ kind, subject, reason, by, at: new Date(at), lifted_at: null, lifted_by: null })
      .execute();
  });
}

async function lift(db: Database, agentId: string, by: string): Promise<boolean> {
  const lifted = await db
    .updateTable('revocations')
    .set({ lifted_at: sql<Date>`now()`, lifted_by: by })
    .where('kind', '=', 'agent')
    .where('subject', '=', agentId)
    .where('lifted_at', 'is', null)
    .executeTakeFirst();
  if (lifted.numUpdatedRows > 0n) return true;
  const other = await db
    .selectFrom('revocations')
    .select('kind')
    .where('kind', '<>', 'agent')
    .where('subject', '=', agentId)
    .executeTakeFirst();
  if (other === undefined) return false;
  throw new CountersignError(
    'invalid-field',
    `Cannot reinstate "${agentId}": it is a "${other.kind}", wanted an "agent"`,
  );
}

async function list(db: Database): Promise<readonly RecordedRevocation[]> {
  const rows = await db
    .selectFrom('revocations')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(REVOCATIONS_LIST_MAX)
    .execute();
  return rows.map(toRevocation);
}

function toRevocation(row: Selectable<RevocationsTable>): RecordedRevocation {
  const { kind, subject, reason, by } = row;
  return {
    ...{ kind, subject, reason, by },
    at: row.at.toISOString(),
    ...(row.lifted_at === null ? {} : { liftedAt: row.lifted_at.toISOString() }),
    ...(row.lifted_by === null ? {} : { liftedBy: row.lifted_by }),
  };
}
