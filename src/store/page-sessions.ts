import type { PageSession, PageSessions } from '../domain/sign-in.ts';
import type { Database } from './database.ts';

/** Removed per sign-in at most, so that a sign-in stays cheap; more than one, so that the table shrinks. */
const FORGOTTEN_PER_SIGN_IN_MAX = 100;

/** Sessions of people on a database. */
export function createPageSessions(db: Database): PageSessions {
  return {
    open: async (session) => {
      await open(db, session);
      await forgetOld(db, new Date(session.startedAt));
    },
    seen: (hash, now, idleMs) => seen(db, hash, { now, idleMs }),
    end: async (hash) => {
      await db.deleteFrom('web_sessions').where('hash', '=', hash).execute();
    },
  };
}

async function open(db: Database, session: PageSession): Promise<void> {
  const { hash, kind, person, identity, authenticatedAt, startedAt, seenAt, endsAt } = session;
  await db
    .insertInto('web_sessions')
    .values({
      ...{ hash, kind, person, ...identity },
      authenticated_at: authenticatedAt === undefined ? null : new Date(authenticatedAt),
      started_at: new Date(startedAt),
      seen_at: new Date(seenAt),
      ends_at: new Date(endsAt),
    })
    .execute();
}

async function seen(
  db: Database,
  hash: string,
  { now, idleMs }: { readonly now: Date; readonly idleMs: number },
): Promise<PageSession | undefined> {
  const row = await db
    .updateTable('web_sessions')
    .set({ seen_at: now })
    .where('hash', '=', hash)
    .where('ends_at', '>', now)
    .where('seen_at', '>', new Date(now.getTime() - idleMs))
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { kind, person, issuer, subject, authenticated_at } = row;
  return {
    ...{ hash, kind, person, identity: { issuer, subject } },
    ...(authenticated_at === null ? {} : { authenticatedAt: authenticated_at.toISOString() }),
    startedAt: row.started_at.toISOString(),
    seenAt: row.seen_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
  };
}

async function forgetOld(db: Database, now: Date): Promise<void> {
  await db
    .deleteFrom('web_sessions')
    .where('hash', 'in', (old) =>
      old
        .selectFrom('web_sessions')
        .select('hash')
        .where('ends_at', '<', now)
        .limit(FORGOTTEN_PER_SIGN_IN_MAX)
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}
