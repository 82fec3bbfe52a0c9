import { describe, expect, it } from 'vitest';
import type { Person } from '../../src/domain/people.ts';
import { type Day, isReachable, isTimeZone } from '../../src/domain/working-time.ts';

type Reach = Pick<Person, 'onCall' | 'hours' | 'timeZone'>;

const WEEK: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const from9to17 = (timeZone: string, more: Partial<Reach> = {}): Reach => ({
  timeZone,
  hours: [{ days: WEEK, fromMinutes: 9 * 60, toMinutes: 17 * 60 }],
  ...more,
});
const BERLIN = from9to17('Europe/Berlin');
const SYDNEY = from9to17('Australia/Sydney');
const HONOLULU = from9to17('Pacific/Honolulu');
const KATHMANDU = from9to17('Asia/Kathmandu');
/** Sunday to Thursday nights; the small hours are of the day before. */
const NIGHTS: Reach = {
  timeZone: 'Europe/Berlin',
  hours: [{ days: ['sun', 'mon', 'tue', 'wed', 'thu'], fromMinutes: 22 * 60, toMinutes: 6 * 60 }],
};
const TWICE: Reach = {
  timeZone: 'Europe/Berlin',
  hours: [
    { days: ['mon'], fromMinutes: 8 * 60, toMinutes: 12 * 60 },
    { days: ['mon'], fromMinutes: 14 * 60, toMinutes: 24 * 60 },
  ],
};

describe('isReachable()', () => {
  it.each<[string, Reach, string, boolean]>([
    ['who named no hours, in the night', { timeZone: 'Europe/Berlin' }, '2026-11-23T02:00:00Z', true],
    ['who is on call, in the night', { ...BERLIN, onCall: true }, '2026-11-23T02:00:00Z', true],
    ['who is on call, on a Sunday', { ...BERLIN, onCall: true }, '2026-11-22T10:00:00Z', true],
    ['who says not to be on call, in the night', { ...BERLIN, onCall: false }, '2026-11-23T02:00:00Z', false],
    ['in Berlin a minute before nine', BERLIN, '2026-11-23T07:59:59.999Z', false],
    ['in Berlin at nine', BERLIN, '2026-11-23T08:00:00Z', true],
    ['in Berlin in the last minute', BERLIN, '2026-11-23T15:59:59.999Z', true],
    ['in Berlin at five', BERLIN, '2026-11-23T16:00:00Z', false],
    ['in Berlin on a Saturday', BERLIN, '2026-11-21T10:00:00Z', false],
    // Clocks there go forward on 2026-03-29 and back on 2026-10-25.
    ['in Berlin at 07:30 UTC, in winter', BERLIN, '2026-03-27T07:30:00Z', false],
    ['in Berlin at 07:30 UTC, in summer', BERLIN, '2026-03-30T07:30:00Z', true],
    ['in Berlin at 15:30 UTC, in summer', BERLIN, '2026-10-23T15:30:00Z', false],
    ['in Berlin at 15:30 UTC, in winter', BERLIN, '2026-10-26T15:30:00Z', true],
    // There they go forward on 2026-10-04.
    ['in Sydney at 22:30 UTC on a Sunday, in summer there', SYDNEY, '2026-11-22T22:30:00Z', true],
    ['in Sydney at 22:30 UTC on a Sunday, in winter there', SYDNEY, '2026-08-02T22:30:00Z', false],
    ['in Sydney on Friday afternoon in Europe', SYDNEY, '2026-11-20T14:00:00Z', false],
    ['in Honolulu on Friday, already Saturday in Europe', HONOLULU, '2026-11-21T02:00:00Z', true],
    ['in Honolulu on Sunday, already Monday in Europe', HONOLULU, '2026-11-23T05:00:00Z', false],
    ['in Kathmandu at 03:14 UTC, a minute before nine', KATHMANDU, '2026-11-23T03:14:00Z', false],
    ['in Kathmandu at 03:15 UTC', KATHMANDU, '2026-11-23T03:15:00Z', true],
    ['at night, before midnight', NIGHTS, '2026-11-22T21:00:00Z', true],
    ['at night, after midnight', NIGHTS, '2026-11-23T04:59:00Z', true],
    ['at night, when the shift has ended', NIGHTS, '2026-11-23T05:00:00Z', false],
    ['on a Saturday night, of no shift', NIGHTS, '2026-11-22T02:00:00Z', false],
    ['at night in the hour that comes twice, of no shift', NIGHTS, '2026-10-25T01:30:00Z', false],
    ['between two shifts', TWICE, '2026-11-23T12:00:00Z', false],
    ['in the second shift', TWICE, '2026-11-23T22:59:00Z', true],
    ['at midnight after it', TWICE, '2026-11-23T23:00:00Z', false],
  ])('answers for somebody %s', (_, person, now, expected) => {
    expect(isReachable(person, new Date(now))).toBe(expected);
  });

  it('keeps any number of zones apart', () => {
    const zones = Intl.supportedValuesOf('timeZone').slice(0, 120);
    const noon = new Date('2026-11-25T12:00:00Z');
    const answers = () => zones.map((zone) => isReachable(from9to17(zone), noon));
    const first = answers();
    expect(answers()).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('counts exactly eight hours of every working day, whatever the clocks do', () => {
    for (const day of ['2026-03-27', '2026-03-30', '2026-10-23', '2026-10-26']) {
      const midnight = Date.parse(`${day}T00:00:00Z`);
      const minutes = Array.from({ length: 24 * 60 }, (_, at) => new Date(midnight + at * 60_000));
      expect(minutes.filter((now) => isReachable(BERLIN, now))).toHaveLength(8 * 60);
    }
  });
});

describe('isTimeZone()', () => {
  it.each([
    ['Europe/Berlin', true],
    ['America/Argentina/Buenos_Aires', true],
    ['UTC', true],
    ['+01:00', false],
    ['Mars/Olympus', false],
    ['', false],
  ])('answers for "%s" with %s', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});
