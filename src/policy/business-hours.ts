/** Working hours and holidays: wall-clock time in the organisation's time zone, right over changes of the clocks. */
import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** Minutes of the day, `from` inclusive, `to` exclusive. With `to` before `from` they end on the next day. */
export interface Hours {
  readonly days: readonly Day[];
  readonly fromMinutes: number;
  readonly toMinutes: number;
}

/** A whole day, from midnight to midnight. A yearly one returns on its date from its first year on. */
export interface Holiday {
  readonly date: string;
  readonly name: string;
  readonly yearly: boolean;
}

export interface WorkingTime {
  /** An IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
  readonly businessHours: readonly Hours[];
  readonly holidays: readonly Holiday[];
}

/** A moment as people there read it off the wall. `before` is the date of the day before. */
interface WallTime {
  readonly date: string;
  readonly before: string;
  readonly day: Day;
  readonly dayBefore: Day;
  readonly minutes: number;
}

const DAY_MINUTES = 24 * 60;

const clock = (latest: RegExp) =>
  z.string().regex(latest, 'wanted a time of day such as "09:00"').transform(minutesOf);

/** The part of `calendar.yaml` about working time. */
export const workingTimeFields = {
  timeZone: z.string().refine(isTimeZone, 'wanted an IANA time zone such as "Europe/Berlin"').exactOptional(),
  businessHours: z
    .array(
      z
        .strictObject({
          days: z.array(z.enum(DAYS)).min(1).max(7),
          from: clock(/^([01]\d|2[0-3]):[0-5]\d$/),
          to: clock(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
        })
        .refine(({ from, to }) => from !== to, {
          path: ['to'],
          error: 'wanted another time than "from" ("00:00" to "24:00" is the whole day)',
        })
        .transform(({ days, from, to }): Hours => ({ days, fromMinutes: from, toMinutes: to })),
    )
    .max(50)
    .default([]),
  holidays: z
    .array(
      z.strictObject({
        date: z.iso.date({ error: 'wanted a date such as "2026-12-25"' }),
        name: z.string().min(1).max(160),
        yearly: z.boolean().default(false),
      }),
    )
    .max(1000)
    .default([]),
};

/** Hours and holidays mean nothing without the zone they are in. */
export function saysZone(said: {
  readonly timeZone?: string;
  readonly businessHours: readonly Hours[];
  readonly holidays: readonly Holiday[];
}): boolean {
  return said.timeZone !== undefined || said.businessHours.length + said.holidays.length === 0;
}

/**
 * Whether somebody is at work then. Never where no hours are given, and never on a holiday; hours that end after
 * midnight belong to the day they began on.
 */
export function businessHours(working: WorkingTime | undefined, now: Date): boolean {
  if (working === undefined || working.businessHours.length === 0) return false;
  const wall = wallTime(working.timeZone, now);
  if (holidayOn(working, wall.date) !== undefined) return false;
  const lateShift = holidayOn(working, wall.before) === undefined;
  return working.businessHours.some(({ days, fromMinutes, toMinutes }) => {
    const today = days.includes(wall.day) && wall.minutes >= fromMinutes;
    if (toMinutes > fromMinutes) return today && wall.minutes < toMinutes;
    return today || (lateShift && days.includes(wall.dayBefore) && wall.minutes < toMinutes);
  });
}

/** The holiday it is there then, if any. */
export function holiday(working: WorkingTime | undefined, now: Date): Holiday | undefined {
  if (working === undefined || working.holidays.length === 0) return undefined;
  return holidayOn(working, wallTime(working.timeZone, now).date);
}

function holidayOn({ holidays }: WorkingTime, date: string): Holiday | undefined {
  return holidays.find((one) => {
    if (!one.yearly) return one.date === date;
    return one.date.slice(4) === date.slice(4) && one.date.slice(0, 4) <= date.slice(0, 4);
  });
}

function wallTime(timeZone: string, now: Date): WallTime {
  const parts = formatIn(timeZone).formatToParts(now);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const midnight = Date.UTC(part('year'), part('month') - 1, part('day'));
  const before = midnight - DAY_MINUTES * 60_000;
  return {
    date: dateOf(midnight),
    before: dateOf(before),
    day: dayOf(midnight),
    dayBefore: dayOf(before),
    minutes: part('hour') * 60 + part('minute'),
  };
}

// Making one takes far longer than using it; an organisation has one zone.
let kept: { readonly timeZone: string; readonly format: Intl.DateTimeFormat } | undefined;

function formatIn(timeZone: string): Intl.DateTimeFormat {
  if (kept?.timeZone === timeZone) return kept.format;
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  kept = { timeZone, format };
  return format;
}

function isTimeZone(name: string): boolean {
  try {
    // A fixed offset is no place: it knows nothing of summer time.
    return /^[A-Za-z]/.test(name) && formatIn(name) !== undefined;
  } catch {
    return false;
  }
}

function minutesOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function dateOf(midnight: number): string {
  return new Date(midnight).toISOString().slice(0, 10);
}

function dayOf(midnight: number): Day {
  return DAYS[(new Date(midnight).getUTCDay() + 6) % 7] ?? 'mon';
}
