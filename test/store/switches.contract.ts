import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createSwitches, SWITCHES_MAX } from '../../src/store/switches.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { aSwitch } from './samples.ts';

export function switchesContract(store: StoreUnderTest): void {
  // The database's own: an embedded store keeps this book as files, which have tests of their own.
  const book = () => createSwitches(store().db);
  const active = async (subject: string) => (await book().active()).filter((one) => one.subject === subject);
  const recorded = async (subject: string) => (await book().list()).filter((one) => one.subject === subject);
  const ended = (by: string) => ({ liftedBy: by, liftedAt: expect.stringMatching(/^\d{4}-.*Z$/) });

  describe('tool switches', () => {
    test.each([
      ['off', 'prod'],
      ['read-only', 'staging'],
      ['off', 'dev'],
      ['read-only', 'all'],
    ] as const)('active() gives %s in %s as it was set', async (state, environment) => {
      const one = aSwitch({ state, environment });
      await book().set(one);
      expect(await active(one.subject)).toEqual([one]);
    });

    test('set() replaces what is set there, and keeps what it was', async () => {
      const first = aSwitch();
      const second = { ...first, state: 'read-only', by: 'bob' } as const;
      await book().set(first);
      await book().set(second);
      expect(await active(first.subject)).toEqual([second]);
      expect(await recorded(first.subject)).toEqual([second, { ...first, ...ended('bob') }]);
    });

    test('set() leaves other environments as they are', async () => {
      const one = aSwitch();
      await book().set(one);
      await book().set({ ...one, environment: 'all', state: 'read-only' });
      expect((await active(one.subject)).map(({ environment }) => environment)).toEqual(['all', 'prod']);
    });

    test('set() by 20 at once leaves exactly one in force', async () => {
      const one = aSwitch();
      await Promise.all(Array.from({ length: 20 }, (_, n) => book().set({ ...one, reason: `reason ${n}` })));
      expect(await active(one.subject)).toHaveLength(1);
      expect(await recorded(one.subject)).toHaveLength(20);
    });

    test('remove() ends it once, in exactly that environment, and keeps who did it', async () => {
      const one = aSwitch();
      await book().set(one);
      expect(await book().remove(one.subject, 'all', 'bob')).toBe(false);
      expect(await book().remove(one.subject, 'prod', 'bob')).toBe(true);
      expect(await book().remove(one.subject, 'prod', 'carol')).toBe(false);
      expect(await active(one.subject)).toEqual([]);
      expect(await recorded(one.subject)).toEqual([{ ...one, ...ended('bob') }]);
    });

    test('active() rejects when there are more than it reads, because one left out would be ignored', async () => {
      await sql`
        insert into tool_switches (subject, environment, state, reason, by, at)
        select 'many_' || n, 'all', 'off', 'r', 'b', now()
        from generate_series(1, ${sql.lit(SWITCHES_MAX + 1)}::int4) as n`.execute(store().db);
      await expect(book().active()).rejects.toMatchObject({ code: 'unavailable' });
      await sql`delete from tool_switches where subject like 'many_%'`.execute(store().db);
    });
  });
}
