import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/**
 * What limits count: effects learn for whom they are, reads and denials are observed, and a view lays both side by
 * side. A login that may read the view sees no captured state and no result. Rows from before count for nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table effects
      add column agent text,
      add column tenant text,
      add column session text,
      add column tier integer check (tier between 0 and 4),
      add column amount_cents bigint check (amount_cents >= 0),
      add check (num_nulls(agent, tenant, tier, amount_cents) in (0, 4)),
      add check (session is null or agent is not null)`.execute(db);
  await neverRewriteWhatCounts(db);
  await sql`
    create table observations (
      request text not null,
      step integer not null check (step >= 0),
      kind text not null check (kind in ('read', 'denied')),
      agent text not null,
      tenant text not null,
      session text,
      tool text not null,
      target text not null,
      tier integer not null check (tier between 0 and 4),
      at timestamptz not null,
      primary key (request, step, kind)
    )`.execute(db);
  await sql`create index observations_by_age on observations (at)`.execute(db);
  await sql`
    create view usage_entries as
    select 'change' as kind, request, step, agent, tenant, session, tool, target, tier, amount_cents as cents,
      intended_at as at
    from effects where direction = 'do' and state <> 'failed'
    union all
    select kind, request, step, agent, tenant, session, tool, target, tier, 0::bigint, at
    from observations`.execute(db);
  await indexWindows(db);
}

async function neverRewriteWhatCounts(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function effects_keep_counted() returns trigger language plpgsql as $$
    begin
      if (old.agent, old.tenant, old.session, old.tier, old.amount_cents) is distinct from
         (new.agent, new.tenant, new.session, new.tier, new.amount_cents) then
        raise exception 'effects: what is counted is never rewritten' using errcode = '23001';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger effects_keep_counted before update on effects
    for each row execute function effects_keep_counted()`.execute(db);
}

/** One index per way of counting. A target may be longer than an index entry can be, so its hash stands for it. */
async function indexWindows(db: Kysely<unknown>): Promise<void> {
  for (const [table, at] of [
    ['effects', 'intended_at'],
    ['observations', 'at'],
  ]) {
    for (const [name, by] of [
      ['agent', 'agent'],
      ['tool', 'tool'],
      ['target', 'md5(target)'],
      ['session', 'session'],
    ]) {
      await sql
        .raw(`create index ${table}_of_${name} on ${table} (tenant, (${by}), ${at}) where tenant is not null`)
        .execute(db);
    }
  }
}
