import { sql } from 'kysely';
import type { OpenApproval } from '../domain/card.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Inbox } from '../domain/ports.ts';
import type { Database } from './database.ts';
import { json } from './database.ts';

/** `list()` gives at most this many of those not yet expired, the soonest to expire first. */
export const INBOX_LIST_MAX = 1_000;

/**
 * The open approvals on a database. A closed version stays closed when a late retry opens it again; another digest
 * for the same version is refused, because buttons already point at the first. A request that was ended from outside
 * closes nothing, so what has expired is left out of the list, and still found.
 */
export function createInbox(db: Database): Inbox {
  return {
    open: (approval) => open(db, approval),
    close: (request, version) => close(db, request, version),
    find: (request, version) => find(db, request, version),
    list: () => list(db),
  };
}

async function open(db: Database, approval: OpenApproval): Promise<void> {
  const { request, version, digest, agent } = approval;
  const row = await db
    .insertInto('approvals')
    .values({
      ...{ request, version, digest, agent },
      body: json(approval),
      opened_at: new Date(approval.openedAt),
      expires_at: new Date(approval.expiresAt),
      closed_at: null,
    })
    .onConflict((conflict) => conflict.columns(['request', 'version']).doNothing())
    .returning('digest')
    .executeTakeFirst();
  if (row !== undefined) return;
  const found = await find(db, request, version);
  if (found?.digest === digest) return;
  throw new CountersignError(
    'internal',
    `Cannot open approval "${request}" v${version}: open with another digest`,
  );
}

async function close(db: Database, request: string, version: number): Promise<void> {
  await db
    .updateTable('approvals')
    .set({ closed_at: sql<Date>`now()` })
    .where('request', '=', request)
    .where('version', '=', version)
    .where('closed_at', 'is', null)
    .execute();
}

async function find(
  db: Database,
  request: string,
  version: number,
): Promise<(OpenApproval & { readonly open: boolean }) | undefined> {
  // A version comes from a button's value; beyond int4 the database would reject instead of finding nothing.
  if (!Number.isInteger(version) || Math.abs(version) > 2 ** 31 - 1) return undefined;
  const row = await db
    .selectFrom('approvals')
    .select(['body', 'closed_at'])
    .where('request', '=', request)
    .where('version', '=', version)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row.body, open: row.closed_at === null };
}

async function list(db: Database): Promise<readonly OpenApproval[]> {
  const rows = await db
    .selectFrom('approvals')
    .select('body')
    .where('closed_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('expires_at')
    .orderBy('request')
    .limit(INBOX_LIST_MAX)
    .execute();
  return rows.map((row) => row.body);
}
