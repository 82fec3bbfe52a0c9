import type { Tickets } from '../domain/sign-in.ts';
import type { Database } from './database.ts';
import { json } from './database.ts';

/** Removed per new ticket at most; more than one, so that the table shrinks. */
const FORGOTTEN_PER_TICKET_MAX = 100;

/** Single-use tickets on a database. */
export function createTickets(db: Database): Tickets {
  return {
    issue: async ({ kind, hash, body, expiresAt }, now) => {
      await forgetOld(db, now);
      await db
        .insertInto('web_tickets')
        .values({ kind, hash, body: json(body), expires_at: new Date(expiresAt) })
        .execute();
    },
    look: async (kind, hash, now) => {
      const row = await db
        .selectFrom('web_tickets')
        .select('body')
        .where('hash', '=', hash)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return row?.body;
    },
    take: async (kind, hash, now) => {
      const row = await db
        .deleteFrom('web_tickets')
        .where('hash', '=', hash)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .returning('body')
        .executeTakeFirst();
      return row?.body;
    },
  };
}

async function forgetOld(db: Database, now: Date): Promise<void> {
  await db
    .deleteFrom('web_tickets')
    .where('hash', 'in', (old) =>
      old
        .selectFrom('web_tickets')
        .select('hash')
        .where('expires_at', '<', now)
        .limit(FORGOTTEN_PER_TICKET_MAX)
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}
