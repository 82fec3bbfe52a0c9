import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Passkey, Passkeys } from '../domain/sign-in.ts';
import type { Database, PasskeysTable } from './database.ts';
import { json } from './database.ts';

/** Passkeys on a database. */
export function createPasskeys(db: Database): Passkeys {
  return {
    of: async (person) => (await rowsOf(db, person)).map(toPasskey),
    add: (passkey, max) => add(db, passkey, max),
    used: (id, counter, now) => used(db, { id, counter, now }),
    remove: async (person, id) => {
      const gone = await db
        .deleteFrom('passkeys')
        .where('person', '=', person)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst();
      return gone !== undefined;
    },
  };
}

function rowsOf(db: Database, person: string): Promise<Selectable<PasskeysTable>[]> {
  return db
    .selectFrom('passkeys')
    .selectAll()
    .where('person', '=', person)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

async function add(db: Database, passkey: Passkey, max: number): Promise<boolean> {
  return db.transaction().execute(async (turn) => {
    // One at a time per person, so that two at once do not both find the last place free.
    await sql`select pg_advisory_xact_lock(hashtext(${`passkeys ${passkey.person}`}))`.execute(turn);
    if ((await rowsOf(turn, passkey.person)).length >= max) return false;
    const { id, person, publicKey, counter, transports, label, createdAt } = passkey;
    const row = await turn
      .insertInto('passkeys')
      .values({
        ...{ id, person, counter, label, used_at: null },
        public_key: publicKey,
        transports: json(transports),
        created_at: new Date(createdAt),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst();
    return row !== undefined;
  });
}

/** Authenticators that do not count say zero, always; for the others only a larger count is a new use. */
async function used(
  db: Database,
  { id, counter, now }: { readonly id: string; readonly counter: number; readonly now: Date },
): Promise<boolean> {
  const row = await db
    .updateTable('passkeys')
    .set({ counter, used_at: now })
    .where('id', '=', id)
    .where((where) => (counter === 0 ? where('counter', '=', 0) : where('counter', '<', counter)))
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

function toPasskey(row: Selectable<PasskeysTable>): Passkey {
  const { id, person, public_key: publicKey, counter, transports, label, created_at, used_at } = row;
  return {
    ...{ id, person, publicKey, counter, transports, label },
    createdAt: created_at.toISOString(),
    ...(used_at === null ? {} : { usedAt: used_at.toISOString() }),
  };
}
