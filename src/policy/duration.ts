/** Durations as authors write them ("30m", "4h", "2d") and as people read them. */
import { z } from 'zod';

const DAYS_MAX = 30;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a schema reports for anything else. */
export const DURATION_WANTED = `a duration such as "30m", "4h" or "2d", at most ${DAYS_MAX}d`;

/** A written duration as milliseconds. */
export const duration = z
  .string(DURATION_WANTED)
  .refine((text) => durationMs(text) !== undefined, DURATION_WANTED)
  .transform((text) => durationMs(text) ?? 0);

/** Milliseconds, from a minute to 30 days; undefined for what is no duration. */
export function durationMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'm' && unit !== 'h' && unit !== 'd')) return undefined;
  const ms = Number(count) * UNIT_MS[unit];
  return ms <= DAYS_MAX * UNIT_MS.d ? ms : undefined;
}

/** In the largest unit that it is a whole number of, e.g. `90 min`, `4 h`, `2 d`. */
export function durationText(ms: number): string {
  const minutes = Math.round(ms / UNIT_MS.m);
  if (minutes % 1440 === 0) return `${minutes / 1440} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
