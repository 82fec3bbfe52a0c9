/** Hours and time zones as configuration files write them, the same for an organisation and for its people. */
import { z } from 'zod';
import { DAYS, type Hours, isTimeZone } from './working-time.ts';

export const timeZoneName = z.string().refine(isTimeZone, 'wanted an IANA time zone such as "Europe/Berlin"');

/** `{ days, from, to }` in a list; "24:00" only ends a day, and hours that end before they begin end on the next day. */
export const hoursList = z
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
  .max(50);

function clock(shape: RegExp) {
  return z.string().regex(shape, 'wanted a time of day such as "09:00"').transform(minutesOf);
}

function minutesOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
