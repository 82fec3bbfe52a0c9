import type { Kysely } from 'kysely';
import { sql } from 'kysely';

/**
 * What rights on whole tables can't say. A login that only notes denials gets a view that takes nothing else: the first
 * note of a step stands, so a read noted in advance under a lower tier would hide the real one from every limit. And
 * access taken back is never given back by the right to take it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create view denials as
    select * from observations where kind = 'denied' with cascaded check option`.execute(db);
  await sql`
    create function access_stays_revoked() returns trigger language plpgsql as $$
    begin
      if old.revoked_at is not null and
         (old.revoked_at, old.revoked_by) is distinct from (new.revoked_at, new.revoked_by) then
        raise exception 'access_grants: access taken back stays so' using errcode = '23001';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger access_stays_revoked before update on access_grants
    for each row execute function access_stays_revoked()`.execute(db);
}
