import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { CardView } from '../domain/card.ts';
import type { Answer } from '../domain/decision.ts';
import { impossible } from '../domain/errors.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { CardsTable, Database } from './database.ts';
import { json } from './database.ts';

/** Where a message stands in Slack. */
export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/** One version's card: what it should show, where it stands, and what was last drawn (`shownSeq` −1: nothing yet). */
export interface CardRow {
  readonly request: string;
  readonly version: number;
  readonly place: MessagePlace | undefined;
  readonly wantedSeq: number;
  readonly wantedView: CardView;
  readonly shownSeq: number;
}

/** Which message is which card. A card is a view: nothing here decides anything. */
export interface Cards {
  /** Keeps the view unless a newer or equal one is kept already; returns what is wanted now. */
  want(view: CardView): Promise<{ readonly row: CardRow }>;
  /**
   * Notes where the card was posted. The first place stands, unless it is `gone` (its message no longer exists). A
   * caller that reads back another place than its own has posted a double.
   */
  placed(
    request: string,
    version: number,
    place: MessagePlace,
    gone?: MessagePlace,
  ): Promise<{ readonly row: CardRow }>;
  /** Notes what was drawn; a smaller `seq` than the noted one changes nothing. */
  shown(request: string, version: number, seq: number): Promise<void>;
  current(request: string, version: number): Promise<CardRow | undefined>;
  /** Every version's card, oldest version first. */
  forRequest(request: string): Promise<readonly CardRow[]>;
  /**
   * Of the last 1,000 requests that ended since then, those the person voted on or whose agent they own; newest first, at
   * most `limit`.
   */
  decidedBy(
    person: string,
    span: { readonly since: Date; readonly limit: number },
  ): Promise<readonly DecidedCard[]>;
}

/** A closed card as its people remember it. */
export interface DecidedCard {
  readonly request: string;
  readonly title: string;
  readonly agent: string;
  readonly outcome?: Outcome;
  readonly answer?: Answer;
  readonly closedAt: string;
}

const DECIDED_LOOKED_AT_MAX = 1_000;

/** Cards on a database. */
export function createCards(db: Database): Cards {
  return {
    want: (view) => want(db, view),
    placed: (request, version, place, gone) => placed(db, { request, version }, { place, gone }),
    shown: (request, version, seq) => shown(db, { request, version }, seq),
    current: (request, version) => current(db, { request, version }),
    forRequest: (request) => forRequest(db, request),
    decidedBy: (person, span) => decidedBy(db, person, span),
  };
}

interface CardKey {
  readonly request: string;
  readonly version: number;
}

async function want(db: Database, view: CardView): Promise<{ row: CardRow }> {
  const row = await db
    .insertInto('cards')
    .values({
      request: view.request,
      version: view.version,
      wanted_seq: view.seq,
      wanted_view: json(view),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['request', 'version'])
        .doUpdateSet({ wanted_seq: view.seq, wanted_view: json(view) })
        .where('cards.wanted_seq', '<', view.seq),
    )
    .returningAll()
    .executeTakeFirst();
  // No row comes back where a newer view is wanted already.
  return { row: row === undefined ? await existing(db, view) : toCard(row) };
}

interface Placement {
  readonly place: MessagePlace;
  readonly gone: MessagePlace | undefined;
}

async function placed(db: Database, key: CardKey, { place, gone }: Placement): Promise<{ row: CardRow }> {
  await db
    .updateTable('cards')
    .set({ channel: place.channel, ts: place.ts })
    .where('request', '=', key.request)
    .where('version', '=', key.version)
    .where((where) =>
      gone === undefined
        ? where('ts', 'is', null)
        : where.or([where('ts', 'is', null), where.and({ channel: gone.channel, ts: gone.ts })]),
    )
    .execute();
  return { row: await existing(db, key) };
}

async function shown(db: Database, key: CardKey, seq: number): Promise<void> {
  await db
    .updateTable('cards')
    .set({ shown_seq: sql<number>`greatest(shown_seq, ${sql.lit(Math.trunc(seq))})` })
    .where('request', '=', key.request)
    .where('version', '=', key.version)
    .execute();
}

async function current(db: Database, key: CardKey): Promise<CardRow | undefined> {
  const row = await db
    .selectFrom('cards')
    .selectAll()
    .where('request', '=', key.request)
    .where('version', '=', key.version)
    .executeTakeFirst();
  return row === undefined ? undefined : toCard(row);
}

async function forRequest(db: Database, request: string): Promise<readonly CardRow[]> {
  const rows = await db
    .selectFrom('cards')
    .selectAll()
    .where('request', '=', request)
    .orderBy('version')
    .execute();
  return rows.map(toCard);
}

async function decidedBy(
  db: Database,
  person: string,
  { since, limit }: { readonly since: Date; readonly limit: number },
): Promise<readonly DecidedCard[]> {
  // As text: reading a field of it fails for outside words with `\u0000`. Inside a string every quote is escaped, so words
  // cannot pass for a field; what a field of that name means is looked at below.
  const says = (field: string, value: string) =>
    sql<boolean>`position(${`${JSON.stringify(field)}:${JSON.stringify(value)}`} in cards.wanted_view::text) > 0`;
  const { rows } = await sql<{ wanted_view: CardView; closed_at: Date }>`
    select cards.wanted_view, ended.closed_at
    from (
      select request, version, closed_at from approvals where closed_at > ${since}
      order by closed_at desc limit ${sql.lit(DECIDED_LOOKED_AT_MAX)}
    ) as ended
    join cards on cards.request = ended.request and cards.version = ended.version
    where ${says('state', 'closed')} and (${says('owner', person)} or ${says('person', person)})
    order by ended.closed_at desc
    limit ${sql.lit(Math.trunc(limit))}`.execute(db);
  return rows
    .filter(
      ({ wanted_view: view }) => view.owner === person || view.votes.some((vote) => vote.person === person),
    )
    .map(({ wanted_view: view, closed_at: closedAt }) => decidedCard(view, person, closedAt));
}

function decidedCard(view: CardView, person: string, closedAt: Date): DecidedCard {
  const { request, agent, outcome, steps, votes } = view;
  const answer = votes.find((vote) => vote.person === person)?.answer;
  return {
    ...{ request, agent, title: steps[0]?.title ?? 'A request', closedAt: closedAt.toISOString() },
    ...(outcome === undefined ? {} : { outcome }),
    ...(answer === undefined ? {} : { answer }),
  };
}

async function existing(db: Database, key: CardKey): Promise<CardRow> {
  return (await current(db, key)) ?? impossible(`card "${key.request}" v${key.version} was never wanted`);
}

function toCard(row: Selectable<CardsTable>): CardRow {
  const { request, version, channel, ts } = row;
  return {
    ...{ request, version },
    place: channel === null || ts === null ? undefined : { channel, ts },
    wantedSeq: row.wanted_seq,
    wantedView: row.wanted_view,
    shownSeq: row.shown_seq,
  };
}
