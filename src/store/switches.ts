import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import type { ToolSwitch } from '../domain/orders.ts';
import type { Database, Tables, ToolSwitchesTable } from './database.ts';
import { inTurn } from './in-turn.ts';

/** At most this many are set at once, and `list()` gives at most this many. */
export const SWITCHES_MAX = 1_000;

/** A switch with what became of it: removed, or replaced by another for the same tool and environment. */
export type RecordedSwitch = ToolSwitch & { readonly liftedAt?: string; readonly liftedBy?: string };

/** Tools switched off at run time. What is switched off by configuration is not in here. */
export interface SwitchBook {
  /** In force, by subject. Rejects with `unavailable` when there are more than `SWITCHES_MAX`. */
  active(): Promise<readonly ToolSwitch[]>;
  /** Replaces what is set for the same subject and environment. */
  set(toolSwitch: ToolSwitch): Promise<void>;
  /** False when nothing is set for this subject and exactly this environment. */
  remove(subject: string, environment: ToolSwitch['environment'], by: string): Promise<boolean>;
  /** In force, replaced and removed ones, newest first, at most `SWITCHES_MAX`. */
  list(): Promise<readonly RecordedSwitch[]>;
}

/** Tool switches on a database. */
export function createSwitches(db: Database): SwitchBook {
  return {
    active: () => active(db),
    set: (toolSwitch) => set(db, toolSwitch),
    remove: (subject, environment, by) => lift(db, { subject, environment, by }),
    list: () => list(db),
  };
}

async function active(db: Database): Promise<readonly ToolSwitch[]> {
  const rows = await db
    .selectFrom('tool_switches')
    .selectAll()
    .where('lifted_at', 'is', null)
    .orderBy('subject')
    .orderBy('environment')
    .limit(SWITCHES_MAX + 1)
    .execute();
  if (rows.length > SWITCHES_MAX) {
    throw new CountersignError('unavailable', `Cannot read tool switches: more than ${SWITCHES_MAX} are set`);
  }
  return rows.map(toSwitch);
}

async function set(db: Database, toolSwitch: ToolSwitch): Promise<void> {
  const { subject, environment, state, reason, by, at } = toolSwitch;
  await inTurn(db, `switch:${environment}:${subject}`, async (turn) => {
    await lift(turn, toolSwitch);
    await turn
      .insertInto('tool_switches')
      .values({
        ...{ subject, environment, state, reason, by },
        at: new Date(at),
        lifted_at: null,
        lifted_by: null,
      })
      .execute();
  });
}

async function lift(
  db: Database,
  { subject, environment, by }: Pick<Selectable<Tables['tool_switches']>, 'subject' | 'environment' | 'by'>,
): Promise<boolean> {
  const lifted = await db
    .updateTable('tool_switches')
    .set({ lifted_at: sql<Date>`now()`, lifted_by: by })
    .where('subject', '=', subject)
    .where('environment', '=', environment)
    .where('lifted_at', 'is', null)
    .executeTakeFirst();
  return lifted.numUpdatedRows > 0n;
}

async function list(db: Database): Promise<readonly RecordedSwitch[]> {
  const rows = await db
    .selectFrom('tool_switches')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(SWITCHES_MAX)
    .execute();
  return rows.map(toSwitch);
}

function toSwitch(row: Selectable<ToolSwitchesTable>): RecordedSwitch {
  const { subject, environment, state, reason, by } = row;
  return {
    ...{ subject, environment, state, reason, by },
    at: row.at.toISOString(),
    ...(row.lifted_at === null ? {} : { liftedAt: row.lifted_at.toISOString() }),
    ...(row.lifted_by === null ? {} : { liftedBy: row.lifted_by }),
  };
}
