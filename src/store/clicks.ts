import type { Database } from './database.ts';

/** How long a click is remembered: far longer than Slack's signature stays valid or its retries go on. */
export const CLICKS_KEPT_MS = 24 * 60 * 60 * 1_000;

/** Removed per look at most, so that a look stays cheap; more than one per click, so that the table shrinks. */
const FORGOTTEN_PER_LOOK_MAX = 100;

/** The guard against replayed clicks. */
export interface Clicks {
  /** Whether the click was marked within `CLICKS_KEPT_MS`; marks nothing. */
  seen(clickId: string): Promise<boolean>;
  /** True exactly once per click id within `CLICKS_KEPT_MS`, however many ask at the same time. */
  firstSeen(clickId: string, now: Date): Promise<boolean>;
}

/** Seen clicks on a database. */
export function createClicks(db: Database): Clicks {
  return {
    seen: async (clickId) => {
      const row = await db
        .selectFrom('clicks')
        .select('click_id')
        .where('click_id', '=', clickId)
        .executeTakeFirst();
      return row !== undefined;
    },
    firstSeen: async (clickId, now) => {
      const row = await db
        .insertInto('clicks')
        .values({ click_id: clickId, seen_at: now })
        .onConflict((conflict) => conflict.column('click_id').doNothing())
        .returning('click_id')
        .executeTakeFirst();
      await forgetOld(db, now);
      return row !== undefined;
    },
  };
}

async function forgetOld(db: Database, now: Date): Promise<void> {
  await db
    .deleteFrom('clicks')
    .where('click_id', 'in', (old) =>
      old
        .selectFrom('clicks')
        .select('click_id')
        .where('seen_at', '<', new Date(now.getTime() - CLICKS_KEPT_MS))
        .limit(FORGOTTEN_PER_LOOK_MAX)
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}
