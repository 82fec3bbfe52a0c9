import type { MessagePlace } from './cards.ts';
import type { Database } from './database.ts';

/** How long a claim holds without a record; then its holder is taken to have died before it could speak. */
export const CLAIM_LEASE_MS = 60_000;

/** Things said once: thread lines, direct messages, notices. */
export interface Messages {
  /** `mine`: say it, then `record`. `taken`: another is about to; ask again after the lease. `said`: done before. */
  claim(key: string, now: Date): Promise<'mine' | 'taken' | 'said'>;
  /** Notes where it was said. The first record stands. */
  record(key: string, place: MessagePlace): Promise<void>;
  /** Where it was said; undefined while it was not. */
  find(key: string): Promise<MessagePlace | undefined>;
}

/** Said-once messages on a database. A process that dies between speaking and recording can cause one repeat. */
export function createMessages(db: Database): Messages {
  return {
    claim: (key, now) => claim(db, key, now),
    record: (key, place) => record(db, key, place),
    find: (key) => find(db, key),
  };
}

async function claim(db: Database, key: string, now: Date): Promise<'mine' | 'taken' | 'said'> {
  const row = await db
    .insertInto('messages')
    .values({ key, claimed_at: now, channel: null, ts: null })
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet({ claimed_at: now })
        .where('messages.ts', 'is', null)
        .where('messages.claimed_at', '<=', new Date(now.getTime() - CLAIM_LEASE_MS)),
    )
    .returning('key')
    .executeTakeFirst();
  if (row !== undefined) return 'mine';
  return (await find(db, key)) === undefined ? 'taken' : 'said';
}

async function record(db: Database, key: string, { channel, ts }: MessagePlace): Promise<void> {
  await db
    .insertInto('messages')
    .values({ key, claimed_at: new Date(), channel, ts })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ channel, ts }).where('messages.ts', 'is', null),
    )
    .execute();
}

async function find(db: Database, key: string): Promise<MessagePlace | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(['channel', 'ts'])
    .where('key', '=', key)
    .executeTakeFirst();
  return row === undefined || row.channel === null || row.ts === null
    ? undefined
    : { channel: row.channel, ts: row.ts };
}
