import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Standing orders besides halts: revoked credentials and switched-off tools. Facts: lifted with who and when, kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table revocations (
      id bigint generated always as identity primary key,
      kind text not null check (kind in ('token', 'session', 'agent')),
      subject text not null check (length(subject) between 1 and 500),
      reason text not null,
      by text not null,
      at timestamptz not null,
      recorded_at timestamptz not null default now(),
      lifted_at timestamptz,
      lifted_by text,
      check ((lifted_at is null) = (lifted_by is null)),
      check (lifted_at is null or kind = 'agent')
    )`.execute(db);
  await sql`
    create index revocations_in_force on revocations (kind, subject, recorded_at)
    where lifted_at is null`.execute(db);
  await sql`
    create table tool_switches (
      id bigint generated always as identity primary key,
      subject text not null check (length(subject) between 1 and 200),
      environment text not null check (environment in ('all', 'prod', 'staging', 'dev')),
      state text not null check (state in ('off', 'read-only')),
      reason text not null,
      by text not null,
      at timestamptz not null,
      lifted_at timestamptz,
      lifted_by text,
      check ((lifted_at is null) = (lifted_by is null))
    )`.execute(db);
  await sql`
    create unique index tool_switches_in_force on tool_switches (subject, environment)
    where lifted_at is null`.execute(db);
}
