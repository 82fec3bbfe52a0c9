import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What the agents' door counts before it lets an ask in, and which asks were taken for one that waits already. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A column and not the body's field: bodies may hold text that cannot be read field by field.
  await sql`alter table approvals add column agent text`.execute(db);
  await sql`create index approvals_open_of_agent on approvals (agent) where closed_at is null`.execute(db);
  await sql`
    create index oversight_asked_rejected on oversight_asked (agent, closed_at) where outcome = 'rejected'`.execute(
    db,
  );
  await sql`
    create view agent_pressure as
    select 'waiting' as kind, agent, request, opened_at as at
    from approvals where closed_at is null and expires_at > now()
    union all
    select 'rejected', agent, request, closed_at
    from oversight_asked where outcome = 'rejected' and closed_at is not null`.execute(db);
  await sql`
    create table open_asks (
      id text primary key,
      request text not null,
      agent text not null,
      twin text not null,
      body text not null,
      noted_at timestamptz not null
    )`.execute(db);
  await sql`create index open_asks_by_twin on open_asks (agent, twin, noted_at)`.execute(db);
  await sql`create index open_asks_by_age on open_asks (noted_at)`.execute(db);
}
