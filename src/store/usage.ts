import { sql } from 'kysely';
import type { Clock, Usage } from '../domain/ports.ts';
import type { Observation, Recent, Tally, UsageQuery } from '../domain/usage.ts';
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
  const { rows } = await sql<Group>`
    with entries as (
      select kind, tier, cents, at > ${hourAgo} as lately,
        agent = ${agent} as "ofAgent", tool = ${tool} as "ofTool", target = ${target} as "ofTarget",
        (case when ${session}::text is null then agent = ${agent} else session = ${session} end) as "ofSession"
      from usage_entries
      where tenant = ${tenant} and at > ${dayAgo} and not (request = ${request} and step >= ${step}::int4)
        and (agent = ${agent} or tool = ${tool} or md5(target) = md5(${target}) or session = ${session})
    )
    select kind, lately, "ofAgent", "ofTool", "ofTarget", "ofSession",
      count(*) as count, sum(cents)::int8 as cents, max(tier) as tier
    from entries group by 1, 2, 3, 4, 5, 6`.execute(db);
  return toRecent(rows);
}

/** Entries that count for the same windows, of which there are few: adding up each window by itself costs twice. */
interface Group {
  readonly kind: 'change' | Observation['kind'];
  readonly lately: boolean;
  readonly ofAgent: boolean;
  readonly ofTool: boolean;
  readonly ofTarget: boolean;
  readonly ofSession: boolean | null;
  readonly count: number;
  readonly cents: number;
  readonly tier: number;
}

function toRecent(groups: readonly Group[]): Recent {
  const lately = groups.filter((group) => group.lately);
  const read = groups.filter(({ kind, ofSession }) => kind === 'read' && ofSession === true);
  return {
    agentHour: tallyOf(lately.filter(({ ofAgent }) => ofAgent)),
    agentDay: tallyOf(groups.filter(({ ofAgent }) => ofAgent)),
    toolHour: tallyOf(lately.filter(({ ofTool }) => ofTool)),
    toolDay: tallyOf(groups.filter(({ ofTool }) => ofTool)),
    targetHour: tallyOf(lately.filter(({ ofTarget }) => ofTarget)),
    targetDay: tallyOf(groups.filter(({ ofTarget }) => ofTarget)),
    readTier: Math.max(0, ...read.map(({ tier }) => tier)),
  };
}

function tallyOf(groups: readonly Group[]): Tally {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
  return {
    steps: sum(groups.filter(({ kind }) => kind !== 'denied').map(({ count }) => count)),
    denied: sum(groups.filter(({ kind }) => kind === 'denied').map(({ count }) => count)),
    cents: sum(groups.map(({ cents }) => cents)),
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
