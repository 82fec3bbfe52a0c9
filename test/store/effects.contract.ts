import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Intent } from '../../src/domain/effect.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anIntent } from './samples.ts';

export function effectsContract(store: StoreUnderTest): void {
  describe('effects', () => {
    test('find() knows nothing of an effect that was not intended', async () => {
      expect(await store().effects.find(anIntent())).toBeUndefined();
    });

    test('intend() writes the effect down before it happens, with nothing known of its end', async () => {
      const intent = anIntent({ captured: { labels: ['a', 'b'], nested: { deep: [1, null, true] } } });
      const { effect, created } = await store().effects.intend(intent);
      expect(created).toBe(true);
      const { counted: _, ...told } = intent;
      expect(effect).toEqual({
        ...told,
        state: 'intended',
        result: null,
        settledAt: null,
        intendedAt: expect.any(Date),
      });
      expect(await store().effects.find(intent)).toEqual(effect);
    });

    test('intend() returns the existing row untouched, whatever the second intent says', async () => {
      const intent = anIntent();
      const first = await store().effects.intend(intent);
      const second = await store().effects.intend({
        ...intent,
        captured: 'other',
        tool: 'github.delete_repository',
      });
      expect(second).toEqual({ effect: first.effect, created: false });
    });

    test('intend() creates exactly one row when 20 ask for the same effect at once', async () => {
      const intent = anIntent();
      const answers = await Promise.all(Array.from({ length: 20 }, () => store().effects.intend(intent)));
      expect(answers.filter((answer) => answer.created)).toHaveLength(1);
      expect(new Set(answers.map((answer) => answer.effect.intendedAt.getTime())).size).toBe(1);
    });

    test('intend() keeps do and undo, and each step, apart', async () => {
      const intent = anIntent();
      const keys: Intent[] = [
        intent,
        anIntent({ ...intent, direction: 'undo', idempotencyKey: `${intent.request}:0:undo` }),
      ];
      keys.push(anIntent({ ...intent, step: 1, idempotencyKey: `${intent.request}:1:do` }));
      for (const key of keys) expect((await store().effects.intend(key)).created).toBe(true);
    });

    test('intend() refuses an idempotency key that belongs to another effect', async () => {
      const intent = anIntent();
      await store().effects.intend(intent);
      const other = anIntent({ idempotencyKey: intent.idempotencyKey });
      await expect(store().effects.intend(other)).rejects.toMatchObject({
        name: 'CountersignError',
        code: 'internal',
      });
      expect(await store().effects.find(other)).toBeUndefined();
    });

    test('intend() refuses a step below zero', async () => {
      await expect(store().effects.intend(anIntent({ step: -1 }))).rejects.toMatchObject({
        code: 'internal',
      });
    });

    test.each([
      ['text', 'Deleted'],
      ['null', null],
      ['a list', [1, 'two', { three: 3 }]],
      ['text that jsonb refuses', { body: 'nul \u0000 and half a pair \ud800' }],
      ['the whole of Unicode', '🙂 ünï \u202e'],
    ])('settle() keeps %s as the result', async (_, result) => {
      const intent = anIntent();
      await store().effects.intend(intent);
      await store().effects.settle(intent, 'done', result);
      expect(await store().effects.find(intent)).toMatchObject({
        state: 'done',
        result,
        settledAt: expect.any(Date),
      });
    });

    test('settle() repeated with the same state changes nothing', async () => {
      const intent = anIntent();
      await store().effects.intend(intent);
      await store().effects.settle(intent, 'failed', { why: 'gone' });
      const first = await store().effects.find(intent);
      await store().effects.settle(intent, 'failed', { why: 'another' });
      expect(await store().effects.find(intent)).toEqual(first);
    });

    test.each([
      ['done', 'failed'],
      ['failed', 'done'],
    ] as const)('settle() refuses to turn %s into %s', async (first, second) => {
      const intent = anIntent();
      await store().effects.intend(intent);
      await store().effects.settle(intent, first, null);
      await expect(store().effects.settle(intent, second, null)).rejects.toThrow(/Cannot settle effect/);
      expect(await store().effects.find(intent)).toMatchObject({ state: first });
    });

    test('settle() refuses an effect that was never intended', async () => {
      await expect(store().effects.settle(anIntent(), 'done', null)).rejects.toThrow(/it is "not intended"/);
    });

    test.each([
      ['deleting a row', sql`delete from effects`],
      ['emptying the table', sql`truncate effects`],
      ['changing a settled row', sql`update effects set state = 'failed' where state = 'done'`],
      [
        'reopening a settled row',
        sql`update effects set state = 'intended', settled_at = null where state = 'done'`,
      ],
      ['rewriting a result', sql`update effects set result = '"better"' where state = 'done'`],
      ['rewriting an intent', sql`update effects set target = 'other' where state = 'intended'`],
      [
        'rewriting an intent while settling',
        sql`update effects set captured = '0', state = 'done', settled_at = now() where state = 'intended'`,
      ],
    ])('effects table refuses %s, from whoever holds the connection', async (_, statement) => {
      const [open, settled] = [anIntent(), anIntent()];
      await store().effects.intend(open);
      await store().effects.intend(settled);
      await store().effects.settle(settled, 'done', 'first');
      await expect(statement.execute(store().db)).rejects.toMatchObject({ cause: { code: '23001' } });
      expect(await store().effects.find(settled)).toMatchObject({ state: 'done', result: 'first' });
      expect(await store().effects.find(open)).toMatchObject({ state: 'intended', target: open.target });
    });

    test('intend() inside a transaction that fails leaves nothing', async () => {
      const intent = anIntent();
      const broken = store()
        .db.transaction()
        .execute(async (transaction) => {
          const values = { ...rowOf(intent), captured: sql<null>`'null'::json` };
          await transaction.insertInto('effects').values(values).execute();
          throw new Error('changed my mind');
        });
      await expect(broken).rejects.toThrow('changed my mind');
      expect(await store().effects.find(intent)).toBeUndefined();
    });
  });
}

function rowOf({ request, step, direction, tool, target, idempotencyKey }: Intent) {
  return {
    ...{ request, step, direction, tool, target },
    idempotency_key: idempotencyKey,
    state: 'intended' as const,
    result: null,
    settled_at: null,
  };
}
