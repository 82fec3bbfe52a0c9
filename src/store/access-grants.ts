import type { Selectable } from 'kysely';
import type { AccessGrant } from '../domain/access.ts';
import { CountersignError, impossible } from '../domain/errors.ts';
import type { AccessBook, Clock } from '../domain/ports.ts';
import type { AccessGrantsTable, Database } from './database.ts';

/** `inForce()` and `list()` give at most this many; one left out gives no access. */
export const ACCESS_LIST_MAX = 1_000;

/**
 * Access given for a while, on a database. Giving it again under the same id changes nothing, also when it was revoked
 * meanwhile; an id that gave something else is refused.
 */
export function createAccessBook(db: Database, clock: Clock = () => new Date()): AccessBook {
  return {
    inForce: (agent, now) => inForce(db, agent, now),
    give: (grant) => give(db, grant),
    find: (id) => find(db, id),
    revoke: (id, by) => revoke(db, { id, by, now: clock() }),
    list: (agent) => list(db, agent),
  };
}

async function inForce(db: Database, agent: string, now: Date): Promise<readonly AccessGrant[]> {
  const rows = await db
    .selectFrom('access_grants')
    .selectAll()
    .where('agent', '=', agent)
    .where('revoked_at', 'is', null)
    .where('starts_at', '<=', now)
    .where('ends_at', '>', now)
    .orderBy('ends_at')
    .limit(ACCESS_LIST_MAX)
    .execute();
  return rows.map(toGrant);
}

async function give(db: Database, grant: AccessGrant): Promise<void> {
  const { id, agent, tool, scope, reason, request } = grant;
  const row = await db
    .insertInto('access_grants')
    .values({
      ...{ id, agent, tool, scope, reason, request },
      starts_at: new Date(grant.from),
      ends_at: new Date(grant.until),
      revoked_at: null,
      revoked_by: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (row !== undefined) return;
  const found = (await find(db, id)) ?? impossible('an access grant was there and is gone');
  // Not the times: a step that is tried again counts them anew.
  if (found.agent === agent && found.tool === tool && found.scope === scope) return;
  throw new CountersignError(
    'key-reused',
    `Cannot give access "${id}": used by another grant, wanted a new id`,
  );
}

async function find(db: Database, id: string): Promise<AccessGrant | undefined> {
  const row = await db.selectFrom('access_grants').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toGrant(row);
}

async function revoke(
  db: Database,
  { id, by, now }: { readonly id: string; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const revoked = await db
    .updateTable('access_grants')
    .set({ revoked_at: now, revoked_by: by })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('ends_at', '>', now)
    .executeTakeFirst();
  return revoked.numUpdatedRows === 1n;
}

async function list(db: Database, agent: string | undefined): Promise<readonly AccessGrant[]> {
  const rows = await db
    .selectFrom('access_grants')
    .selectAll()
    .$if(agent !== undefined, (all) => all.where('agent', '=', agent ?? ''))
    .orderBy('starts_at', 'desc')
    .limit(ACCESS_LIST_MAX)
    .execute();
  return rows.map(toGrant);
}

function toGrant(row: Selectable<AccessGrantsTable>): AccessGrant {
  const { id, agent, tool, scope, reason, request } = row;
  return {
    ...{ id, agent, tool, scope, reason, request },
    from: row.starts_at.toISOString(),
    until: row.ends_at.toISOString(),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(row.revoked_by === null ? {} : { revokedBy: row.revoked_by }),
  };
}
