import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Intent } from '../../src/domain/effect.ts';
import { NOTHING_RECENT, type UsageQuery } from '../../src/domain/usage.ts';
import { createUsage, OBSERVATIONS_KEPT_MS } from '../../src/store/usage.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anIntent, anObservation, aQuery } from './samples.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = new Date('2026-11-21T12:00:00.000Z');

export function usageContract(store: StoreUnderTest): void {
  // Every test in a tenant of its own, so that they share one database without meeting.
  let tenant: string;
  beforeEach(() => {
    tenant = `tenant_${randomUUID()}`;
  });
  const recent = (change: Partial<UsageQuery> = {}) =>
    store().usage.recent(aQuery({ tenant, now: NOW, ...change }));
  const before = (ms: number) => new Date(NOW.getTime() - ms);
  const counted = (change: Partial<Intent['counted']> = {}) => ({ ...anIntent().counted, tenant, ...change });
  /** A change whose intent was written down so long before `NOW`. */
  const change = async (agoMs: number, of: Partial<Intent> = {}) => {
    const intent = anIntent({ counted: counted(), ...of });
    expect(await store().effects.intendWithin(intent, before(agoMs), () => true)).toMatchObject({
      created: true,
    });
    return intent;
  };
  const observe = (agoMs: number, of: Parameters<typeof anObservation>[0] = {}) =>
    createUsage(store().db, { clock: () => before(agoMs) }).observe(anObservation({ tenant, ...of }));
  const steps = (steps: number, cents = 0) => ({ steps, denied: 0, cents });

  describe('usage', () => {
    test('recent() of a tenant that did nothing is nothing', async () => {
      expect(await recent()).toEqual(NOTHING_RECENT);
    });

    test('recent() counts a change in the windows of its agent, tool and target, hour and day', async () => {
      await change(10 * MINUTE_MS, { counted: counted({ amountCents: 700 }) });
      await change(2 * HOUR_MS, { counted: counted({ amountCents: 50 }) });
      const [hour, day] = [steps(1, 700), steps(2, 750)];
      expect(await recent()).toEqual({
        ...{ agentHour: hour, toolHour: hour, targetHour: hour },
        ...{ agentDay: day, toolDay: day, targetDay: day },
        readTier: 0,
      });
    });

    test.each([
      ['its agent only', { tool: 'other.tool', target: 'other' }, ['agentHour', 'agentDay']],
      ['its tool only', { agent: 'other', target: 'other' }, ['toolHour', 'toolDay']],
      ['its target only', { agent: 'other', tool: 'other.tool' }, ['targetHour', 'targetDay']],
      ['nothing of it', { agent: 'other', tool: 'other.tool', target: 'other' }, []],
    ])('recent() counts a change for %s', async (_, query, windows) => {
      await change(MINUTE_MS, { counted: counted({ amountCents: 3 }) });
      const expected = Object.fromEntries(windows.map((window) => [window, steps(1, 3)]));
      expect(await recent(query)).toEqual({ ...NOTHING_RECENT, ...expected });
    });

    test('recent() never counts for another tenant', async () => {
      await change(MINUTE_MS);
      await observe(MINUTE_MS);
      expect(await recent({ tenant: `${tenant}-other` })).toEqual(NOTHING_RECENT);
    });

    test.each([
      [HOUR_MS - 1, 1, 1],
      [HOUR_MS, 0, 1],
      [24 * HOUR_MS - 1, 0, 1],
      [24 * HOUR_MS, 0, 0],
      // Another process's clock goes ahead: it counts.
      [-5_000, 1, 1],
    ])(
      'recent() counts a change of %i ms ago %i times in the hour and %i in the day',
      async (ago, hour, day) => {
        await change(ago);
        const { agentHour, agentDay } = await recent();
        expect([agentHour.steps, agentDay.steps]).toEqual([hour, day]);
      },
    );

    test('recent() counts a change from its intent on, until it is known to have failed', async () => {
      const [open, done, failed] = [await change(1), await change(1), await change(1)];
      expect((await recent()).agentHour.steps).toBe(3);
      await store().effects.settle(done, 'done', null);
      await store().effects.settle(failed, 'failed', null);
      expect((await recent()).agentHour.steps).toBe(2);
      await store().effects.settle(open, 'failed', null);
      expect((await recent()).agentHour.steps).toBe(1);
    });

    test('recent() counts no undo and no effect from before effects were counted', async () => {
      const key = { request: `req_${randomUUID()}`, direction: 'undo' as const };
      await change(1, { ...key, counted: counted({ amountCents: 9 }) });
      await sql`insert into effects (request, step, direction, tool, target, idempotency_key, captured, intended_at)
        values (${key.request}, 0, 'do', 't', 'x', ${randomUUID()}, 'null', ${NOW})`.execute(store().db);
      expect(await recent()).toEqual(NOTHING_RECENT);
    });

    test('recent() counts earlier steps of the same request, and not this one or later ones', async () => {
      const request = `req_${randomUUID()}`;
      for (const step of [0, 1, 2]) await change(1, { request, step, idempotencyKey: `${request}:${step}` });
      for (const step of [0, 1, 2]) await observe(1, { request, step, kind: 'denied' });
      const count = async (step: number) => (await recent({ request, step })).agentHour;
      expect(await Promise.all([0, 1, 2, 3].map(count))).toEqual([
        { steps: 0, denied: 0, cents: 0 },
        { steps: 1, denied: 1, cents: 0 },
        { steps: 2, denied: 2, cents: 0 },
        { steps: 3, denied: 3, cents: 0 },
      ]);
    });

    test('recent() counts a read as a step and a denial as denied, never both', async () => {
      await observe(MINUTE_MS, { tier: 1 });
      await observe(MINUTE_MS, { tier: 4, kind: 'denied' });
      await observe(2 * HOUR_MS, { tier: 1, kind: 'denied' });
      const { agentHour, agentDay, readTier } = await recent();
      expect({ agentHour, agentDay, readTier }).toEqual({
        agentHour: { steps: 1, denied: 1, cents: 0 },
        agentDay: { steps: 1, denied: 2, cents: 0 },
        readTier: 1,
      });
    });

    test.each([
      ['of the session, by whatever agent', { session: 's1' }, 3],
      ['of another session: its own only', { session: 's2' }, 4],
      ['of a session that read nothing', { session: 's3' }, 0],
      ['of the agent, where it has no session', { session: null }, 3],
    ])('recent() gives the highest tier read %s', async (_, query, tier) => {
      await observe(MINUTE_MS, { session: 's1', tier: 2 });
      await observe(23 * HOUR_MS, { session: 's1', tier: 3, tool: 'other.tool', target: 'other' });
      await observe(25 * HOUR_MS, { session: 's1', tier: 4 });
      await observe(MINUTE_MS, { session: 's2', agent: 'other', tier: 4 });
      await change(MINUTE_MS, { counted: counted({ session: 's1', tier: 4 }) });
      expect((await recent(query)).readTier).toBe(tier);
    });

    test('recent() finds a target longer than an index entry can be', async () => {
      const target = 'x'.repeat(10_000);
      await change(1, { target });
      await observe(1, { target });
      expect((await recent({ target, agent: 'other', tool: 'other.tool' })).targetHour.steps).toBe(2);
    });

    test('recent() takes names as values, whatever is in them', async () => {
      const nasty = "'); drop table effects; --";
      await observe(1, { agent: nasty, tool: nasty, target: nasty, session: nasty });
      expect(
        (await recent({ agent: nasty, tool: nasty, target: nasty, session: nasty })).agentHour.steps,
      ).toBe(1);
    });

    test('recent() adds up more cents than 32 bits hold', async () => {
      for (const amountCents of [3_000_000_000, 4_000_000_000])
        await change(1, { counted: counted({ amountCents }) });
      expect((await recent()).agentHour.cents).toBe(7_000_000_000);
    });

    test('observe() repeated counts once, also by 20 at once; a read and a denial of one step are two', async () => {
      const request = `req_${randomUUID()}`;
      await Promise.all(Array.from({ length: 20 }, () => observe(1, { request })));
      await observe(1, { request, kind: 'denied' });
      expect((await recent()).agentHour).toEqual({ steps: 1, denied: 1, cents: 0 });
    });

    test('observe() forgets what is older than any window, a little at a time, and only where it may', async () => {
      const [old, kept] = [OBSERVATIONS_KEPT_MS + HOUR_MS, OBSERVATIONS_KEPT_MS - HOUR_MS];
      const count = async () => {
        const { rows } = await sql<{ n: number }>`
          select count(*) as n from observations where tenant = ${tenant} and tool = 'old'`.execute(
          store().db,
        );
        return rows[0]?.n;
      };
      const insert = (ago: number, many: number) =>
        sql`
        insert into observations (request, step, kind, agent, tenant, tool, target, tier, at)
        select ${randomUUID()}, n, 'read', 'a', ${tenant}, 'old', 'x', 1, ${before(ago)}::timestamptz
        from generate_series(1, ${sql.lit(many)}::int4) as n`.execute(store().db);
      await insert(old, 600);
      await insert(kept, 5);
      const usage = (forgets: boolean) => createUsage(store().db, { forgets, clock: () => NOW });
      await usage(false).observe(anObservation({ tenant }));
      expect(await count()).toBe(605);
      const forgetful = usage(true);
      await forgetful.observe(anObservation({ tenant }));
      expect(await count()).toBe(105);
      await forgetful.observe(anObservation({ tenant }));
      expect(await count()).toBe(105);
      await usage(true).observe(anObservation({ tenant }));
      expect(await count()).toBe(5);
    });
  });
}
