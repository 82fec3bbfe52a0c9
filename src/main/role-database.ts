/** The database of a production process: PostgreSQL, opened only for the roles that keep something. */
import { sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { Role } from '../process/setting-table.ts';
import type { Settings } from '../process/settings.ts';
import { createCards } from '../store/cards.ts';
import { createClicks } from '../store/clicks.ts';
import { createIdentities } from '../store/identities.ts';
import { createInbox } from '../store/inbox.ts';
import { createMessages } from '../store/messages.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { ApprovalStore } from './roles.ts';

const CONNECTIONS_MAX = 10;

/** What each role was opened with; absent: it keeps nothing. */
export interface RoleDatabase {
  readonly executor?: Pick<Store, 'effects' | 'halts'>;
  readonly approvals?: ApprovalStore;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens and migrates what `roles` need; undefined when none keeps anything. Rejects as `openStore` does. */
export async function openRoleDatabase(
  roles: readonly Role[],
  { databaseUrl, dataFolder }: Pick<Settings, 'databaseUrl' | 'dataFolder'>,
): Promise<RoleDatabase | undefined> {
  if (!roles.includes('executor') && !roles.includes('approvals')) return undefined;
  if (databaseUrl === undefined)
    throw new CountersignError('misconfigured', 'Cannot open database: DATABASE_URL is not set');
  if (!roles.includes('executor')) return openForApprovals(databaseUrl);
  const store = await openStore({ databaseUrl, dataDir: dataFolder, poolMax: CONNECTIONS_MAX });
  return { executor: store, approvals: store, ping: store.ping, close: store.close };
}

/** Without the folder of halt files: it is the executor's, and a process that executes nothing may have no disk. */
async function openForApprovals(databaseUrl: string): Promise<RoleDatabase> {
  const db = await openPostgres({ databaseUrl, poolMax: CONNECTIONS_MAX });
  const approvals: ApprovalStore = {
    identities: createIdentities(db),
    inbox: createInbox(db),
    cards: createCards(db),
    messages: createMessages(db),
    clicks: createClicks(db),
  };
  const ping = async () => {
    await sql`select 1`.execute(db);
  };
  return { approvals, ping, close: () => db.destroy() };
}
