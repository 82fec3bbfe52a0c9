/** Slack's date tokens (`{date_short} at {time}`), in the time zone of the person who reads. */

/** When and for whom a date is drawn. */
export interface Reader {
  readonly timeZone: string;
  readonly now: Date;
}

const SHORT: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'short', day: 'numeric' };
const USUAL: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'long', day: 'numeric' };
const LONG: Intl.DateTimeFormatOptions = { weekday: 'long', ...USUAL };
const MINUTES: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const SECONDS: Intl.DateTimeFormatOptions = { ...MINUTES, second: '2-digit' };

/** The format with its tokens filled in; undefined when it names a token Slack does not have: show the fallback then. */
export function slackDate(at: number, format: string, reader: Reader): string | undefined {
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  let known = true;
  const filled = format.replace(/\{(\w+)\}/g, (_, token: string) => {
    const value = fill(token, date, reader);
    known &&= value !== undefined;
    return value ?? '';
  });
  return known ? filled : undefined;
}

function fill(token: string, date: Date, reader: Reader): string | undefined {
  const show = (options: Intl.DateTimeFormatOptions): string => formatIn(date, options, reader.timeZone);
  if (token === 'date_num') return isoDay(date, reader.timeZone);
  if (token === 'date' || token === 'date_short') return show(token === 'date' ? USUAL : SHORT);
  if (token === 'date_long') return show(LONG);
  if (/^date_(?:short_|long_)?pretty$/.test(token)) {
    const options = token === 'date_short_pretty' ? SHORT : token === 'date_long_pretty' ? LONG : USUAL;
    return nearDay(date, reader) ?? show(options);
  }
  if (token === 'time') return show(MINUTES);
  if (token === 'time_secs') return show(SECONDS);
  return token === 'ago' ? ago(date, reader.now) : undefined;
}

/** A clock time of a message, e.g. `14:02`. */
export function clockTime(date: Date, timeZone: string): string {
  return formatIn(date, MINUTES, timeZone);
}

/** A day as a divider names it: today, yesterday, or `Friday, November 20, 2026`. */
export function dayName(date: Date, reader: Reader): string {
  const near = nearDay(date, reader);
  return near === undefined ? formatIn(date, LONG, reader.timeZone) : near[0]?.toUpperCase() + near.slice(1);
}

/** `2026-11-21` in that time zone; equal for moments of the same day. */
export function isoDay(date: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(date);
}

function nearDay(date: Date, { timeZone, now }: Reader): string | undefined {
  const dayMs = 24 * 60 * 60 * 1000;
  const names = [['yesterday', -1] as const, ['today', 0] as const, ['tomorrow', 1] as const];
  const day = isoDay(date, timeZone);
  return names.find(([, days]) => isoDay(new Date(now.getTime() + days * dayMs), timeZone) === day)?.[0];
}

function ago(date: Date, now: Date): string {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000);
  const units = [['day', 86_400] as const, ['hour', 3_600] as const, ['minute', 60] as const];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

function formatIn(date: Date, options: Intl.DateTimeFormatOptions, timeZone: string): string {
  return new Intl.DateTimeFormat('en-US', { ...options, timeZone }).format(date);
}
