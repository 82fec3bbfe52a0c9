import type { Selectable, Transaction } from 'kysely';
import { ABSENCES_OPEN_MAX, type Absence, absenceProblem, type RecordedAbsence } from '../domain/absence.ts';
import { CountersignError } from '../domain/errors.ts';
import type { AbsenceBook, Clock } from '../domain/ports.ts';
import type { AbsencesTable, Database, Tables } from './database.ts';
import { inTurn } from './in-turn.ts';

/** `list()` gives at most this many. */
export const ABSENCES_LIST_MAX = 1_000;

/** `inForce()` rejects over more: with one left out, two people might stand in for each other. */
export const ABSENCES_IN_FORCE_MAX = 10_000;

/** Absences kept in the database. `clock` says when one was ended. */
export function createAbsences(db: Database, clock: Clock = () => new Date()): AbsenceBook {
  return {
    inForce: (now) => inForce(db, now),
    add: (absence) => add(db, absence),
    find: (id) => find(db, id),
    end: (id, by) => end(db, { id, by, now: clock() }),
    openOf: (person, now) => openOf(db, person, now),
    list: (person) => list(db, person),
  };
}

/** Throws unless `absence` keeps its bounds and fits beside the `open` ones of the same person. */
export function assertFits(absence: Absence, open: readonly Absence[]): void {
  const problem = absenceProblem(absence) ?? misfit(absence, open);
  if (problem === undefined) return;
  throw new CountersignError(
    'invalid-field',
    `Cannot add absence of "${absence.person}": "${problem.field}" is wrong, ${problem.problem}`,
    { problems: [{ field: `/${problem.field}`, problem: problem.problem }] },
  );
}

/** Throws unless `absence` is what `found` says already and still stands. */
export function assertSameAbsence(absence: Absence, found: RecordedAbsence | undefined): void {
  const isSame =
    found?.person === absence.person &&
    found.delegate === absence.delegate &&
    Date.parse(found.from) === Date.parse(absence.from) &&
    Date.parse(found.until) === Date.parse(absence.until);
  if (isSame && found.endedAt === undefined) return;
  throw new CountersignError('key-reused', `Cannot add absence "${absence.id}": id in use, wanted a new one`);
}

function misfit({ from, until }: Absence, open: readonly Absence[]) {
  const other = open.find(
    (one) => new Date(from) < new Date(one.until) && new Date(one.from) < new Date(until),
  );
  if (other !== undefined)
    return {
      field: 'from',
      problem: `wanted a time outside the absence from ${other.from} to ${other.until}, or that one ended first`,
    } as const;
  if (open.length < ABSENCES_OPEN_MAX) return undefined;
  return { field: 'from', problem: `wanted at most ${ABSENCES_OPEN_MAX} open absences` } as const;
}

async function inForce(db: Database, now: Date): Promise<readonly Absence[]> {
  const rows = await db
    .selectFrom('absences')
    .distinctOn('person')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('starts_at', '<=', now)
    .where('ends_at', '>', now)
    .orderBy('person')
    .orderBy('made_at')
    .orderBy('id')
    .limit(ABSENCES_IN_FORCE_MAX + 1)
    .execute();
  if (rows.length > ABSENCES_IN_FORCE_MAX) {
    throw new CountersignError(
      'unavailable',
      `Cannot read absences: more than ${ABSENCES_IN_FORCE_MAX} people are away`,
    );
  }
  return rows.map(toAbsence);
}

async function add(db: Database, absence: Absence): Promise<void> {
  const { id, person, delegate = null, madeAt, by, note = null } = absence;
  // In turn: two at once would not see each other overlap.
  await inTurn(db, `absences of ${person}`, async (turn) => {
    const found = await find(turn, id);
    if (found !== undefined) return assertSameAbsence(absence, found);
    assertFits(absence, await openOf(turn, person, new Date(madeAt)));
    const dates = { starts_at: new Date(absence.from), ends_at: new Date(absence.until) };
    const row = { ...{ id, person, delegate, ...dates }, made_at: new Date(madeAt), made_by: by };
    await turn
      .insertInto('absences')
      .values({ ...row, note, ended_at: null, ended_by: null })
      .execute();
  });
}

async function find(db: Database | Transaction<Tables>, id: string): Promise<RecordedAbsence | undefined> {
  const row = await db.selectFrom('absences').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toAbsence(row);
}

async function end(
  db: Database,
  { id, by, now }: { readonly id: string; readonly by: string; readonly now: Date },
): Promise<boolean> {
  const ended = await db
    .updateTable('absences')
    .set({ ended_at: now, ended_by: by })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .executeTakeFirst();
  return ended.numUpdatedRows === 1n;
}

async function openOf(
  db: Database | Transaction<Tables>,
  person: string,
  now: Date,
): Promise<readonly Absence[]> {
  const rows = await db
    .selectFrom('absences')
    .selectAll()
    .where('person', '=', person)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .orderBy('starts_at')
    .limit(ABSENCES_OPEN_MAX)
    .execute();
  return rows.map(toAbsence);
}

async function list(db: Database, person: string | undefined): Promise<readonly RecordedAbsence[]> {
  const rows = await db
    .selectFrom('absences')
    .selectAll()
    .$if(person !== undefined, (all) => all.where('person', '=', person ?? ''))
    .orderBy('made_at', 'desc')
    .limit(ABSENCES_LIST_MAX)
    .execute();
  return rows.map(toAbsence);
}

function toAbsence(row: Selectable<AbsencesTable>): RecordedAbsence {
  return {
    ...{ id: row.id, person: row.person, by: row.made_by },
    from: row.starts_at.toISOString(),
    until: row.ends_at.toISOString(),
    madeAt: row.made_at.toISOString(),
    ...(row.delegate === null ? {} : { delegate: row.delegate }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.ended_by === null ? {} : { endedBy: row.ended_by }),
  };
}
