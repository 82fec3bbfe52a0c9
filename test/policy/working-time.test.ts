import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { businessHours, holiday } from '../../src/domain/working-time.ts';
import { type Calendar, openCalendar, readCalendar } from '../../src/policy/calendar.ts';
import { CONFIG } from './acme.ts';

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'calendar-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'calendar.yaml'), text);
  return folder;
}

const readText = (text: string): Calendar => readCalendar(folderWith(`freezes: []\n${text}`));

const BERLIN = `timeZone: Europe/Berlin
businessHours:
  - { days: [mon, tue, wed, thu], from: "09:00", to: "18:00" }
  - { days: [fri], from: "09:00", to: "16:30" }
holidays:
  - { date: 2026-05-01, name: Labour Day, yearly: true }
  - { date: 2026-05-14, name: Ascension Day }
`;
const NIGHT = `timeZone: Europe/Berlin
businessHours: [{ days: [fri, sat], from: "22:00", to: "06:00" }]
holidays: [{ date: 2026-06-05, name: Works outing }]
`;
const NEW_YORK = `timeZone: America/New_York
businessHours: [{ days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00" }]
`;
const KOLKATA = `timeZone: Asia/Kolkata
businessHours: [{ days: [mon], from: "00:00", to: "24:00" }]
`;

describe('businessHours()', () => {
  it.each<[string, string, string, boolean]>([
    ['the minute before they begin', BERLIN, '2026-11-23T07:59:59.999Z', false],
    ['their first minute', BERLIN, '2026-11-23T08:00:00Z', true],
    ['their last minute', BERLIN, '2026-11-23T16:59:59.999Z', true],
    ['the first minute after', BERLIN, '2026-11-23T17:00:00Z', false],
    ['a Friday at three', BERLIN, '2026-11-27T14:00:00Z', true],
    ['a Friday at five, when Fridays are shorter', BERLIN, '2026-11-27T16:00:00Z', false],
    ['a Saturday', BERLIN, '2026-11-21T10:00:00Z', false],
    // Clocks go forward on 2026-03-29 and back on 2026-10-25.
    ['the last winter morning at nine there', BERLIN, '2026-03-27T08:00:00Z', true],
    ['the same moment of the day in summer, ten there', BERLIN, '2026-03-30T08:00:00Z', true],
    ['the first summer morning at nine there', BERLIN, '2026-03-30T07:00:00Z', true],
    ['the same moment of the day in winter, eight there', BERLIN, '2026-03-27T07:00:00Z', false],
    ['the first winter morning at eight there', BERLIN, '2026-10-26T07:00:00Z', false],
    ['a holiday on a Thursday', BERLIN, '2026-05-14T10:00:00Z', false],
    ['the same day a year on, when it is none', BERLIN, '2027-05-14T10:00:00Z', true],
    ['a yearly holiday years on', BERLIN, '2031-05-01T10:00:00Z', false],
    ['a yearly holiday before its first year', BERLIN, '2025-05-01T10:00:00Z', true],
    ['the evening before a night shift begins', NIGHT, '2026-11-20T20:59:00Z', false],
    ['a night shift before midnight', NIGHT, '2026-11-20T21:00:00Z', true],
    ['a night shift after midnight', NIGHT, '2026-11-21T04:59:00Z', true],
    ['the morning after a night shift', NIGHT, '2026-11-21T05:00:00Z', false],
    ['a Sunday morning, of the shift begun on Saturday', NIGHT, '2026-11-22T04:00:00Z', true],
    ['a Monday morning, of no shift', NIGHT, '2026-11-23T04:00:00Z', false],
    ['the night the clocks go forward', NIGHT, '2026-03-29T03:59:00Z', true],
    ['the morning after it', NIGHT, '2026-03-29T04:00:00Z', false],
    ['the hour that comes twice, the first time', NIGHT, '2026-10-25T00:30:00Z', true],
    ['the hour that comes twice, the second time', NIGHT, '2026-10-25T01:30:00Z', true],
    ['the morning after it', NIGHT, '2026-10-25T05:00:00Z', false],
    ['the morning after a holiday, on which no shift began', NIGHT, '2026-06-06T02:00:00Z', false],
    ['a Friday evening there that is Saturday in London', NEW_YORK, '2026-11-28T00:30:00Z', false],
    ['a Friday afternoon there that is Friday night in London', NEW_YORK, '2026-11-27T21:59:00Z', true],
    ['a Monday that has begun there and not yet in London', KOLKATA, '2026-11-22T18:30:00Z', true],
    ['a Monday in London that has ended there', KOLKATA, '2026-11-23T18:30:00Z', false],
    ['a calendar that says nothing', '', '2026-11-23T10:00:00Z', false],
    ['a calendar with a zone and no hours', 'timeZone: UTC', '2026-11-23T10:00:00Z', false],
  ])('answers for %s', (_, text, now, expected) => {
    expect(businessHours(readText(text).working, new Date(now))).toBe(expected);
  });

  it('keeps the time zones of two calendars apart', () => {
    const [berlin, newYork] = [readText(BERLIN).working, readText(NEW_YORK).working];
    for (let times = 0; times < 2; times += 1) {
      expect(businessHours(berlin, new Date('2026-11-23T08:30:00Z'))).toBe(true);
      expect(businessHours(newYork, new Date('2026-11-23T08:30:00Z'))).toBe(false);
    }
  });
});

describe('holiday()', () => {
  it.each<[string, string, string, string | undefined]>([
    ['the last minute of the day before', BERLIN, '2026-04-30T21:59:59Z', undefined],
    ['its first minute there', BERLIN, '2026-04-30T22:00:00Z', 'Labour Day'],
    ['its last minute there', BERLIN, '2026-05-01T21:59:59Z', 'Labour Day'],
    ['the first minute after', BERLIN, '2026-05-01T22:00:00Z', undefined],
    ['a calendar without holidays', NEW_YORK, '2026-12-25T12:00:00Z', undefined],
    ['a calendar that says nothing', '', '2026-12-25T12:00:00Z', undefined],
  ])('answers for %s', (_, text, now, name) => {
    expect(holiday(readText(text).working, new Date(now))?.name).toBe(name);
  });
});

describe('working time in calendar.yaml', () => {
  it.each([
    ['hours without a time zone', BERLIN.replace('timeZone: Europe/Berlin', ''), 'timeZone'],
    ['a holiday without a time zone', 'holidays: [{ date: 2026-05-01, name: Off }]', 'timeZone'],
    ['a time zone misspelt', BERLIN.replace('Berlin', 'Berlim'), 'timeZone'],
    ['an offset, which knows no summer time', BERLIN.replace('Europe/Berlin', '"+01:00"'), 'timeZone'],
    ['a day misspelt', BERLIN.replace('[fri]', '[fry]'), 'businessHours.1.days.0'],
    ['hours on no day', BERLIN.replace('[fri]', '[]'), 'businessHours.1.days'],
    ['a time without minutes', BERLIN.replace('"16:30"', '"16"'), 'businessHours.1.to'],
    ['a time that no clock shows', BERLIN.replace('"16:30"', '"24:01"'), 'businessHours.1.to'],
    ['a beginning at the end of the day', BERLIN.replace('"09:00"', '"24:00"'), 'businessHours.0.from'],
    ['hours that end when they begin', BERLIN.replace('"16:30"', '"09:00"'), 'businessHours.1.to'],
    ['a date that there is not', BERLIN.replace('2026-05-14', '2026-02-30'), 'holidays.1.date'],
    ['a holiday without a name', BERLIN.replace(', name: Ascension Day', ''), 'holidays.1.name'],
    ['a key misspelt', BERLIN.replace('businessHours', 'busynessHours'), ''],
  ])('refuses %s', (_, text, field) => {
    const problems = expect.arrayContaining([
      expect.objectContaining({ field: `calendar.yaml ${field}`.trim() }),
    ]);
    expect(() => readText(text)).toThrow(expect.objectContaining({ code: 'misconfigured', problems }));
  });

  it('is read afresh by an open calendar', () => {
    const folder = folderWith('freezes: []');
    const calendar = openCalendar(folder);
    const during = new Date('2026-11-23T10:00:00Z');
    expect(businessHours(calendar.working, during)).toBe(false);
    writeFileSync(join(folder, 'calendar.yaml'), `freezes: []\n${BERLIN}`);
    expect(businessHours(calendar.working, during)).toBe(true);
  });

  it('of the example has people at work on a Monday morning, and not at Christmas', () => {
    const { working } = readCalendar(CONFIG);
    expect(businessHours(working, new Date('2026-11-23T09:00:00Z'))).toBe(true);
    expect(businessHours(working, new Date('2029-12-25T09:00:00Z'))).toBe(false);
    expect(holiday(working, new Date('2029-12-25T09:00:00Z'))?.name).toBe('Christmas Day');
  });
});
