import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AbsenceBook } from '../../src/domain/ports.ts';
import { anAbsence } from './samples.ts';

/** What every book of absences keeps to. The book's clock is the system's. */
export function absencesContract(title: string, book: () => AbsenceBook): void {
  const HOUR = 3_600_000;
  const inHours = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
  const inForce = async (person: string, time: Date) =>
    (await book().inForce(time)).filter((one) => one.person === person).map(({ id }) => id);
  const now = { madeAt: inHours(0), from: inHours(0), until: inHours(24) };

  describe(title, () => {
    test.each([
      ['with a delegate', { delegate: 'bob' }],
      ['with a note', { note: 'Skiing <!here> \u202e' }],
      ['without one', {}],
    ])('find() gives an absence %s as it was said, and nothing of another', async (_, change) => {
      const absence = anAbsence(change);
      await book().add(absence);
      expect(await book().find(absence.id)).toEqual(absence);
      expect(await book().find('unknown')).toBeUndefined();
    });

    test.each([
      ['before it begins', '08:59:59.999', 0],
      ['from its first moment', '09:00:00.000', 1],
      ['until its last', '16:59:59.999', 1],
      ['not at its end', '17:00:00.000', 0],
    ])('inForce() counts it %s', async (_, time, times) => {
      const absence = anAbsence();
      await book().add(absence);
      expect(await inForce(absence.person, new Date(`2026-11-21T${time}Z`))).toHaveLength(times);
    });

    test('add() again changes nothing, and brings nothing back that was ended', async () => {
      const absence = anAbsence(now);
      await book().add(absence);
      await book().add({ ...absence, madeAt: inHours(1), by: 'operator' });
      expect(await book().find(absence.id)).toEqual(absence);
      expect(await book().end(absence.id, 'alice')).toBe(true);
      await expect(book().add(absence)).rejects.toMatchObject({ code: 'key-reused' });
      expect(await inForce(absence.person, new Date())).toEqual([]);
    });

    test.each([
      ['person', { person: 'other' }],
      ['delegate', { delegate: 'carol' }],
      ['end', { until: '2026-11-21T16:00:00.000Z' }],
    ])('add() refuses an id in use for another %s', async (_, change) => {
      const absence = anAbsence();
      await book().add(absence);
      await expect(book().add({ ...absence, ...change })).rejects.toMatchObject({ code: 'key-reused' });
      expect(await book().find(absence.id)).toEqual(absence);
    });

    test.each([
      ['more than 90 days', '/until', { until: '2027-02-19T09:00:00.001Z' }],
      ['no time at all', '/until', { until: '2026-11-21T09:00:00.000Z' }],
      ['an end before its beginning', '/until', { until: '2026-11-20T09:00:00.000Z' }],
      ['an end that was over when it was said', '/until', { madeAt: '2026-11-21T17:00:00.000Z' }],
      ['an end that is none', '/until', { until: 'some day' }],
      ['a beginning that is none', '/from', { from: 'soon' }],
      ['a beginning in two years', '/from', { from: '2028-11-21T09:00:00.000Z' }],
      ['a note without end', '/note', { note: 'n'.repeat(301) }],
      ['the person as their own delegate', '/delegate', { person: 'same', delegate: 'same' }],
    ])('add() refuses %s', async (_, field, change) => {
      const absence = anAbsence(change);
      await expect(book().add(absence)).rejects.toMatchObject({
        code: 'invalid-field',
        problems: [{ field }],
      });
      expect(await book().find(absence.id)).toBeUndefined();
    });

    test('add() takes 90 days to the millisecond', async () => {
      await book().add(anAbsence({ until: '2027-02-19T09:00:00.000Z' }));
    });

    test.each([
      ['one inside it', '12:00:00', '13:00:00', false],
      ['one around it', '08:00:00', '18:00:00', false],
      ['one that begins in it', '16:59:59', '18:00:00', false],
      ['one that ends in it', '08:00:00', '09:00:01', false],
      ['one right before it', '08:00:00', '09:00:00', true],
      ['one right after it', '17:00:00', '18:00:00', true],
    ])('add() beside an absence of the same person: %s', async (_, from, until, fits) => {
      const absence = anAbsence();
      await book().add(absence);
      const dates = { from: `2026-11-21T${from}.000Z`, until: `2026-11-21T${until}.000Z` };
      const adding = book().add(anAbsence({ person: absence.person, ...dates }));
      if (fits) await adding;
      else await expect(adding).rejects.toMatchObject({ problems: [{ field: '/from' }] });
    });

    test('add() after the one in the way was ended', async () => {
      const absence = anAbsence(now);
      await book().add(absence);
      await book().end(absence.id, absence.person);
      const other = anAbsence({ ...now, person: absence.person, delegate: 'carol' });
      await book().add(other);
      expect(await inForce(absence.person, new Date())).toEqual([other.id]);
    });

    test('add() keeps at most 20 open for one person, and past ones do not count', async () => {
      const person = randomUUID();
      const at = (hour: number) => ({
        person,
        madeAt: inHours(0),
        from: inHours(hour),
        until: inHours(hour + 1),
      });
      for (let hour = 0; hour < 20; hour++) await book().add(anAbsence(at(hour)));
      await expect(book().add(anAbsence(at(20)))).rejects.toMatchObject({ code: 'invalid-field' });
      const [first] = await book().openOf(person, new Date());
      await book().end(first?.id ?? '', person);
      await book().add(anAbsence(at(20)));
      expect(await book().openOf(person, new Date())).toHaveLength(20);
    });

    test('end() ends it once and keeps who did it and when', async () => {
      const absence = anAbsence(now);
      await book().add(absence);
      expect(await book().end(absence.id, absence.person)).toBe(true);
      expect(await book().end(absence.id, 'operator')).toBe(false);
      expect(await book().openOf(absence.person, new Date())).toEqual([]);
      expect(await book().find(absence.id)).toEqual({
        ...absence,
        endedBy: absence.person,
        endedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      });
    });

    test('end() of one that has not begun ends it, of one that is over or unknown it is false', async () => {
      const [past, future] = [anAbsence(), anAbsence({ ...now, from: inHours(2) })];
      await book().add(past);
      await book().add(future);
      expect(await book().end(future.id, 'op')).toBe(true);
      expect(await book().end('unknown', 'op')).toBe(false);
      const over = anAbsence({
        ...{ madeAt: '2020-01-01T00:00:00.000Z', from: '2020-01-01T00:00:00.000Z' },
        until: '2020-01-02T00:00:00.000Z',
      });
      await book().add(over);
      expect(await book().end(over.id, 'op')).toBe(false);
      expect(await book().find(over.id)).toEqual(over);
    });

    test('openOf() gives present and future ones, soonest first, of that person only', async () => {
      const person = randomUUID();
      const later = anAbsence({ ...now, person, from: inHours(48), until: inHours(72) });
      const present = anAbsence({ ...now, person });
      for (const one of [later, present, anAbsence(now)]) await book().add(one);
      expect(await book().openOf(person, new Date())).toEqual([present, later]);
      expect(await book().openOf(person, new Date(inHours(30)))).toEqual([later]);
    });

    test('list() gives the newest first, of one person or of all', async () => {
      const person = randomUUID();
      const older = anAbsence({ ...now, person });
      const newer = anAbsence({ person, madeAt: inHours(1), from: inHours(25), until: inHours(26) });
      await book().add(older);
      await book().add(newer);
      expect(await book().list(person)).toEqual([newer, older]);
      expect(await book().list()).toEqual(expect.arrayContaining([newer, older]));
    });
  });
}
