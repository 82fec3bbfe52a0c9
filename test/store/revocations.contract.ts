import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createOrders } from '../../src/store/orders.ts';
import { CREDENTIALS_REVOKED_DAYS, createRevocations, REVOCATIONS_MAX } from '../../src/store/revocations.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { aRevocation } from './samples.ts';

export function revocationsContract(store: StoreUnderTest): void {
  // The database's own: an embedded store keeps this book as files, which have tests of their own.
  const book = () => createRevocations(store().db);
  const active = async (subject: string) => (await book().active()).filter((one) => one.subject === subject);
  const recorded = async (subject: string) => (await book().list()).filter((one) => one.subject === subject);
  /** As if it had been recorded so many days ago, whatever its own date says. */
  const age = (subject: string, days: number) =>
    sql`update revocations set recorded_at = now() - make_interval(days => ${days}::int4) where subject = ${subject}`.execute(
      store().db,
    );

  describe('revocations', () => {
    test.each(['token', 'session', 'agent'] as const)(
      'active() gives a revoked %s as it was added',
      async (kind) => {
        const revocation = aRevocation({ kind });
        await book().add(revocation);
        expect(await active(revocation.subject)).toEqual([revocation]);
        expect(await recorded(revocation.subject)).toEqual([revocation]);
      },
    );

    test('add() repeated is harmless, also by 20 at once, and the first reason stands', async () => {
      const revocation = aRevocation();
      await book().add(revocation);
      const others = Array.from({ length: 20 }, (_, n) =>
        book().add({ ...revocation, reason: `other ${n}` }),
      );
      await Promise.all(others);
      expect(await recorded(revocation.subject)).toEqual([revocation]);
    });

    test('add() by 20 at once revokes once', async () => {
      const revocation = aRevocation();
      await Promise.all(Array.from({ length: 20 }, () => book().add(revocation)));
      expect(await recorded(revocation.subject)).toEqual([revocation]);
    });

    test('add() keeps a session and a token of the same name apart', async () => {
      const subject = randomUUID();
      await book().add(aRevocation({ kind: 'session', subject }));
      await book().add(aRevocation({ kind: 'token', subject }));
      expect((await active(subject)).map(({ kind }) => kind)).toEqual(['session', 'token']);
    });

    test('lift() reinstates an agent once and keeps who did it and when; it can be revoked again', async () => {
      const revocation = aRevocation({ kind: 'agent' });
      const { subject } = revocation;
      await book().add(revocation);
      expect(await book().lift(subject, 'bob')).toBe(true);
      expect(await book().lift(subject, 'carol')).toBe(false);
      expect(await active(subject)).toEqual([]);
      await book().add({ ...revocation, reason: 'Again' });
      expect(await active(subject)).toEqual([{ ...revocation, reason: 'Again' }]);
      expect(await recorded(subject)).toEqual([
        { ...revocation, reason: 'Again' },
        { ...revocation, liftedBy: 'bob', liftedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      ]);
    });

    test('lift() of an agent that was never revoked is false', async () => {
      expect(await book().lift('nobody', 'bob')).toBe(false);
    });

    test.each(['token', 'session'] as const)('lift() refuses a %s: it never comes back', async (kind) => {
      const revocation = aRevocation({ kind });
      await book().add(revocation);
      await expect(book().lift(revocation.subject, 'bob')).rejects.toMatchObject({
        name: 'CountersignError',
        code: 'invalid-field',
        message: `Cannot reinstate "${revocation.subject}": it is a "${kind}", wanted an "agent"`,
      });
      expect(await active(revocation.subject)).toHaveLength(1);
    });

    test.each([
      ['token', 60, 1],
      ['session', 60, 1],
      ['token', CREDENTIALS_REVOKED_DAYS + 1, 0],
      ['session', CREDENTIALS_REVOKED_DAYS + 1, 0],
      ['agent', 3_650, 1],
    ] as const)('active() counts a %s revoked %i days ago %i times', async (kind, days, times) => {
      const { subject } = aRevocation();
      await book().add(aRevocation({ kind, subject }));
      await age(subject, days);
      expect(await active(subject)).toHaveLength(times);
    });

    test('add() revokes anew what was revoked so long ago that it counts no more', async () => {
      const revocation = aRevocation();
      await book().add(revocation);
      await age(revocation.subject, CREDENTIALS_REVOKED_DAYS + 1);
      await book().add(revocation);
      expect(await active(revocation.subject)).toEqual([revocation]);
    });

    test('active() goes by the clock of the database: a date from long ago shortens nothing', async () => {
      const revocation = aRevocation({ at: '2001-01-01T00:00:00.000Z' });
      await book().add(revocation);
      expect(await active(revocation.subject)).toEqual([revocation]);
    });

    test('active() rejects when there are more than it reads, because one left out would be ignored', async () => {
      await sql`
        insert into revocations (kind, subject, reason, by, at)
        select 'token', 'many_' || n, 'r', 'b', now()
        from generate_series(1, ${sql.lit(REVOCATIONS_MAX + 1)}::int4) as n`.execute(store().db);
      await expect(book().active()).rejects.toMatchObject({ code: 'unavailable' });
      const orders = createOrders({ ...store(), revocations: book() });
      await expect(orders.inForce(new Date())).rejects.toMatchObject({ code: 'unavailable' });
      await sql`delete from revocations where subject like 'many_%'`.execute(store().db);
      await expect(book().active()).resolves.toBeInstanceOf(Array);
    });
  });
}
