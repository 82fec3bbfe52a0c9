/** The database of a production process: PostgreSQL, and of the store only what the process's roles use. */
import { CountersignError } from '../domain/errors.ts';
import type { OpenAsks } from '../domain/open-asks.ts';
import type { Absences, AccessBook, Sessions, StandingGrants } from '../domain/ports.ts';
import type { Role } from '../process/setting-table.ts';
import type { Settings } from '../process/settings.ts';
import { openPostgres } from '../store/open-postgres.ts';
import { type DatabaseStore, openStore, storeOn } from '../store/open-store.ts';
import type { RevocationBook } from '../store/revocations.ts';
import type { SwitchBook } from '../store/switches.ts';

const CONNECTIONS_MAX = 10;

/** Roles start beside the job that migrates, and may come first. */
const SCHEMA_WAIT_MS = 60_000;

/** What the gateway keeps: declared tasks, what it saw and refused, and what a tripped alarm revokes. */
export interface GatewayStore extends Pick<DatabaseStore, 'orders' | 'sessions' | 'usage' | 'openAsks'> {
  readonly revocations: Pick<RevocationBook, 'active' | 'add'>;
  readonly access: Pick<AccessBook, 'inForce' | 'list'>;
  readonly grants: Pick<StandingGrants, 'inForce'>;
}

/** What judging reads, and the denials it notes. */
export interface WorkflowsStore extends Pick<DatabaseStore, 'orders' | 'usage'> {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly access: Pick<AccessBook, 'inForce'>;
  readonly absences: Pick<Absences, 'inForce'>;
  readonly grants: Pick<StandingGrants, 'inForce'>;
}

/** What executing keeps. Halts and orders read the halt files too. */
export interface ExecutorStore
  extends Pick<DatabaseStore, 'effects' | 'halts' | 'orders' | 'usage' | 'access'> {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly grants: Pick<StandingGrants, 'inForce' | 'mint' | 'proofOf' | 'use'>;
  readonly revocations: Pick<RevocationBook, 'active'>;
  readonly switches: Pick<SwitchBook, 'active'>;
  readonly absences: Pick<Absences, 'inForce'>;
}

/**
 * What the approvals role keeps: no effects. Standing grants it lists and revokes, and never mints. Of
 * halts it sees the database's only: the files are the executor's.
 */
export interface ApprovalsStore
  extends Pick<
    DatabaseStore,
    | 'identities'
    | 'inbox'
    | 'cards'
    | 'messages'
    | 'clicks'
    | 'absences'
    | 'halts'
    | 'oversight'
    | 'pageSessions'
    | 'passkeys'
    | 'tickets'
  > {
  readonly grants: Pick<StandingGrants, 'find' | 'list' | 'usesOf' | 'revoke'>;
  readonly openAsks: Pick<OpenAsks, 'look'>;
}

/** What each role was opened with; absent: this process does not play it. */
export interface RoleDatabase {
  readonly gateway?: GatewayStore;
  readonly workflows?: WorkflowsStore;
  readonly executor?: ExecutorStore;
  readonly approvals?: ApprovalsStore;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens what `roles` need. A login that owns the schema migrates it; any other waits up to a minute for one that does.
 * Rejects as `openStore` does, and with `misconfigured` without an address.
 */
export async function openRoleDatabase(
  roles: readonly Role[],
  { databaseUrl, dataFolder }: Pick<Settings, 'databaseUrl' | 'dataFolder'>,
): Promise<RoleDatabase> {
  if (databaseUrl === undefined)
    throw new CountersignError('misconfigured', 'Cannot open database: DATABASE_URL is not set');
  const options = { databaseUrl, poolMax: CONNECTIONS_MAX, schemaWaitMs: SCHEMA_WAIT_MS };
  const { store, close } = roles.includes('executor')
    ? await openForExecutor({ ...options, dataDir: dataFolder })
    : await openWithoutFolder(options);
  return {
    ...Object.fromEntries(roles.map((role) => [role, store])),
    ping: store.ping,
    close,
  };
}

interface Opened {
  readonly store: DatabaseStore;
  readonly close: () => Promise<void>;
}

async function openForExecutor(options: Parameters<typeof openStore>[0]): Promise<Opened> {
  const store = await openStore(options);
  return { store, close: store.close };
}

/** The folder of halt files is the executor's: a process that executes nothing may have no disk. */
async function openWithoutFolder(options: Parameters<typeof openPostgres>[0]): Promise<Opened> {
  const db = await openPostgres(options);
  return { store: storeOn(db, { forgets: false }), close: () => db.destroy() };
}
