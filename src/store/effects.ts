import type { Selectable, Transaction } from 'kysely';
import type { JsonValue } from '../domain/ask.ts';
import type { Effect, EffectKey, Intent } from '../domain/effect.ts';
import { CountersignError, impossible } from '../domain/errors.ts';
import type { EffectLedger } from '../domain/ports.ts';
import type { Recent } from '../domain/usage.ts';
import type { Database, EffectsTable, Tables } from './database.ts';
import { json } from './database.ts';
import { inTurn } from './in-turn.ts';
import { spend, takeGrantTurn } from './standing-grants.ts';
import { recentUsage } from './usage.ts';

/**
 * The effect ledger on a database. Settling again with the same state is harmless and the first result stands;
 * with another state, or without an intent, it rejects. What it returns was committed before.
 */
export function createEffectLedger(db: Database): EffectLedger {
  return {
    find: (key) => find(db, key),
    intend: (intent) => intend(db, intent),
    intendWithin: (intent, now, passes) => intendWithin(db, { intent, now, passes }),
    settle: (key, state, result) => settle(db, { key, state, result }),
  };
}

async function find(db: Database, key: EffectKey): Promise<Effect | undefined> {
  const row = await db
    .selectFrom('effects')
    .selectAll()
    .where('request', '=', key.request)
    .where('step', '=', key.step)
    .where('direction', '=', key.direction)
    .executeTakeFirst();
  return row === undefined ? undefined : toEffect(row);
}

type Intended = { readonly effect: Effect; readonly created: boolean };

async function intend(db: Database, intent: Intent, at?: Date): Promise<Intended> {
  const { request, step, direction, tool, target } = intent;
  const { agent, tenant, session, tier, amountCents } = intent.counted;
  const row = await db
    .insertInto('effects')
    .values({
      ...{ request, step, direction, tool, target, agent, tenant, session, tier },
      amount_cents: amountCents,
      idempotency_key: intent.idempotencyKey,
      captured: json(intent.captured),
      state: 'intended',
      result: null,
      ...(at === undefined ? {} : { intended_at: at }),
      settled_at: null,
    })
    // Of two at once the loser may meet either unique index first: the key's or the idempotency key's.
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row !== undefined) return { effect: toEffect(row), created: true };
  const effect = await find(db, intent);
  return {
    effect: effect ?? impossible('its idempotency key belongs to another effect, or its row is gone'),
    created: false,
  };
}

interface Reservation {
  readonly intent: Intent;
  readonly now: Date;
  readonly passes: (recent: Recent) => boolean;
}

/** Ends the turn of an intent that did not pass, with nothing written. */
class NotPassed extends Error {}

/**
 * The intent is dated by the caller's clock, which its windows are counted by too. It is written first and taken back
 * where it does not pass, so that a row of before need not be looked for; what is counted leaves the step itself out.
 */
async function intendWithin(
  db: Database,
  { intent, now, passes }: Reservation,
): Promise<Intended | undefined> {
  const { request, step, tool, target, counted } = intent;
  const turn = inTurn(db, `usage:${counted.tenant}`, async (turn) => {
    const intended = await intend(turn, intent, now);
    if (!intended.created) return intended;
    const recent = await recentUsage(turn, { ...counted, request, step, tool, target, now });
    if (!passes(recent) || !(await isAllowed(turn, intent, now))) throw new NotPassed();
    return intended;
  });
  return turn.catch((error: unknown) => {
    if (error instanceof NotPassed) return undefined;
    throw error;
  });
}

/** Grants are spent after the tenant's turn was taken, always in this order, so that nobody waits for each other. */
async function isAllowed(
  turn: Transaction<Tables>,
  { under, request, step, counted: { amountCents: cents } }: Intent,
  now: Date,
): Promise<boolean> {
  if (under === undefined) return true;
  await takeGrantTurn(turn, under);
  return spend(turn, { grant: under, request, step, cents }, now);
}

interface Settlement {
  readonly key: EffectKey;
  readonly state: 'done' | 'failed';
  readonly result: JsonValue;
}

async function settle(db: Database, { key, state, result }: Settlement): Promise<void> {
  const settled = await db
    .updateTable('effects')
    .set({ state, result: json(result), settled_at: new Date() })
    .where('request', '=', key.request)
    .where('step', '=', key.step)
    .where('direction', '=', key.direction)
    .where('state', '=', 'intended')
    .executeTakeFirst();
  if (settled.numUpdatedRows === 1n) return;
  const found = await find(db, key);
  if (found?.state === state) return;
  const name = `${key.request}:${key.step}:${key.direction}`;
  throw new CountersignError(
    'internal',
    `Cannot settle effect "${name}": it is "${found?.state ?? 'not intended'}", wanted "${state}"`,
  );
}

function toEffect(row: Selectable<EffectsTable>): Effect {
  return {
    request: row.request,
    step: row.step,
    direction: row.direction,
    tool: row.tool,
    target: row.target,
    idempotencyKey: row.idempotency_key,
    captured: row.captured,
    intendedAt: row.intended_at,
    state: row.state,
    result: row.result,
    settledAt: row.settled_at,
  };
}
