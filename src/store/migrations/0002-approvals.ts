import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** The inbox: one row per version of a request that was shown to people. Open means not closed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table approvals (
      request text not null,
      version integer not null check (version >= 1),
      digest text not null,
      body json not null,
      opened_at timestamptz not null,
      expires_at timestamptz not null,
      closed_at timestamptz,
      primary key (request, version)
    )`.execute(db);
  await sql`create index approvals_open on approvals (expires_at) where closed_at is null`.execute(db);
}
