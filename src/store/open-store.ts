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
import type { OpenAsks } from '../domain/open-asks.ts';
import type { OversightBook } from '../domain/oversight.ts';
import type {
  AbsenceBook,
  AccessBook,
  Clock,
  EffectLedger,
  Inbox,
  Sessions,
  StandingGrants,
  StandingOrders,
  Usage,
} from '../domain/ports.ts';
import type { PageSessions, Passkeys, Tickets } from '../domain/sign-in.ts';
import { createAbsences } from './absences.ts';
import { createAccessBook } from './access-grants.ts';
import type { Cards } from './cards.ts';
import { createCards } from './cards.ts';
import type { Clicks } from './clicks.ts';
import { createClicks } from './clicks.ts';
import type { Database, Tables } from './database.ts';
import { createEffectLedger } from './effects.ts';
import { lockFolder } from './folder-lock.ts';
import { filedGrants } from './grant-files.ts';
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
import { createOpenAsks } from './open-asks.ts';
import { openPglite } from './open-pglite.ts';
import { openPostgres } from './open-postgres.ts';
import { makeOrderFolders, type OrderFiles, orderFiles } from './order-files.ts';
import { createOrders } from './orders.ts';
import { createOversightBook } from './oversight.ts';
import { createPageSessions } from './page-sessions.ts';
import { createPasskeys } from './passkeys.ts';
import type { RevocationBook } from './revocations.ts';
import { createRevocations } from './revocations.ts';
import { createSessions } from './sessions.ts';
import { createStandingGrants } from './standing-grants.ts';
import type { SwitchBook } from './switches.ts';
import { createSwitches } from './switches.ts';
import { createUsage } from './usage.ts';
import { createTickets } from './web-tickets.ts';

export interface StoreOptions {
  /** Unset: PGlite in `dataDir`. */
  readonly databaseUrl?: string;
  /** Made if missing. Halt files are read from it in any case. */
  readonly dataDir: string;
  /** Connections to PostgreSQL at most; 10 unless told. */
  readonly poolMax?: number;
  /** When observations are made, access is revoked and absences end; the system's unless told. */
  readonly clock?: Clock;
  /** See `PostgresOptions`. */
  readonly schemaWaitMs?: number;
}

/** What is kept in a database. A login that lacks the rights for a part is refused when it is used, not before. */
export interface DatabaseStore {
  readonly effects: EffectLedger;
  readonly inbox: Inbox;
  readonly halts: HaltBook;
  readonly revocations: RevocationBook;
  readonly switches: SwitchBook;
  /** `halts`, `revocations` and `switches` together, remembered for a moment. */
  readonly orders: StandingOrders;
  readonly sessions: Sessions;
  readonly access: AccessBook;
  readonly absences: AbsenceBook;
  /** What approvers allowed in advance. */
  readonly grants: StandingGrants;
  readonly usage: Usage;
  readonly cards: Cards;
  readonly messages: Messages;
  readonly identities: Identities;
  readonly clicks: Clicks;
  readonly oversight: OversightBook;
  readonly pageSessions: PageSessions;
  readonly passkeys: Passkeys;
  readonly tickets: Tickets;
  readonly openAsks: OpenAsks;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
}

/** Its `halts.active`, and so its `orders`, read the files as well, and reject if either can't be read. */
export interface Store extends DatabaseStore {
  readonly db: Database;
  readonly haltFiles: HaltBook;
  /** Waits for running statements, then gives the folder back. Repeating it is harmless. */
  close(): Promise<void>;
}

/** Opens and migrates. Rejects with `misconfigured` or `unavailable` and leaves nothing open or locked. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, dataDir, poolMax = 10, schemaWaitMs, clock } = options;
  if (databaseUrl?.trim() === '') {
    throw new CountersignError(
      'misconfigured',
      'Cannot open database: DATABASE_URL is empty, wanted an address or none',
    );
  }
  await makeFolders(dataDir, databaseUrl === undefined).catch((cause: unknown) => {
    throw new CountersignError('misconfigured', `Cannot make folders in "${dataDir}"`, { cause });
  });
  const { db, release } =
    databaseUrl === undefined
      ? await openEmbedded(dataDir)
      : {
          db: await openPostgres({
            databaseUrl,
            poolMax,
            ...(schemaWaitMs === undefined ? {} : { schemaWaitMs }),
          }),
          release: async () => undefined,
        };
  const haltFiles = fileHalts(dataDir);
  const books = databaseUrl === undefined ? { books: orderFiles(dataDir, clock) } : {};
  return Object.freeze({
    ...storeOn(db, { haltFiles, ...books, ...(clock === undefined ? {} : { clock }) }),
    db,
    haltFiles,
    close: once(async () => {
      await db.destroy();
      await release();
    }),
  });
}

/** An order written to a folder beside a database would stop nothing, so there is none to write to. */
async function makeFolders(dataDir: string, isEmbedded: boolean): Promise<void> {
  await mkdir(join(dataDir, 'halts'), { recursive: true });
  if (isEmbedded) await makeOrderFolders(dataDir);
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

interface StoreParts {
  readonly haltFiles?: HaltBook;
  readonly books?: OrderFiles;
  readonly clock?: Clock;
  readonly forgets?: boolean;
}

/**
 * Everything on an open database. With `haltFiles` those halts hold too; with `books` revocations, switches, access
 * and absences are kept there and not in the database; without `forgets` this process never removes old observations.
 */
export function storeOn(
  db: Database,
  { haltFiles, books, clock, forgets = true }: StoreParts = {},
): DatabaseStore {
  const booked = createHalts(db);
  const halts =
    haltFiles === undefined ? booked : { ...booked, active: mergeHalts(booked, haltFiles).active };
  const { revocations, switches, access, absences } = books ?? {
    revocations: createRevocations(db),
    switches: createSwitches(db),
    access: createAccessBook(db, clock),
    absences: createAbsences(db, clock),
  };
  const grants = createStandingGrants(db, clock);
  const orders = createOrders({ halts, revocations, switches });
  // What this process writes counts for it at once; others see it when their memory of the orders ends.
  const atOnce = forgetting(orders.forget);
  return Object.freeze({
    ...{ orders, access, absences },
    halts: { ...halts, add: atOnce(halts.add), lift: atOnce(halts.lift) },
    revocations: { ...revocations, add: atOnce(revocations.add), lift: atOnce(revocations.lift) },
    switches: { ...switches, set: atOnce(switches.set), remove: atOnce(switches.remove) },
    effects: createEffectLedger(db),
    inbox: createInbox(db),
    sessions: createSessions(db),
    grants: books === undefined ? grants : filedGrants(grants, books.grants),
    usage: createUsage(db, { forgets, ...(clock === undefined ? {} : { clock }) }),
    cards: createCards(db),
    messages: createMessages(db),
    identities: createIdentities(db),
    clicks: createClicks(db),
    oversight: createOversightBook(db),
    pageSessions: createPageSessions(db),
    passkeys: createPasskeys(db),
    tickets: createTickets(db),
    openAsks: createOpenAsks(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
  });
}

function forgetting(forget: () => void) {
  return <Args extends readonly unknown[], Answer>(write: (...args: Args) => Promise<Answer>) =>
    (...args: Args) =>
      write(...args).finally(forget);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
