/** Times as people say and read them: in UTC, and on the clock on the wall of whoever looks. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const AHEAD_MS: Readonly<Record<string, number>> = { h: 60 * MINUTE_MS, d: DAY_MS };

/** `2026-12-24 17:00 UTC (18:00 in Europe/Berlin)`; with the date there where it is another one. */
export function bothClocks(instant: string, timeZone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return 'an unreadable time';
  const utc = minuteOf(at.getTime());
  const there = minuteOf(at.getTime() + offsetMs(at, timeZone));
  if (there === utc) return `${utc} UTC`;
  const shown = there.slice(0, 10) === utc.slice(0, 10) ? there.slice(11) : there;
  return `${utc} UTC (${shown} in ${timeZone})`;
}

/**
 * What a person means by an end: `2026-12-24` (the whole of that day), `2026-12-24 18:00`, or `+4h`, `+3d` from now. Days and
 * clocks are theirs; a trailing `UTC` makes them UTC. Undefined for anything else, and for days that do not exist.
 */
export function parseEnd(
  text: string,
  { now, timeZone }: { readonly now: Date; readonly timeZone: string },
): Date | undefined {
  const [, count, unit = ''] = /^\+?(\d{1,4})([hd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now.getTime() + Number(count) * (AHEAD_MS[unit] ?? 0));
  const [, date, clock, utc] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?( ?UTC|Z)?$/i.exec(text.trim().replace(/\s+/g, ' ')) ?? [];
  if (date === undefined) return undefined;
  const zone = utc === undefined ? timeZone : 'UTC';
  const wall = Date.parse(`${date}T${clock ?? '00:00'}:00Z`);
  // What the calendar does not have, parsing moves into the next month or refuses.
  if (Number.isNaN(wall) || minuteOf(wall) !== `${date} ${clock ?? '00:00'}`) return undefined;
  return onWall(clock === undefined ? wall + DAY_MS : wall, zone);
}

/** The instant at which a clock on the wall there shows `wall` (ms as if it were UTC); the later look where clocks jump. */
function onWall(wall: number, timeZone: string): Date {
  const first = wall - offsetMs(new Date(wall), timeZone);
  return new Date(wall - offsetMs(new Date(first), timeZone));
}

/** How far clocks there are ahead of UTC then. A zone that the runtime does not know counts as UTC. */
function offsetMs(at: Date, timeZone: string): number {
  let parts: readonly Intl.DateTimeFormatPart[];
  try {
    parts = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      ...{ timeZone, hourCycle: 'h23' },
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    }).formatToParts(at);
  } catch {
    return 0;
  }
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  return wall - Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS;
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
