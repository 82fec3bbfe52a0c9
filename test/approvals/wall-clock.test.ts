import { describe, expect, test } from 'vitest';
import { bothClocks, parseEnd } from '../../src/approvals/wall-clock.ts';

describe('bothClocks()', () => {
  test.each([
    [
      'in winter',
      '2026-12-24T17:00:00.000Z',
      'Europe/Berlin',
      '2026-12-24 17:00 UTC (18:00 in Europe/Berlin)',
    ],
    [
      'in summer',
      '2026-06-24T17:00:00.000Z',
      'Europe/Berlin',
      '2026-06-24 17:00 UTC (19:00 in Europe/Berlin)',
    ],
    [
      'on another day there',
      '2026-12-24T17:00:00.000Z',
      'Pacific/Auckland',
      '2026-12-24 17:00 UTC (2026-12-25 06:00 in Pacific/Auckland)',
    ],
    [
      'by half hours',
      '2026-12-24T17:00:00.000Z',
      'Asia/Kolkata',
      '2026-12-24 17:00 UTC (22:30 in Asia/Kolkata)',
    ],
    ['once where both are the same', '2026-12-24T17:00:59.000Z', 'UTC', '2026-12-24 17:00 UTC'],
    ['in UTC for a zone nobody knows', '2026-12-24T17:00:00.000Z', 'Mars/Base', '2026-12-24 17:00 UTC'],
    ['in words for what is no time', 'soon', 'UTC', 'an unreadable time'],
  ])('T63: shows a time %s', (_, instant, zone, wanted) => {
    expect(bothClocks(instant, zone)).toBe(wanted);
  });
});

describe('parseEnd()', () => {
  const now = new Date('2026-11-28T12:00:00.000Z');
  const end = (text: string, timeZone = 'Europe/Berlin') => parseEnd(text, { now, timeZone })?.toISOString();

  test.each([
    ['a day, to its end there', '2026-12-24', '2026-12-24T23:00:00.000Z'],
    ['a day of summer', '2026-06-24', '2026-06-24T22:00:00.000Z'],
    ['the day on which clocks go forward', '2026-03-29', '2026-03-29T22:00:00.000Z'],
    ['a time there', '2026-12-24 18:00', '2026-12-24T17:00:00.000Z'],
    ['a time with a T', '2026-12-24T18:00', '2026-12-24T17:00:00.000Z'],
    ['a time in UTC', '2026-12-24 18:00 UTC', '2026-12-24T18:00:00.000Z'],
    ['a time with Z', '2026-12-24T18:00Z', '2026-12-24T18:00:00.000Z'],
    ['a day in UTC', '2026-12-24 utc', '2026-12-25T00:00:00.000Z'],
    ['an hour that the clocks leave out', '2026-03-29 02:30', '2026-03-29T01:30:00.000Z'],
    ['hours from now', '+4h', '2026-11-28T16:00:00.000Z'],
    ['days from now', '3d', '2026-12-01T12:00:00.000Z'],
  ])('reads %s', (_, text, wanted) => {
    expect(end(text)).toBe(wanted);
  });

  test.each([
    '',
    'tomorrow',
    '24.12.2026',
    '2026-02-30',
    '2026-13-01',
    '2026-12-24 25:00',
    '12345d',
    '3w',
    '-3d',
    'for ever',
  ])('refuses "%s" instead of guessing', (text) => {
    expect(end(text)).toBeUndefined();
  });
});
