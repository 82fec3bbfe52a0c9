/** The tables as Kysely sees them; `migrations/` makes them. Columns in snake case, rows never leave this room. */

import type { ColumnType, Generated, GeneratedAlways, Kysely, RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { JsonValue } from '../domain/ask.ts';
import type { CardView, OpenApproval } from '../domain/card.ts';
import type { Direction, Effect } from '../domain/effect.ts';
import type { HaltScope } from '../domain/halt.ts';
import type { Revocation, ToolSwitch } from '../domain/orders.ts';
import type { DeclaredTask } from '../domain/session.ts';
import type { PageSession, TicketKind } from '../domain/sign-in.ts';
import type { GrantProof, StandingGrant } from '../domain/standing-grant.ts';
import type { Observation } from '../domain/usage.ts';
import type { OversightTables } from './oversight-tables.ts';

/** Set by the database when the row is made, and never afterwards. */
type MadeAt = ColumnType<Date, Date | undefined, never>;

export interface EffectsTable {
  request: string;
  step: number;
  direction: Direction;
  tool: string;
  target: string;
  idempotency_key: string;
  captured: JsonValue;
  state: Effect['state'];
  result: JsonValue;
  intended_at: MadeAt;
  settled_at: Date | null;
  /** Null in rows from before limits were counted, as the next four. */
  agent: string | null;
  tenant: string | null;
  session: string | null;
  tier: number | null;
  amount_cents: number | null;
}

export interface ApprovalsTable {
  /** Absent in rows of versions that did not note it. */
  agent: string | null;
  request: string;
  version: number;
  digest: string;
  body: OpenApproval;
  opened_at: Date;
  expires_at: Date;
  closed_at: Date | null;
}

export interface IdentitiesTable {
  team: string;
  slack_user: string;
  person: string;
  source: 'config' | 'linked';
  linked_at: MadeAt;
}

export interface CardsTable {
  request: string;
  version: number;
  channel: string | null;
  ts: string | null;
  wanted_seq: number;
  wanted_view: CardView;
  shown_seq: Generated<number>;
}

export interface MessagesTable {
  key: string;
  claimed_at: Date;
  channel: string | null;
  ts: string | null;
}

export interface HaltsTable {
  id: string;
  scope: HaltScope;
  subject: string;
  reason: string;
  by: string;
  at: Date;
  until: Date | null;
  lifted_at: Date | null;
  lifted_by: string | null;
}

export interface ClicksTable {
  click_id: string;
  seen_at: Date;
}

export interface RevocationsTable {
  id: GeneratedAlways<number>;
  kind: Revocation['kind'];
  subject: string;
  reason: string;
  by: string;
  at: Date;
  recorded_at: MadeAt;
  lifted_at: Date | null;
  lifted_by: string | null;
}

export interface ToolSwitchesTable {
  id: GeneratedAlways<number>;
  subject: string;
  environment: ToolSwitch['environment'];
  state: ToolSwitch['state'];
  reason: string;
  by: string;
  at: Date;
  lifted_at: Date | null;
  lifted_by: string | null;
}

export interface ObservationsTable extends Observation {
  at: Date;
}

export interface SessionsTable {
  id: string;
  agent: string;
  task: DeclaredTask;
  declared_at: Date;
}

export interface AccessGrantsTable {
  id: string;
  agent: string;
  tool: string;
  scope: string;
  reason: string;
  request: string;
  starts_at: Date;
  ends_at: Date;
  revoked_at: Date | null;
  revoked_by: string | null;
}

export interface AbsencesTable {
  id: string;
  person: string;
  delegate: string | null;
  starts_at: Date;
  ends_at: Date;
  made_at: Date;
  made_by: string;
  note: string | null;
  ended_at: Date | null;
  ended_by: string | null;
}

export interface StandingGrantsTable {
  id: string;
  agent: string;
  tool: string;
  covers: StandingGrant['covers'];
  target: string;
  scope: string;
  label: string;
  ask: string;
  tier: StandingGrant['tier'];
  rules: readonly string[];
  uses_max: number;
  cents_max: number | null;
  granted_by: string;
  reason: string | null;
  request: string;
  minted_at: Date;
  ends_at: Date;
  revoked_at: Date | null;
  revoked_by: string | null;
}

/** Read by executors only: it holds arguments. */
export interface StandingGrantProofsTable {
  id: string;
  proof: GrantProof;
}

export interface StandingGrantUsesTable {
  request: string;
  step: number;
  grant_id: string;
  at: Date;
  cents: number;
}

/** The uses as they count. */
export interface StandingGrantEntriesView extends StandingGrantUsesTable {
  given_back: boolean;
}

export interface WebSessionsTable {
  hash: string;
  kind: PageSession['kind'];
  person: string;
  issuer: string;
  subject: string;
  authenticated_at: Date | null;
  started_at: Date;
  seen_at: Date;
  ends_at: Date;
}

export interface PasskeysTable {
  id: string;
  person: string;
  public_key: string;
  counter: number;
  transports: readonly string[];
  label: string;
  created_at: Date;
  used_at: Date | null;
}

export interface WebTicketsTable {
  hash: string;
  kind: TicketKind;
  body: JsonValue;
  expires_at: Date;
}

export interface OpenAsksTable {
  id: string;
  request: string;
  agent: string;
  twin: string;
  body: string;
  noted_at: Date;
}

/** What waits for people, and what they turned down. */
export interface AgentPressureView {
  kind: 'waiting' | 'rejected';
  agent: string;
  request: string;
  at: Date;
}

export interface Tables extends OversightTables {
  open_asks: OpenAsksTable;
  agent_pressure: AgentPressureView;
  effects: EffectsTable;
  approvals: ApprovalsTable;
  identities: IdentitiesTable;
  cards: CardsTable;
  messages: MessagesTable;
  halts: HaltsTable;
  clicks: ClicksTable;
  revocations: RevocationsTable;
  tool_switches: ToolSwitchesTable;
  observations: ObservationsTable;
  /** The part of `observations` that judging writes. */
  denials: ObservationsTable;
  sessions: SessionsTable;
  access_grants: AccessGrantsTable;
  absences: AbsencesTable;
  standing_grants: StandingGrantsTable;
  standing_grant_proofs: StandingGrantProofsTable;
  standing_grant_uses: StandingGrantUsesTable;
  standing_grant_entries: StandingGrantEntriesView;
  web_sessions: WebSessionsTable;
  passkeys: PasskeysTable;
  web_tickets: WebTicketsTable;
}

export type Database = Kysely<Tables>;

/**
 * A value for a `json` column. Stated as text, because pg would turn arrays into PostgreSQL arrays; `json` and not
 * `jsonb`, because outside text may hold `\u0000` or half a surrogate pair, which `jsonb` refuses *after* the effect.
 */
export function json<T>(value: T): RawBuilder<T> {
  return sql<T>`cast(${JSON.stringify(value)} as json)`;
}
