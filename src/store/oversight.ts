import { sql } from 'kysely';
import type { Asked, GivenAnswer, Noted, OversightBook, RefusedClick } from '../domain/oversight.ts';
import type { Database } from './database.ts';
import { json } from './database.ts';
import { earlierDecisions } from './oversight-earlier.ts';
import { approvalsOf, recordsSince } from './oversight-records.ts';

/** How long it is remembered who was asked what and answered how: a year, and a month to look at it. */
export const OVERSIGHT_KEPT_MS = 400 * 24 * 3_600_000;

/** One person's refused clicks noted within a minute; whoever hammers on a button fills no table. */
export const REFUSALS_PER_MINUTE_MAX = 30;

/** Removed at once at most, and how many rows pass between two removals: more go than come. */
const FORGOTTEN_AT_ONCE_MAX = 200;
const WRITTEN_BETWEEN = 100;

/** The records of oversight on a database. */
export function createOversightBook(db: Database): OversightBook {
  let written = 0;
  const forgetNowAndThen = async (at: string) => {
    written += 1;
    if (written % WRITTEN_BETWEEN === 1) await forgetOld(db, new Date(at));
  };
  return {
    note: async (asked) => {
      const noted = await db.transaction().execute((turn) => note(turn, asked));
      if (noted.isNew) await forgetNowAndThen(asked.askedAt);
      return noted;
    },
    shown: (card) => shown(db, card),
    said: (card, answer) => said(db, card, answer),
    refused: async (click) => {
      const isNew = await refused(db, click);
      if (isNew) await forgetNowAndThen(click.at);
      return isNew;
    },
    approvalsOf: (person, countMax) => approvalsOf(db, person, countMax),
    earlier: (similar, countMax) => earlierDecisions(db, similar, countMax),
    since: (from) => recordsSince(db, from),
  };
}

async function note(db: Database, asked: Asked): Promise<Noted> {
  const created = await db
    .insertInto('oversight_asked')
    .values(rowOf(asked))
    .onConflict((conflict) => conflict.columns(['request', 'version']).doNothing())
    .returning('request')
    .executeTakeFirst();
  const isNew = created !== undefined;
  if (isNew) await addSteps(db, asked);
  const before = isNew ? undefined : await replace(db, asked);
  const answers = await admit(db, asked);
  const wasOpen = isNew || (before?.isNewer === true && before.closedAt === null);
  return {
    ...{ isNew, answers },
    isClosed: wasOpen && asked.closedAt !== undefined,
    ...(before?.shownAt == null ? {} : { shownAt: before.shownAt.toISOString() }),
  };
}

interface Before {
  readonly isNewer: boolean;
  readonly closedAt: Date | null;
  readonly shownAt: Date | null;
}

/** How the row was before; it changes only where the card is newer. */
async function replace(db: Database, asked: Asked): Promise<Before | undefined> {
  const { request, version, seq } = asked;
  const row = await db
    .selectFrom('oversight_asked')
    .select(['seq', 'closed_at', 'shown_at'])
    .where('request', '=', request)
    .where('version', '=', version)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const isNewer = row.seq < seq;
  const { members, ...later } = laterOf(asked);
  await db
    .updateTable('oversight_asked')
    .set({ ...(isNewer ? later : {}), members: sql`coalesce(members, ${members})` })
    .where('request', '=', request)
    .where('version', '=', version)
    .execute();
  return { isNewer, closedAt: row.closed_at, shownAt: row.shown_at };
}

function rowOf(asked: Asked) {
  const { request, version, agent, tier, rules, groups, askedAt } = asked;
  return {
    ...{ request, version, agent, tier },
    rules: json(rules),
    groups: json(groups),
    asked_at: new Date(askedAt),
    ...laterOf(asked),
  };
}

/** What later cards know better; everything else of a version never changes. */
function laterOf(asked: Asked) {
  const { seq, fate, undone, stuck, members, closedAt } = asked;
  return {
    ...{ seq, fate, undone, stuck },
    edited_by: asked.editedBy ?? null,
    outcome: asked.outcome ?? null,
    effects: asked.effects ?? null,
    members: members === undefined ? null : json(members),
    closed_at: closedAt === undefined ? null : new Date(closedAt),
  };
}

async function addSteps(db: Database, { request, version, agent, steps, askedAt }: Asked): Promise<void> {
  if (steps.length === 0) return;
  const asked_at = new Date(askedAt);
  await db
    .insertInto('oversight_steps')
    .values(
      steps.map(({ index, tool, scope, target }) => ({
        ...{ request, version, agent, asked_at, tool, scope, target },
        step: index,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Those of the answers that were not known to count yet. */
async function admit(db: Database, asked: Asked): Promise<readonly GivenAnswer[]> {
  const { answers } = asked;
  if (answers.length === 0) return [];
  const added = await db
    .insertInto('oversight_answers')
    .values(answers.map((answer) => ({ ...answerRow(asked, answer), admitted: true })))
    .onConflict((conflict) =>
      conflict
        .columns(['request', 'version', 'person', 'answer'])
        .doUpdateSet({ ...ANSWER_OF_CARD, admitted: true })
        .where('oversight_answers.admitted', '=', false),
    )
    .returning(['person', 'answer'])
    .execute();
  return answers.filter((one) =>
    added.some(({ person, answer }) => person === one.person && answer === one.answer),
  );
}

/** Of what was said twice the admitted one counts. */
const ANSWER_OF_CARD = {
  has_reason: sql<boolean>`excluded.has_reason`,
  surface: sql<GivenAnswer['surface']>`excluded.surface`,
  assurance: sql<GivenAnswer['assurance']>`excluded.assurance`,
  at: sql<Date>`excluded.at`,
} as const;

function answerRow(
  { request, version }: Pick<Asked, 'request' | 'version'>,
  { person, answer, surface, assurance, hasReason, at }: GivenAnswer,
) {
  return {
    ...{ request, version, person, answer, surface, assurance },
    has_reason: hasReason,
    at: new Date(at),
  };
}

async function said(db: Database, card: Parameters<OversightBook['said']>[0], answer: GivenAnswer) {
  await db
    .insertInto('oversight_answers')
    .values({ ...answerRow(card, answer), admitted: false })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function shown(
  db: Database,
  { request, version, at }: Parameters<OversightBook['shown']>[0],
): Promise<void> {
  await db
    .updateTable('oversight_asked')
    .set({ shown_at: new Date(at) })
    .where('request', '=', request)
    .where('version', '=', version)
    // A card that is drawn again writes nothing.
    .where((where) => where.or([where('shown_at', 'is', null), where('shown_at', '>', new Date(at))]))
    .execute();
}

async function refused(db: Database, click: RefusedClick): Promise<boolean> {
  const { id, why, surface, person = null, request = null, version = null } = click;
  const at = new Date(click.at);
  const minuteAgo = new Date(at.getTime() - 60_000);
  const { rows } = await sql`
    insert into oversight_refusals (id, why, surface, person, request, version, at)
    select ${id}, ${why}, ${surface}, ${person}, ${request}, ${version}::int4, ${at}::timestamptz
    where (
      select count(*) from oversight_refusals
      where at > ${minuteAgo} and person is not distinct from ${person}
    ) < ${sql.lit(REFUSALS_PER_MINUTE_MAX)}
    on conflict do nothing returning id`.execute(db);
  return rows.length > 0;
}

async function forgetOld(db: Database, now: Date): Promise<void> {
  const before = new Date(now.getTime() - OVERSIGHT_KEPT_MS);
  await sql`
    delete from oversight_asked where ctid = any(array(
      select ctid from oversight_asked where asked_at < ${before} limit ${sql.lit(FORGOTTEN_AT_ONCE_MAX)}
    ))`.execute(db);
  await sql`
    delete from oversight_refusals where ctid = any(array(
      select ctid from oversight_refusals where at < ${before} limit ${sql.lit(FORGOTTEN_AT_ONCE_MAX)}
    ))`.execute(db);
}
