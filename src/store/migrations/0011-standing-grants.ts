import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/**
 * What approvers allowed in advance. Only revoking ever changes a grant; what proves it lies apart, so that a login that
 * only judges reads no arguments. A use is a row of its own; it is given back when its effect is known to have failed,
 * which the view says.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table standing_grants (
      id text primary key,
      agent text not null,
      tool text not null,
      covers text not null check (covers in ('target', 'arguments')),
      target text not null,
      scope text not null,
      label text not null,
      ask text not null,
      tier text not null check (tier in ('low', 'medium')),
      rules json not null check (octet_length(rules::text) <= 65536),
      uses_max integer not null check (uses_max between 1 and 1000),
      cents_max bigint check (cents_max >= 1),
      granted_by text not null,
      reason text,
      request text not null,
      minted_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > minted_at and ends_at <= minted_at + interval '31 days'),
      revoked_at timestamptz,
      revoked_by text,
      check ((revoked_at is null) = (revoked_by is null))
    )`.execute(db);
  await sql`create index standing_grants_of_agent on standing_grants (agent, tool, ends_at)`.execute(db);
  await sql`create index standing_grants_of_granter on standing_grants (granted_by, minted_at)`.execute(db);
  await sql`create index standing_grants_by_time on standing_grants (minted_at)`.execute(db);
  await sql`
    create table standing_grant_proofs (
      id text primary key references standing_grants (id),
      proof json not null check (octet_length(proof::text) <= 1048576)
    )`.execute(db);
  await sql`
    create table standing_grant_uses (
      request text not null,
      step integer not null check (step >= 0),
      grant_id text not null references standing_grants (id),
      at timestamptz not null,
      cents bigint not null check (cents >= 0),
      primary key (request, step)
    )`.execute(db);
  await sql`create index standing_grant_uses_of_grant on standing_grant_uses (grant_id, at)`.execute(db);
  await sql`
    create view standing_grant_entries as
    select u.grant_id, u.request, u.step, u.at, u.cents, coalesce(e.state = 'failed', false) as given_back
    from standing_grant_uses u
    left join effects e on e.request = u.request and e.step = u.step and e.direction = 'do'`.execute(db);
  await onlyEverRevoked(db);
}

/** The right to revoke is the right to change two columns; it is not the right to bring a grant back. */
async function onlyEverRevoked(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function standing_grants_stay_revoked() returns trigger language plpgsql as $$
    begin
      if old.revoked_at is not null and
         (old.revoked_at, old.revoked_by) is distinct from (new.revoked_at, new.revoked_by) then
        raise exception 'standing_grants: what was taken back stays so' using errcode = '23001';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger standing_grants_stay_revoked before update on standing_grants
    for each row execute function standing_grants_stay_revoked()`.execute(db);
}
