import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** The effect ledger: rows are added and settled once; the database itself refuses anything else. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table effects (
      request text not null,
      step integer not null check (step >= 0),
      direction text not null check (direction in ('do', 'undo')),
      tool text not null,
      target text not null,
      idempotency_key text not null unique,
      captured json not null,
      state text not null default 'intended' check (state in ('intended', 'done', 'failed')),
      result json,
      intended_at timestamptz not null default now(),
      settled_at timestamptz,
      primary key (request, step, direction),
      check ((state = 'intended') = (settled_at is null)),
      check (state <> 'intended' or result is null)
    )`.execute(db);
  await sql`
    create function effects_settle_once() returns trigger language plpgsql as $$
    begin
      if old.state <> 'intended' or new.state = 'intended' then
        raise exception 'effects: a row changes once, by being settled' using errcode = '23001';
      end if;
      if (old.request, old.step, old.direction, old.tool, old.target, old.idempotency_key, old.captured::text,
          old.intended_at) is distinct from
         (new.request, new.step, new.direction, new.tool, new.target, new.idempotency_key, new.captured::text,
          new.intended_at) then
        raise exception 'effects: an intent is never rewritten' using errcode = '23001';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create function effects_keep() returns trigger language plpgsql as $$
    begin
      raise exception 'effects: a row is never removed' using errcode = '23001';
    end $$`.execute(db);
  await sql`
    create trigger effects_settle_once before update on effects
    for each row execute function effects_settle_once()`.execute(db);
  await sql`
    create trigger effects_keep_rows before delete on effects
    for each row execute function effects_keep()`.execute(db);
  await sql`
    create trigger effects_keep_table before truncate on effects
    for each statement execute function effects_keep()`.execute(db);
}
