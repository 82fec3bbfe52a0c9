/**
 * The store: everything Countersign keeps beside Temporal. PostgreSQL when there is an address, else PGlite in the
 * data folder behind our own lock; the same SQL and the same rules on both.
 *
 * Promises: what a call returned is committed; effects are only added and settled once; absence is never an answer of
 * yes. Refuses: a folder another process uses, a database newer than this code, unreadable halts. Rejects with a
 * CountersignError only: `unavailable` where trying again can help. `main/` opens it and hands its parts out as ports.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { EffectLedger, Inbox } from '../domain/ports.ts';
import type { Cards } from './cards.ts';
import { createCards } from './cards.ts';
import type { Clicks } from './clicks.ts';
import { createClicks } from './clicks.ts';
import type { Database, Tables } from './database.ts';
import { createEffectLedger } from './effects.ts';
import { lockFolder } from './folder-lock.ts';
import { guardedDialect } from './guarded-dialect.ts';
import { fileHalts } from './halt-files.ts';
import type { HaltBook } from './halts.ts';
import { createHalts, mergeHalts } from './halts.ts';
import type { Identities } from './identities.ts';
import { createIdentities } from './identities.ts';
import { createInbox } from './inbox.ts';
import type { Messages } from './messages.ts';
import { createMessages } from './messages.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './open-pglite.ts';
import { openPostgres } from './open-postgres.ts';

export interface StoreOptions {
  /** Unset: PGlite in `dataDir`. */
  readonly databaseUrl?: string;
  /** Made if missing. Halt files are read from it in any case. */
  readonly dataDir: string;
  /** Connections to PostgreSQL at most; 10 unless told. */
  readonly poolMax?: number;
}

export interface Store {
  readonly db: Database;
  readonly effects: EffectLedger;
  readonly inbox: Inbox;
  /** `active` reads the database's halts and the files', and rejects if either can't be read; the rest is the database's. */
  readonly halts: HaltBook;
  readonly haltFiles: HaltBook;
  readonly cards: Cards;
  readonly messages: Messages;
  readonly identities: Identities;
  readonly clicks: Clicks;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Waits for running statements, then gives the folder back. Repeating it is harmless. */
  close(): Promise<void>;
}

/** Opens and migrates. Rejects with `misconfigured` or `unavailable` and leaves nothing open or locked. */
export async function openStore({ databaseUrl, dataDir, poolMax = 10 }: StoreOptions): Promise<Store> {
  if (databaseUrl?.trim() === '') {
    throw new CountersignError(
      'misconfigured',
      'Cannot open database: DATABASE_URL is empty, wanted an address or none',
    );
  }
  await mkdir(join(dataDir, 'halts'), { recursive: true }).catch((cause: unknown) => {
    throw new CountersignError('misconfigured', `Cannot make folder "${dataDir}"`, { cause });
  });
  const { db, release } =
    databaseUrl === undefined
      ? await openEmbedded(dataDir)
      : { db: await openPostgres({ databaseUrl, poolMax }), release: async () => undefined };
  return storeOn(
    db,
    dataDir,
    once(async () => {
      await db.destroy();
      await release();
    }),
  );
}

async function openEmbedded(dataDir: string): Promise<{ db: Database; release: () => Promise<void> }> {
  const lock = await lockFolder(dataDir).catch((error: unknown) => {
    throw unopened(dataDir, error);
  });
  try {
    const db = new Kysely<Tables>({ dialect: guardedDialect(await openPglite(dataDir)) });
    await migrate(db).catch(async (error: unknown) => {
      await db.destroy();
      throw error;
    });
    return { db, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw unopened(dataDir, error);
  }
}

/** Ours as it is; a full disk, missing rights and the like as `unavailable`. */
function unopened(dataDir: string, error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  return new CountersignError('unavailable', `Cannot open database in "${dataDir}"`, { cause: error });
}

function storeOn(db: Database, dataDir: string, close: () => Promise<void>): Store {
  const halts = createHalts(db);
  const haltFiles = fileHalts(dataDir);
  return Object.freeze({
    db,
    effects: createEffectLedger(db),
    inbox: createInbox(db),
    halts: { ...halts, active: mergeHalts(halts, haltFiles).active },
    haltFiles,
    cards: createCards(db),
    messages: createMessages(db),
    identities: createIdentities(db),
    clicks: createClicks(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close,
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
