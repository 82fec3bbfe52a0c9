import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Declared tasks, changed by nobody once written; and access given for a while, which only ends sooner. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sessions (
      id text primary key check (length(id) between 1 and 500),
      agent text not null,
      task json not null check (octet_length(task::text) <= 262144),
      declared_at timestamptz not null
    )`.execute(db);
  await sql`
    create table access_grants (
      id text primary key,
      agent text not null,
      tool text not null,
      scope text not null check (length(scope) > 0),
      reason text not null,
      request text not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > starts_at),
      revoked_at timestamptz,
      revoked_by text,
      check ((revoked_at is null) = (revoked_by is null))
    )`.execute(db);
  await sql`create index access_grants_of_agent on access_grants (agent, ends_at)`.execute(db);
  await sql`create index access_grants_by_start on access_grants (starts_at)`.execute(db);
}
