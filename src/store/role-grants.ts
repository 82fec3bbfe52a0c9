/**
 * What each login of a production database may do, in one place: one login per role, and one for operators. The owner
 * of the schema, which migrates it and gives these rights, is none of them.
 *
 * Nothing here lets a login take back what it said: revocations, effects and decisions are added, and only the columns
 * named are ever changed.
 */
import { sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { Database } from './database.ts';
import { MIGRATIONS_TABLE } from './migrate.ts';

/** The logins that are given rights. */
export const DATABASE_ROLES = ['gateway', 'workflows', 'approvals', 'executor', 'operator'] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** Rights on one table or view: all columns where it says true, else the named ones. */
export interface TableGrant {
  readonly select?: true;
  readonly insert?: true;
  readonly update?: readonly string[];
  readonly delete?: true;
}

type Grants = Readonly<Record<string, TableGrant>>;

const READ: TableGrant = Object.freeze({ select: true });
const READ_AND_ADD: TableGrant = Object.freeze({ select: true, insert: true });
const ADD: TableGrant = Object.freeze({ insert: true });

const ORDERS: Grants = { halts: READ, revocations: READ, tool_switches: READ };
const LIFTED = ['lifted_at', 'lifted_by'] as const;
/** Said and ended, never prolonged: neither its people nor its dates change. */
const ABSENCES: TableGrant = { select: true, insert: true, update: ['ended_at', 'ended_by'] };
const REVOKED = ['revoked_at', 'revoked_by'] as const;
/** Put up and lifted, never removed or reworded. */
const HALTS: TableGrant = { select: true, insert: true, update: LIFTED };
const JUDGING: Grants = {
  ...ORDERS,
  sessions: READ,
  access_grants: READ,
  usage_entries: READ,
  standing_grants: READ,
  standing_grant_entries: READ,
};

/** What becomes known of an asking later; whom and what it asked stays as it was. */
const ASKED_LATER = [
  'seq',
  'members',
  'fate',
  'edited_by',
  'outcome',
  'effects',
  'undone',
  'stuck',
  'shown_at',
  'closed_at',
] as const;

/** What a door heard is replaced by what was admitted; who answered what stays. */
const SAID_LATER = ['has_reason', 'surface', 'assurance', 'at', 'admitted'] as const;

/** Every login sees which migrations are done. What is not in here is not allowed. */
export const ROLE_GRANTS: Readonly<Record<DatabaseRole, Grants>> = Object.freeze({
  /** Sees what limits count, never what an effect captured or gave. A tripped alarm may revoke, and not reinstate. */
  gateway: {
    ...JUDGING,
    sessions: READ_AND_ADD,
    revocations: READ_AND_ADD,
    agent_pressure: READ,
    open_asks: { select: true, insert: true, delete: true },
  },
  /** Reads absences, because admitting a decision asks who stands in for whom; executing asks again. */
  workflows: { ...JUDGING, denials: ADD, absences: READ },
  approvals: {
    approvals: { select: true, insert: true, update: ['closed_at'] },
    cards: {
      select: true,
      insert: true,
      update: ['channel', 'ts', 'wanted_seq', 'wanted_view', 'shown_seq'],
    },
    messages: { select: true, insert: true, update: ['claimed_at', 'channel', 'ts'] },
    identities: { select: true, insert: true, delete: true },
    // Removing old ones locks them first, which takes the right to change.
    clicks: { select: true, insert: true, update: ['seen_at'], delete: true },
    absences: ABSENCES,
    agent_pressure: READ,
    open_asks: READ,
    standing_grants: { select: true, update: REVOKED },
    standing_grant_entries: READ,
    oversight_asked: { select: true, insert: true, update: ASKED_LATER, delete: true },
    oversight_steps: READ_AND_ADD,
    oversight_answers: { select: true, insert: true, update: SAID_LATER },
    oversight_refusals: { select: true, insert: true, delete: true },
    // People pause and resume from Slack. Which halt a person may lift is this role's to judge: the operator's own
    // login and the halt files stop what a stolen one of this role would let run.
    halts: HALTS,
    web_sessions: { select: true, insert: true, update: ['seen_at'], delete: true },
    // A key is never exchanged under a known id, nor given to somebody else.
    passkeys: { select: true, insert: true, update: ['counter', 'used_at'], delete: true },
    // Removing old ones locks them first, which takes the right to change.
    web_tickets: { select: true, insert: true, update: ['expires_at'], delete: true },
  },
  executor: {
    ...JUDGING,
    effects: { select: true, insert: true, update: ['state', 'result', 'settled_at'] },
    denials: ADD,
    observations: { select: true, insert: true, delete: true },
    absences: READ,
    access_grants: { select: true, insert: true, update: REVOKED },
    // Only who verifies a decision may make of it what passes without people.
    standing_grants: READ_AND_ADD,
    standing_grant_proofs: READ_AND_ADD,
    standing_grant_uses: READ_AND_ADD,
  },
  operator: {
    halts: HALTS,
    revocations: { select: true, insert: true, update: LIFTED },
    tool_switches: { select: true, insert: true, update: LIFTED },
    absences: ABSENCES,
    access_grants: { select: true, update: REVOKED },
    standing_grants: { select: true, update: REVOKED },
    standing_grant_entries: READ,
    sessions: READ,
    usage_entries: READ,
    oversight_asked: READ,
    oversight_steps: READ,
    oversight_answers: READ,
    oversight_refusals: READ,
  },
});

/** The PostgreSQL login of a role, as `deploy/postgres/databases.sh` makes it. */
export function loginOf(role: DatabaseRole): string {
  return `countersign_${role}`;
}

/**
 * Gives each login exactly its rights and takes every other from it, all or nothing. For the owner of the schema,
 * after migrating. Rejects with `misconfigured` when a login does not exist.
 */
export async function grantRoles(db: Database): Promise<void> {
  await db.transaction().execute(async (turn) => {
    await assertLogins(turn);
    for (const role of DATABASE_ROLES) {
      for (const statement of statementsFor(role)) await sql.raw(statement).execute(turn);
    }
  });
}

async function assertLogins(db: Database): Promise<void> {
  const { rows } = await sql<{ rolname: string }>`select rolname from pg_roles`.execute(db);
  const missing = DATABASE_ROLES.map(loginOf).filter((login) => !rows.some((row) => row.rolname === login));
  if (missing.length === 0) return;
  throw new CountersignError(
    'misconfigured',
    `Cannot give rights: login "${missing.join(', ')}" does not exist, wanted deploy/postgres/databases.sh to make it`,
  );
}

/** Constant names only; none is quoted. */
function statementsFor(role: DatabaseRole): readonly string[] {
  const login = loginOf(role);
  const grants = { ...ROLE_GRANTS[role], [MIGRATIONS_TABLE]: READ };
  return [
    // Takes the rights on single columns too.
    `revoke all on all tables in schema public from ${login}`,
    `grant usage on schema public to ${login}`,
    ...Object.entries(grants).map(([table, grant]) => `grant ${rightsOf(grant)} on ${table} to ${login}`),
  ];
}

function rightsOf({ select, insert, update, delete: remove }: TableGrant): string {
  return [
    ...(select === undefined ? [] : ['select']),
    ...(insert === undefined ? [] : ['insert']),
    ...(update === undefined ? [] : [`update (${update.join(', ')})`]),
    ...(remove === undefined ? [] : ['delete']),
  ].join(', ');
}
