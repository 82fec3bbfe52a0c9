import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** Who is away and who stands in. Ended with who and when, never removed or prolonged, and over once ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // 2,160 hours and not 90 days, which are an hour more or less where clocks change.
  await sql`
    create table absences (
      id text primary key check (length(id) between 1 and 200),
      person text not null check (length(person) > 0),
      delegate text check (delegate <> person),
      starts_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > starts_at and ends_at <= starts_at + interval '2160 hours'),
      made_at timestamptz not null check (made_at < ends_at),
      made_by text not null,
      note text check (length(note) between 1 and 300),
      ended_at timestamptz,
      ended_by text,
      check ((ended_at is null) = (ended_by is null))
    )`.execute(db);
  await sql`create index absences_open on absences (ends_at) where ended_at is null`.execute(db);
  await sql`create index absences_of_person on absences (person, made_at)`.execute(db);
  await sql`
    create function absence_stays_ended() returns trigger language plpgsql as $$
    begin
      if old.ended_at is not null and
         (old.ended_at, old.ended_by) is distinct from (new.ended_at, new.ended_by) then
        raise exception 'absences: one that was ended stays so' using errcode = '23001';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger absence_stays_ended before update on absences
    for each row execute function absence_stays_ended()`.execute(db);
}
