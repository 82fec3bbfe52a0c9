/** What is read of the records of oversight, for the report and for slowing down. */
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type {
  Asked,
  AskedStep,
  GivenAnswer,
  OversightRecords,
  PacedApproval,
  RefusedClick,
} from '../domain/oversight.ts';
import type { Database } from './database.ts';
import type {
  OversightAnswersTable,
  OversightAskedTable,
  OversightRefusalsTable,
  OversightStepsTable,
} from './oversight-tables.ts';

/** A report is made of at most this many versions, and as many refused clicks: the newest. */
export const RECORDS_MAX = 20_000;

/** The person's newest approvals, newest first, whether they counted or not. */
export async function approvalsOf(
  db: Database,
  person: string,
  countMax: number,
): Promise<readonly PacedApproval[]> {
  const { rows } = await sql<{ at: Date; seen: Date }>`
    select a.at, coalesce(q.shown_at, q.asked_at) as seen
    from oversight_answers a join oversight_asked q using (request, version)
    where a.person = ${person} and a.answer = 'approve'
    order by a.at desc limit ${sql.lit(Math.trunc(countMax))}`.execute(db);
  return rows.map(({ at, seen }) => ({
    at: at.toISOString(),
    seconds: Math.max(0, (at.getTime() - seen.getTime()) / 1_000),
  }));
}

/** Both lists oldest first. */
export async function recordsSince(db: Database, from: Date): Promise<OversightRecords> {
  const [asked, refused] = await Promise.all([
    db
      .selectFrom('oversight_asked')
      .selectAll()
      .where('asked_at', '>=', from)
      .orderBy('asked_at', 'desc')
      .limit(RECORDS_MAX + 1)
      .execute(),
    db
      .selectFrom('oversight_refusals')
      .selectAll()
      .where('at', '>=', from)
      .orderBy('at', 'desc')
      .limit(RECORDS_MAX + 1)
      .execute(),
  ]);
  const kept = asked.slice(0, RECORDS_MAX);
  const [answers, steps] = await Promise.all([answersOf(db, kept), stepsOf(db, kept)]);
  return {
    asked: kept.map((row) => askedOf(row, steps, answers)).reverse(),
    refused: refused.slice(0, RECORDS_MAX).map(refusalOf).reverse(),
    isWhole: asked.length <= RECORDS_MAX && refused.length <= RECORDS_MAX,
  };
}

interface Key {
  readonly request: string;
  readonly version: number;
}

/** One version, as a key of maps. */
export const keyOf = ({ request, version }: Key) => `${request} ${version}`;

/** The answers that count on these versions, by `keyOf`. */
export async function answersOf(
  db: Database,
  keys: readonly Key[],
): Promise<ReadonlyMap<string, readonly GivenAnswer[]>> {
  const { rows } = await sql<Selectable<OversightAnswersTable>>`
    select a.* from oversight_answers a join ${keyTable(keys)} using (request, version)
    where a.admitted order by a.at, a.person, a.answer`.execute(db);
  return grouped(rows, ({ person, answer, has_reason, surface, assurance, at }) => ({
    ...{ person, answer, surface, assurance },
    hasReason: has_reason,
    at: at.toISOString(),
  }));
}

async function stepsOf(
  db: Database,
  keys: readonly Key[],
): Promise<ReadonlyMap<string, readonly AskedStep[]>> {
  const { rows } = await sql<Selectable<OversightStepsTable>>`
    select s.* from oversight_steps s join ${keyTable(keys)} using (request, version)
    order by s.step`.execute(db);
  return grouped(rows, ({ step, tool, scope, target }) => ({ index: step, tool, scope, target }));
}

/** One parameter, however many keys: PostgreSQL takes no more than 65,535. */
function keyTable(keys: readonly Key[]) {
  const text = JSON.stringify(keys.map(({ request, version }) => ({ request, version })));
  return sql`json_to_recordset(cast(${text} as json)) as k (request text, version int4)`;
}

function grouped<Row extends Key, One>(
  rows: readonly Row[],
  toOne: (row: Row) => One,
): ReadonlyMap<string, readonly One[]> {
  const map = new Map<string, One[]>();
  for (const row of rows) {
    const list = map.get(keyOf(row));
    if (list === undefined) map.set(keyOf(row), [toOne(row)]);
    else list.push(toOne(row));
  }
  return map;
}

function askedOf(
  row: Selectable<OversightAskedTable>,
  steps: ReadonlyMap<string, readonly AskedStep[]>,
  answers: ReadonlyMap<string, readonly GivenAnswer[]>,
): Asked {
  const { request, version, seq, agent, tier, rules, groups, fate, undone, stuck } = row;
  const { members, edited_by: editedBy, outcome, effects, shown_at: shownAt, closed_at: closedAt } = row;
  return {
    ...{ request, version, seq, agent, tier, rules, groups, fate, undone, stuck },
    ...(members === null ? {} : { members }),
    steps: steps.get(keyOf(row)) ?? [],
    answers: answers.get(keyOf(row)) ?? [],
    ...(editedBy === null ? {} : { editedBy }),
    ...(outcome === null ? {} : { outcome }),
    ...(effects === null ? {} : { effects }),
    askedAt: row.asked_at.toISOString(),
    ...(shownAt === null ? {} : { shownAt: shownAt.toISOString() }),
    ...(closedAt === null ? {} : { closedAt: closedAt.toISOString() }),
  };
}

function refusalOf(row: Selectable<OversightRefusalsTable>): RefusedClick {
  const { id, why, surface, person, request, version, at } = row;
  return {
    ...{ id, why, surface },
    ...(person === null ? {} : { person }),
    ...(request === null ? {} : { request }),
    ...(version === null ? {} : { version }),
    at: at.toISOString(),
  };
}
