import { describe, expect, test } from 'vitest';
import type { HaltBook } from '../../src/store/halts.ts';
import { aHalt } from './samples.ts';

const NOW = new Date('2026-11-21T12:30:00.000Z');

/** The same for halts in the database and in files. */
export function haltsContract(title: string, halts: () => HaltBook): void {
  const inForce = async (id: string) => (await halts().active(NOW)).find((halt) => halt.id === id);

  describe(title, () => {
    test.each([
      ['everything', aHalt({ scope: 'everything', subject: '*' })],
      ['an agent', aHalt()],
      ['a tool', aHalt({ scope: 'tool', subject: 'github.delete_branch' })],
      [
        'a provider, for a while',
        aHalt({ scope: 'provider', subject: 'stripe', until: '2026-11-21T13:00:00.000Z' }),
      ],
    ])('active() gives a halt on %s as it was added', async (_, halt) => {
      await halts().add(halt);
      expect(await inForce(halt.id)).toEqual(halt);
    });

    test('active() leaves out a halt that has run out, to the millisecond', async () => {
      const ended = aHalt({ until: NOW.toISOString() });
      const ending = aHalt({ until: new Date(NOW.getTime() + 1).toISOString() });
      await halts().add(ended);
      await halts().add(ending);
      expect(await inForce(ended.id)).toBeUndefined();
      expect(await inForce(ending.id)).toBeDefined();
    });

    test('lift() ends a halt once and keeps who did it and when', async () => {
      const halt = aHalt();
      await halts().add(halt);
      expect(await halts().lift(halt.id, 'bob')).toBe(true);
      expect(await halts().lift(halt.id, 'carol')).toBe(false);
      expect(await inForce(halt.id)).toBeUndefined();
      const recorded = (await halts().list()).find(({ id }) => id === halt.id);
      expect(recorded).toEqual({ ...halt, liftedBy: 'bob', liftedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    });

    test('lift() of an unknown halt is false', async () => {
      expect(await halts().lift('halt_unknown', 'bob')).toBe(false);
    });

    test('add() repeated is harmless', async () => {
      const halt = aHalt();
      await halts().add(halt);
      await halts().add(halt);
      expect((await halts().list()).filter(({ id }) => id === halt.id)).toHaveLength(1);
    });

    test('add() refuses an id that was lifted, because nothing would stop', async () => {
      const halt = aHalt();
      await halts().add(halt);
      await halts().lift(halt.id, 'bob');
      await expect(halts().add(halt)).rejects.toThrow(/lifted before/);
    });

    test.each([
      ['scope', { scope: 'tool' } as const],
      ['subject', { subject: 'support-agent' }],
      ['end', { until: '2026-11-21T13:00:00.000Z' }],
    ])('add() refuses an id in use with another %s', async (_, change) => {
      const halt = aHalt();
      await halts().add(halt);
      await expect(halts().add({ ...halt, ...change })).rejects.toMatchObject({ code: 'key-reused' });
      expect(await inForce(halt.id)).toEqual(halt);
    });

    test('list() gives the newest first', async () => {
      const [older, newer] = [
        aHalt({ at: '2026-11-20T00:00:00.000Z' }),
        aHalt({ at: '2026-11-22T00:00:00.000Z' }),
      ];
      await halts().add(older);
      await halts().add(newer);
      const ids = (await halts().list()).map(({ id }) => id);
      expect(ids.indexOf(newer.id)).toBeLessThan(ids.indexOf(older.id));
    });
  });
}
