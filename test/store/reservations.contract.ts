import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Intent } from '../../src/domain/effect.ts';
import { NOTHING_RECENT, type Recent } from '../../src/domain/usage.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anIntent } from './samples.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');

/** Money and counts are reserved before they are spent: nobody slips in between judging and writing down. */
export function reservationsContract(store: StoreUnderTest): void {
  let tenant: string;
  beforeEach(() => {
    tenant = `tenant_${randomUUID()}`;
  });
  const aReservation = (amountCents = 0, change: Partial<Intent> = {}) =>
    anIntent({ counted: { ...anIntent().counted, tenant, amountCents }, ...change });
  const reserve = (intent: Intent, passes: (recent: Recent) => boolean, now = NOW) =>
    store().effects.intendWithin(intent, now, passes);
  const letThrough = (answers: readonly unknown[]) => answers.filter((answer) => answer !== undefined).length;

  describe('intendWithin()', () => {
    test('intendWithin() writes the intent down when it passes, dated by the caller', async () => {
      const intent = aReservation();
      const { effect, created } = (await reserve(intent, () => true)) ?? {};
      expect(created).toBe(true);
      expect(effect).toMatchObject({ request: intent.request, state: 'intended', intendedAt: NOW });
      expect(await store().effects.find(intent)).toEqual(effect);
    });

    test('intendWithin() writes nothing and gives nothing when it does not pass', async () => {
      const intent = aReservation();
      expect(await reserve(intent, () => false)).toBeUndefined();
      expect(await store().effects.find(intent)).toBeUndefined();
    });

    test('intendWithin() asks with what is counted at that moment, this step left out', async () => {
      const seen: Recent[] = [];
      const passes = (recent: Recent) => seen.push(recent) > 0;
      await reserve(aReservation(300), passes);
      await reserve(aReservation(40), passes);
      expect(seen[0]).toEqual(NOTHING_RECENT);
      expect(seen[1]?.agentHour).toEqual({ steps: 1, denied: 0, cents: 300 });
    });

    test('intendWithin() returns a row that exists without asking', async () => {
      const intent = aReservation();
      await reserve(intent, () => true);
      const again = await reserve(intent, () => {
        throw new Error('asked again');
      });
      expect(again).toEqual({ effect: await store().effects.find(intent), created: false });
    });

    test('intendWithin() writes nothing when judging throws, and leaves the turn to others', async () => {
      const intent = aReservation();
      const broken = reserve(intent, () => {
        throw new Error('no judgement');
      });
      await expect(broken).rejects.toThrow('no judgement');
      expect(await store().effects.find(intent)).toBeUndefined();
      expect(await reserve(intent, () => true)).toMatchObject({ created: true });
    });

    test('intendWithin() by 20 at once under a limit of 5 lets exactly 5 through', async () => {
      const intents = Array.from({ length: 20 }, () => aReservation());
      const answers = await Promise.all(
        intents.map((intent) => reserve(intent, ({ agentHour }) => agentHour.steps < 5)),
      );
      expect(letThrough(answers)).toBe(5);
      const written = await Promise.all(intents.map((intent) => store().effects.find(intent)));
      expect(letThrough(written)).toBe(5);
    });

    test('intendWithin() by 20 at once never spends more than the sum allows', async () => {
      const limit = 10_000;
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => {
          const cents = 3_000;
          return reserve(aReservation(cents), ({ targetDay }) => targetDay.cents + cents <= limit);
        }),
      );
      expect(letThrough(answers)).toBe(3);
    });

    test('intendWithin() by 20 at once for the very same step writes it once', async () => {
      const intent = aReservation();
      const answers = await Promise.all(Array.from({ length: 20 }, () => reserve(intent, () => true)));
      expect(answers.filter((answer) => answer?.created)).toHaveLength(1);
      expect(letThrough(answers)).toBe(20);
    });

    test('intendWithin() of one tenant takes nothing from another', async () => {
      const other = { ...anIntent().counted, tenant: `${tenant}-other` };
      const few = ({ toolDay }: Recent) => toolDay.steps < 1;
      expect(await reserve(aReservation(), few)).toBeDefined();
      expect(await reserve(aReservation(), few)).toBeUndefined();
      expect(await reserve(aReservation(0, { counted: other }), few)).toBeDefined();
    });

    test('intendWithin() lets through again what failed and what is longer ago than the window', async () => {
      const few = ({ agentHour }: Recent) => agentHour.steps < 1;
      const first = aReservation();
      await reserve(first, few);
      expect(await reserve(aReservation(), few)).toBeUndefined();
      await store().effects.settle(first, 'failed', null);
      expect(await reserve(aReservation(), few)).toBeDefined();
      expect(await reserve(aReservation(), few)).toBeUndefined();
      expect(await reserve(aReservation(), few, new Date(NOW.getTime() + 3_600_001))).toBeDefined();
    });

    test.each([
      ['an amount below zero', { amountCents: -1 }],
      ['a tier that is none', { tier: 5 }],
    ])('intendWithin() refuses %s', async (_, change) => {
      const intent = anIntent({ counted: { ...anIntent().counted, tenant, ...change } });
      await expect(reserve(intent, () => true)).rejects.toMatchObject({ cause: { code: '23514' } });
    });

    test.each([
      sql`update effects set amount_cents = 0 where amount_cents = 77`,
      sql`update effects set tenant = 'other', state = 'done', settled_at = now() where amount_cents = 77`,
      sql`update effects set session = 's', state = 'failed', settled_at = now() where amount_cents = 77`,
    ])('effects table refuses that what counts is rewritten', async (statement) => {
      await reserve(aReservation(77), () => true);
      await expect(statement.execute(store().db)).rejects.toMatchObject({ cause: { code: '23001' } });
    });
  });
}
