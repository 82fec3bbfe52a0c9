/** What was decided on similar requests before. */
import { sql } from 'kysely';
import type { Outcome } from '../domain/outcome.ts';
import type { EarlierDecision, SimilarTo } from '../domain/oversight.ts';
import type { Database } from './database.ts';
import { answersOf, keyOf } from './oversight-records.ts';

interface EarlierRow {
  readonly request: string;
  readonly version: number;
  readonly agent: string;
  readonly tool: string;
  readonly scope: string;
  readonly rank: 0 | 1 | 2;
  readonly fate: EarlierDecision['fate'];
  readonly outcome: Outcome | null;
  readonly at: Date;
}

const SIMILAR = ['target', 'scope', 'agent'] as const;

/** Of each step at hand at most this many similar ones are looked at, newest first. */
const LOOKED_AT_MAX = 50;

/** Two short walks along an index for each step at hand, however much is kept. */
export async function earlierDecisions(
  db: Database,
  { request, agent, steps }: SimilarTo,
  countMax: number,
): Promise<readonly EarlierDecision[]> {
  if (steps.length === 0) return [];
  const wanted = JSON.stringify(steps.map(({ tool, scope, target }) => ({ tool, scope, target })));
  const newest = sql`order by asked_at desc limit ${sql.lit(LOOKED_AT_MAX)}`;
  const { rows } = await sql<EarlierRow>`
    with found as (
      select distinct on (s.request) s.request, s.version, s.agent, s.tool, s.scope, s.asked_at,
        q.fate, q.outcome, coalesce(q.closed_at, q.asked_at) as at,
        case when s.target = w.target then 0 when s.scope = w.scope then 1 else 2 end as rank
      from json_to_recordset(cast(${wanted} as json)) as w (tool text, scope text, target text)
      cross join lateral (
        (select * from oversight_steps
          where tool = w.tool and scope = w.scope and request <> ${request} ${newest})
        union
        (select * from oversight_steps
          where agent = ${agent} and tool = w.tool and request <> ${request} ${newest})
      ) s
      join oversight_asked q using (request, version)
      where q.fate not in ('open', 'replaced')
      order by s.request, s.version desc, rank, s.step
    )
    select * from found order by asked_at desc, request limit ${sql.lit(Math.trunc(countMax))}`.execute(db);
  const answers = await answersOf(db, rows);
  return rows.map(({ request: id, version, rank, fate, outcome, at, ...step }) => ({
    ...{ request: id, version, fate },
    ...{ agent: step.agent, tool: step.tool, scope: step.scope },
    similar: SIMILAR[rank],
    ...(outcome === null ? {} : { outcome }),
    answers: (answers.get(keyOf({ request: id, version })) ?? []).map(({ person, answer }) => ({
      person,
      answer,
    })),
    at: at.toISOString(),
  }));
}
