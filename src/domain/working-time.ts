/** Working hours and holidays: time as clocks on the wall show it in a time zone, right over changes of the clocks. */
import type { Person } from './people.ts';

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
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

/**
 * Whether somebody is at work then. Never where no hours are given, and never on a holiday; hours that end after
 * midnight belong to the day they began on.
 */
export function businessHours(working: WorkingTime | undefined, now: Date): boolean {
  if (working === undefined || working.businessHours.length === 0) return false;
  const wall = wallTime(working.timeZone, now);
  if (holidayOn(working, wall.date) !== undefined) return false;
  const isAfterHoliday = holidayOn(working, wall.before) !== undefined;
  return isWithin(working.businessHours, wall, { begunYesterday: !isAfterHoliday });
}

/**
 * Whether a person may be disturbed then: they are on call, it is within their own hours where they live, or they named
 * none. Says nothing of whether they may decide: who is not reachable may still do so.
 */
export function isReachable(
  { onCall, hours, timeZone }: Pick<Person, 'onCall' | 'hours' | 'timeZone'>,
  now: Date,
): boolean {
  if (onCall === true || hours === undefined) return true;
  return isWithin(hours, wallTime(timeZone, now), { begunYesterday: true });
}

function isWithin(
  hours: readonly Hours[],
  { day, dayBefore, minutes }: WallTime,
  { begunYesterday }: { readonly begunYesterday: boolean },
): boolean {
  return hours.some(({ days, fromMinutes, toMinutes }) => {
    const today = days.includes(day) && minutes >= fromMinutes;
    if (toMinutes > fromMinutes) return today && minutes < toMinutes;
    return today || (begunYesterday && days.includes(dayBefore) && minutes < toMinutes);
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

// Making one takes far longer than using it, and an organisation lives in few zones.
const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 50;

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** Whether this is the name of a time zone. A fixed offset is none: it knows nothing of summer time. */
export function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && formatIn(name) !== undefined;
  } catch {
    return false;
  }
}

function dateOf(midnight: number): string {
  return new Date(midnight).toISOString().slice(0, 10);
}

function dayOf(midnight: number): Day {
  return DAYS[(new Date(midnight).getUTCDay() + 6) % 7] ?? 'mon';
}
