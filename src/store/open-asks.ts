import { sql } from 'kysely';
import type { OpenAsk, OpenAsks, Pressure, PressureQuery } from '../domain/open-asks.ts';
import type { Database } from './database.ts';

/** How long the key of an ask that joined another is remembered: as long as anybody could still repeat it. */
export const OPEN_ASKS_KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
/** A twin that waits longer than this is not looked for. */
const TWIN_MS_MAX = 7 * 24 * 60 * 60 * 1_000;
/** More waiting requests than anybody may allow; counting further says nothing new. */
const WAITING_MAX = 1_001;
const HOUR_MS = 60 * 60 * 1_000;
const FORGOTTEN_PER_NOTE_MAX = 100;

/** What waits, what people turned down lately, and which asks stand for another, on a database. */
export function createOpenAsks(db: Database): OpenAsks {
  return {
    look: (query) => look(db, query),
    note: (ask) => note(db, ask),
  };
}

async function look(db: Database, { agent, id, twin, now }: PressureQuery): Promise<Pressure> {
  const [pressure, known, twins] = await Promise.all([
    db
      .selectFrom('agent_pressure')
      .select(['kind', 'request', 'at'])
      .where('agent', '=', agent)
      .where((where) =>
        where.or([where('kind', '=', 'waiting'), where('at', '>', new Date(now.getTime() - HOUR_MS))]),
      )
      .limit(WAITING_MAX)
      .execute(),
    id === undefined
      ? undefined
      : db.selectFrom('open_asks').select(['request', 'body']).where('id', '=', id).executeTakeFirst(),
    db
      .selectFrom('open_asks')
      .select('request')
      .where('agent', '=', agent)
      .where('twin', '=', twin)
      .where('noted_at', '>', new Date(now.getTime() - TWIN_MS_MAX))
      .orderBy('noted_at', 'desc')
      .limit(1)
      .execute(),
  ]);
  const of = (kind: string) => pressure.filter((one) => one.kind === kind);
  return {
    waiting: [...new Set(of('waiting').map(({ request }) => request))],
    rejected: of('rejected').map(({ request, at }) => ({ request, at })),
    ...(known === undefined ? {} : { known }),
    ...(twins[0] === undefined ? {} : { twin: twins[0].request }),
  };
}

async function note(db: Database, { id, request, agent, twin, body, at }: OpenAsk): Promise<void> {
  await db
    .insertInto('open_asks')
    .values({ id, request, agent, twin, body, noted_at: at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await sql`
    delete from open_asks where id in (
      select id from open_asks where noted_at < ${new Date(at.getTime() - OPEN_ASKS_KEPT_MS)}
      limit ${sql.lit(FORGOTTEN_PER_NOTE_MAX)}
    )`.execute(db);
}
