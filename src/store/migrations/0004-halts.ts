import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Halts are facts: lifted with who and when, never removed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table halts (
      id text primary key,
      scope text not null check (scope in ('everything', 'agent', 'tool', 'provider')),
      subject text not null,
      reason text not null,
      by text not null,
      at timestamptz not null,
      until timestamptz,
      lifted_at timestamptz,
      lifted_by text,
      check ((lifted_at is null) = (lifted_by is null))
    )`.execute(db);
  await sql`create index halts_in_force on halts (at) where lifted_at is null`.execute(db);
}
