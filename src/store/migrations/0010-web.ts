import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** The approver pages: who is signed in, passkeys, and tickets for one use. No secret, only hashes of secrets. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table web_sessions (
      hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
      kind text not null check (kind in ('page', 'cli')),
      person text not null,
      issuer text not null,
      subject text not null,
      authenticated_at timestamptz,
      started_at timestamptz not null,
      seen_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > started_at)
    )`.execute(db);
  await sql`create index web_sessions_by_end on web_sessions (ends_at)`.execute(db);
  await sql`
    create table passkeys (
      id text primary key check (length(id) between 1 and 1400),
      person text not null,
      public_key text not null check (length(public_key) between 1 and 8000),
      counter bigint not null check (counter >= 0),
      transports json not null,
      label text not null check (length(label) between 1 and 100),
      created_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);
  await sql`create index passkeys_of_person on passkeys (person, created_at)`.execute(db);
  await sql`
    create table web_tickets (
      hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
      kind text not null check (kind in ('link', 'device', 'device-answer', 'ceremony')),
      body json not null check (octet_length(body::text) <= 8192),
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index web_tickets_by_end on web_tickets (expires_at)`.execute(db);
}
