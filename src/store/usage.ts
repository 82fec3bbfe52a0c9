import { sql } from 'kysely';
import { impossible } from '../domain/errors.ts';
import type { Clock, Usage } from '../domain/ports.ts';
import type { Observation, Recent, UsageQuery } from '../domain/usage.ts';
import type { Database } from './database.ts';

const HOUR_MS = 3_600_000;

/** How long a read or a denial is remembered: longer than any window that is counted. */
export const OBSERVATIONS_KEPT_MS = 8 * 24 * HOUR_MS;

/** Removed at once at most, and how many observations pass between two removals: more go than come. */
const FORGOTTEN_AT_ONCE_MAX = 500;
const OBSERVED_BETWEEN = 100;

export interface UsageOptions {
  /** When an observation is made; the system's unless told. */
  readonly clock?: Clock;
  /** Whether this process removes old observations now and then: it needs the right to. Unless told, it does. */
  readonly forgets?: boolean;
}

/** What was done and refused lately, on a database: the effect ledger's intents and the observations beside it. */
export function createUsage(
  db: Database,
  { clock = () => new Date(), forgets = true }: UsageOptions = {},
): Usage {
  let observed = 0;
  return {
    recent: (query) => recentUsage(db, query),
    observe: async (observation) => {
      const now = clock();
      await observe(db, observation, now);
      observed += 1;
      if (forgets && observed % OBSERVED_BETWEEN === 1) await forgetOld(db, now);
    },
  };
}

/** One statement, also for use inside a transaction. See `Recent` for what is counted. */
export async function recentUsage(db: Database, query: UsageQuery): Promise<Recent> {
  const { agent, tenant, session, request, step, tool, target, now } = query;
  const hourAgo = new Date(now.getTime() - HOUR_MS);
  const dayAgo = new Date(now.getTime() - 24 * HOUR_MS);
  const { rows } = await sql<Row>`
    with entries as (
      select kind, tier, cents, at > ${hourAgo} as lately, kind <> 'denied' as ran,
        agent = ${agent} as by_agent, tool = ${tool} as by_tool, target = ${target} as on_target,
        (case when ${session}::text is null then agent = ${agent} else session = ${session} end) as by_session
      from usage_entries
      where tenant = ${tenant} and at > ${dayAgo} and not (request = ${request} and step >= ${step}::int4)
        and (agent = ${agent} or tool = ${tool} or md5(target) = md5(${target}) or session = ${session})
    )
    select ${WINDOWS},
      coalesce(max(tier) filter (where kind = 'read' and by_session), 0) as "readTier"
    from entries`.execute(db);
  return toRecent(rows[0] ?? impossible('counting gave no row'));
}

const SUBJECTS = { agent: 'by_agent', tool: 'by_tool', target: 'on_target' } as const;
const SPANS = { Hour: 'lately', Day: 'true' } as const;

/** Every count and sum of every window, by constant names only. */
const WINDOWS = sql.raw(
  Object.entries(SUBJECTS)
    .flatMap(([subject, of]) =>
      Object.entries(SPANS).map(
        ([span, within]) => `
      count(*) filter (where ran and ${of} and ${within}) as "${subject}${span}Steps",
      count(*) filter (where not ran and ${of} and ${within}) as "${subject}${span}Denied",
      coalesce(sum(cents) filter (where ${of} and ${within}), 0)::int8 as "${subject}${span}Cents"`,
      ),
    )
    .join(','),
);

type Window = `${keyof typeof SUBJECTS}${keyof typeof SPANS}`;
type Row = Readonly<Record<`${Window}${'Steps' | 'Denied' | 'Cents'}` | 'readTier', number>>;

function toRecent(row: Row): Recent {
  const tally = (window: Window) => ({
    steps: row[`${window}Steps`],
    denied: row[`${window}Denied`],
    cents: row[`${window}Cents`],
  });
  return {
    agentHour: tally('agentHour'),
    agentDay: tally('agentDay'),
    toolHour: tally('toolHour'),
    toolDay: tally('toolDay'),
    targetHour: tally('targetHour'),
    targetDay: tally('targetDay'),
    readTier: row.readTier,
  };
}

async function observe(db: Database, observation: Observation, at: Date): Promise<void> {
  const { kind, request, step, agent, tenant, session, tool, target, tier } = observation;
  await db
    .insertInto(kind === 'denied' ? 'denials' : 'observations')
    .values({ kind, request, step, agent, tenant, session, tool, target, tier, at })
    // Naming no column: that would take the right to read them.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function forgetOld(db: Database, now: Date): Promise<void> {
  await sql`
    delete from observations where ctid = any(array(
      select ctid from observations where at < ${new Date(now.getTime() - OBSERVATIONS_KEPT_MS)}
      limit ${sql.lit(FORGOTTEN_AT_ONCE_MAX)}
    ))`.execute(db);
}
