import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/** What people were asked, what they answered, and which clicks were refused: ids and numbers, kept for 400 days. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table oversight_asked (
      request text not null,
      version integer not null check (version >= 1),
      seq integer not null,
      agent text not null,
      tier text not null,
      rules json not null,
      groups json not null,
      members json,
      fate text not null,
      edited_by text,
      outcome text,
      effects text,
      undone integer not null,
      stuck integer not null,
      asked_at timestamptz not null,
      shown_at timestamptz,
      closed_at timestamptz,
      primary key (request, version)
    )`.execute(db);
  await sql`create index oversight_asked_by_age on oversight_asked (asked_at)`.execute(db);
  await sql`
    create table oversight_steps (
      request text not null,
      version integer not null,
      step integer not null,
      agent text not null,
      tool text not null,
      scope text not null,
      target text not null,
      asked_at timestamptz not null,
      primary key (request, version, step),
      foreign key (request, version) references oversight_asked on delete cascade
    )`.execute(db);
  await sql`create index oversight_steps_by_agent on oversight_steps (agent, tool, asked_at)`.execute(db);
  await sql`create index oversight_steps_by_scope on oversight_steps (tool, scope, asked_at)`.execute(db);
  await sql`
    create table oversight_answers (
      request text not null,
      version integer not null,
      person text not null,
      answer text not null check (answer in ('approve', 'deny')),
      has_reason boolean not null,
      surface text not null,
      assurance text not null,
      admitted boolean not null,
      at timestamptz not null,
      primary key (request, version, person, answer),
      foreign key (request, version) references oversight_asked on delete cascade
    )`.execute(db);
  await sql`create index oversight_answers_by_person on oversight_answers (person, at)`.execute(db);
  await sql`
    create table oversight_refusals (
      id text primary key,
      why text not null,
      surface text not null,
      person text,
      request text,
      version integer,
      at timestamptz not null
    )`.execute(db);
  await sql`create index oversight_refusals_by_age on oversight_refusals (at)`.execute(db);
}
