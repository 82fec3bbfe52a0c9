import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What the surfaces remember: who is who in Slack, which message is which card, what was said, which click was seen. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identities (
      team text not null,
      slack_user text not null,
      person text not null unique,
      source text not null check (source in ('config', 'linked')),
      linked_at timestamptz not null default now(),
      primary key (team, slack_user)
    )`.execute(db);
  await sql`
    create table cards (
      request text not null,
      version integer not null check (version >= 1),
      channel text,
      ts text,
      wanted_seq integer not null,
      wanted_view json not null,
      shown_seq integer not null default -1,
      primary key (request, version),
      check ((channel is null) = (ts is null))
    )`.execute(db);
  await sql`
    create table messages (
      key text primary key,
      claimed_at timestamptz not null,
      channel text,
      ts text,
      check ((channel is null) = (ts is null))
    )`.execute(db);
  await sql`create table clicks (click_id text primary key, seen_at timestamptz not null)`.execute(db);
  await sql`create index clicks_by_age on clicks (seen_at)`.execute(db);
}
