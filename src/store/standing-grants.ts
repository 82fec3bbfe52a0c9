import type { Selectable, SelectQueryBuilder, Transaction } from 'kysely';
import { sql } from 'kysely';
import { impossible } from '../domain/errors.ts';
import type { Clock, GrantQuery, StandingGrants } from '../domain/ports.ts';
import type { GrantProof, GrantStanding, GrantUse, StandingGrant } from '../domain/standing-grant.ts';
import { type Database, json, type StandingGrantsTable, type Tables } from './database.ts';
import { inTurn, takeTurn } from './in-turn.ts';

/** `list()` and `usesOf()` give at most this many. */
export const GRANTS_LIST_MAX = 1_000;
/** `inForce()` gives at most this many; what a grant left out would allow goes to people. */
export const GRANTS_IN_FORCE_MAX = 100;

/** Standing grants on a database. Minting and using take rights that only the executor's login has. */
export function createStandingGrants(db: Database, clock: Clock = () => new Date()): StandingGrants {
  return {
    inForce: (query) => inForce(db, query),
    find: (id) => find(db, id),
    list: (whose = {}) => list(db, whose),
    usesOf: (id) => usesOf(db, id),
    revoke: (id, by) => revoke(db, { id, by, now: clock() }),
    mint: (grant, proof) => mint(db, grant, proof),
    proofOf: (id) => proofOf(db, id),
    use: (use, now) => inTurn(db, turnOf(use.grant), (turn) => spend(turn, use, now)),
  };
}

type Use = Omit<GrantUse, 'at' | 'givenBack'>;

/**
 * Inside a transaction that runs alone for this grant: writes the use down where the grant is in force and has room for
 * it. True also for a use that was written before; false, and nothing written, otherwise.
 */
export async function spend(
  turn: Transaction<Tables>,
  { grant, request, step, cents }: Use,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql<{ request: string }>`
    insert into standing_grant_uses (request, step, grant_id, at, cents)
    select ${request}, ${step}::int4, g.id, ${now}::timestamptz, ${cents}::int8
    from standing_grants g,
      lateral (select count(*) as uses, coalesce(sum(e.cents), 0)::int8 as cents
        from standing_grant_entries e where e.grant_id = g.id and not e.given_back) spent
    where g.id = ${grant} and g.revoked_at is null and g.ends_at > ${now}
      and spent.uses < g.uses_max and spent.cents + ${cents}::int8 <= coalesce(g.cents_max, 0)
    on conflict do nothing
    returning request`.execute(turn);
  if (rows.length === 1) return true;
  const there = await turn
    .selectFrom('standing_grant_entries')
    .select('grant_id')
    .where('request', '=', request)
    .where('step', '=', step)
    .executeTakeFirst();
  return there?.grant_id === grant;
}

/** Waits until nobody else spends of this grant. */
export async function takeGrantTurn(turn: Transaction<Tables>, grant: string): Promise<void> {
  await takeTurn(turn, turnOf(grant));
}

function turnOf(grant: string): string {
  return `standing-grant:${grant}`;
}

async function inForce(db: Database, query: GrantQuery): Promise<readonly GrantStanding[]> {
  const { agent, tool, request, step, now } = query;
  const rows = await standings(db, { request, step })
    .where('agent', '=', agent)
    .where('tool', '=', tool)
    .where('revoked_at', 'is', null)
    .where('ends_at', '>', now)
    .orderBy('ends_at')
    .orderBy('id')
    .limit(GRANTS_IN_FORCE_MAX)
    .execute();
  return rows.map(toStanding);
}

async function find(db: Database, id: string): Promise<GrantStanding | undefined> {
  const row = await standings(db).where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toStanding(row);
}

async function list(
  db: Database,
  { agent, grantedBy }: NonNullable<Parameters<StandingGrants['list']>[0]>,
): Promise<readonly GrantStanding[]> {
  const rows = await standings(db)
    .$if(agent !== undefined, (all) => all.where('agent', '=', agent ?? ''))
    .$if(grantedBy !== undefined, (all) => all.where('granted_by', '=', grantedBy ?? ''))
    .orderBy('minted_at', 'desc')
    .orderBy('id')
    .limit(GRANTS_LIST_MAX)
    .execute();
  return rows.map(toStanding);
}

async function usesOf(db: Database, id: string): Promise<readonly GrantUse[]> {
  const rows = await db
    .selectFrom('standing_grant_entries')
    .selectAll()
    .where('grant_id', '=', id)
    .orderBy('at', 'desc')
    .limit(GRANTS_LIST_MAX)
    .execute();
  return rows.map(({ grant_id, request, step, at, cents, given_back }) => ({
    ...{ grant: grant_id, request, step, cents },
    ...{ at: at.toISOString(), givenBack: given_back },
  }));
}

async function revoke(
  db: Database,
  { id, by, now }: { readonly id: string; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const revoked = await db
    .updateTable('standing_grants')
    .set({ revoked_at: now, revoked_by: by })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('ends_at', '>', now)
    .executeTakeFirst();
  return revoked.numUpdatedRows === 1n;
}

async function mint(db: Database, grant: StandingGrant, proof: GrantProof): Promise<void> {
  const { id, agent, tool, covers, target, scope, label, ask, tier, request, reason } = grant;
  await db.transaction().execute(async (turn) => {
    const row = await turn
      .insertInto('standing_grants')
      .values({
        ...{ id, agent, tool, covers, target, scope, ask, tier, request },
        label: storable(label),
        reason: reason === undefined ? null : storable(reason),
        rules: json(grant.rules),
        uses_max: grant.usesMax,
        cents_max: grant.centsMax ?? null,
        granted_by: grant.grantedBy,
        minted_at: new Date(grant.mintedAt),
        ends_at: new Date(grant.until),
        revoked_at: null,
        revoked_by: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) return;
    await turn
      .insertInto('standing_grant_proofs')
      .values({ id, proof: json(proof) })
      .execute();
  });
}

/** For eyes only, and from outside: a character that no text column holds must not keep a grant from being written. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD');
}

async function proofOf(db: Database, id: string): Promise<GrantProof | undefined> {
  const row = await db
    .selectFrom('standing_grant_proofs')
    .select('proof')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.proof;
}

type Standing = Selectable<StandingGrantsTable> & { readonly uses: number; readonly cents: number };

/** Grants with what counts as used of them, the uses of one step left out. */
function standings(
  db: Database,
  { request, step }: Pick<GrantQuery, 'request' | 'step'> = { request: '', step: 0 },
): SelectQueryBuilder<Tables, 'standing_grants', Standing> {
  return db
    .selectFrom('standing_grants')
    .innerJoinLateral(
      (uses) =>
        uses
          .selectFrom('standing_grant_entries as used')
          .select([
            sql<number>`count(*)`.as('uses'),
            sql<number>`coalesce(sum(used.cents), 0)::int8`.as('cents'),
          ])
          .whereRef('used.grant_id', '=', 'standing_grants.id')
          .where('used.given_back', '=', false)
          .where(sql<boolean>`not (used.request = ${request} and used.step = ${step}::int4)`)
          .as('spent'),
      (join) => join.onTrue(),
    )
    .selectAll('standing_grants')
    .select(['spent.uses', 'spent.cents']) as unknown as SelectQueryBuilder<
    Tables,
    'standing_grants',
    Standing
  >;
}

function toStanding(row: Standing): GrantStanding {
  const { id, agent, tool, covers, target, scope, label, ask, tier, rules, request, uses, cents } = row;
  if (!Array.isArray(rules)) impossible(`standing grant "${id}" has no list of rules`);
  return {
    ...{ id, agent, tool, covers, target, scope, label, ask, tier, rules, request, uses, cents },
    until: row.ends_at.toISOString(),
    usesMax: row.uses_max,
    ...(row.cents_max === null ? {} : { centsMax: row.cents_max }),
    grantedBy: row.granted_by,
    ...(row.reason === null ? {} : { reason: row.reason }),
    mintedAt: row.minted_at.toISOString(),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at.toISOString() }),
    ...(row.revoked_by === null ? {} : { revokedBy: row.revoked_by }),
  };
}
