/** `calendar.yaml`: change freezes, working hours and holidays, facts about time that rules cannot compute themselves. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { Environment } from '../domain/facts.ts';
import { hoursList, timeZoneName } from '../domain/working-time.schema.ts';
import type { WorkingTime } from '../domain/working-time.ts';
import { readSource, readYaml } from './source.ts';

const FILE = 'calendar.yaml';

/** `from` is the first moment of a freeze, `to` the first after it. A yearly one returns on its dates from `from` on. */
export interface Freeze {
  readonly from: Date;
  readonly to: Date;
  readonly environment: Environment;
  readonly reason: string;
  readonly yearly: boolean;
}

export interface Calendar {
  readonly freezes: readonly Freeze[];
  /** Absent: it is never business hours, and there are no holidays. */
  readonly working?: WorkingTime | undefined;
}

const moment = z.iso
  .datetime({ offset: true, error: 'wanted a moment such as 2026-12-19T16:00:00Z' })
  .transform((text) => new Date(text));

const calendarFile = z
  .strictObject({
    freezes: z
      .array(
        z
          .strictObject({
            from: moment,
            to: moment,
            environment: z.enum(['prod', 'staging', 'dev']),
            reason: z.string().min(1).max(160),
            yearly: z.boolean().default(false),
          })
          .refine(({ from, to }) => from < to, { path: ['to'], error: 'wanted a moment after "from"' })
          .refine(({ from, to, yearly }) => !yearly || inYear(from, from.getUTCFullYear() + 1) > to, {
            path: ['to'],
            error: 'wanted less than a year after "from"',
          }),
      )
      .max(200),
    timeZone: timeZoneName.exactOptional(),
    businessHours: hoursList.default([]),
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
  })
  // Hours and holidays mean nothing without the zone they are in.
  .refine(
    ({ timeZone, ...said }) =>
      timeZone !== undefined || said.businessHours.length + said.holidays.length === 0,
    {
      path: ['timeZone'],
      error: 'wanted an IANA time zone such as "Europe/Berlin" beside hours or holidays',
    },
  )
  .transform(
    ({ freezes, timeZone, ...rest }): Calendar =>
      timeZone === undefined ? { freezes } : { freezes, working: { timeZone, ...rest } },
  );

/** Reads `calendar.yaml` in the configuration folder. Throws `misconfigured` naming every wrong field. */
export function readCalendar(folder: string): Calendar {
  const source = readSource(folder, FILE);
  const problem = (field: string, text: string) => ({
    field: `${FILE} ${field}`.trim(),
    problem: text,
  });
  if (source.problem !== undefined) throw misconfigured([problem('', source.problem)]);
  const parsed = calendarFile.safeParse(readYaml(source.text));
  if (parsed.success) return parsed.data;
  throw misconfigured(parsed.error.issues.map(({ path, message }) => problem(path.join('.'), message)));
}

/**
 * A calendar that is the file's present content: it is read again when it changed, so a freeze written down holds at
 * once. Opening it, and reading it while the file is wrong or gone, throw as `readCalendar` does: a step whose freezes
 * are not known must not be judged.
 */
export function openCalendar(folder: string): Calendar {
  const fresh = () => ({ stamp: stampOf(folder), calendar: readCalendar(folder) });
  let kept = fresh();
  const now = (): Calendar => {
    if (kept.stamp === undefined || kept.stamp !== stampOf(folder)) kept = fresh();
    return kept.calendar;
  };
  return Object.freeze({
    get freezes() {
      return now().freezes;
    },
    get working() {
      return now().working;
    },
  });
}

/** Undefined when there is nothing to read; the reading then says why. */
function stampOf(folder: string): string | undefined {
  const stats = statSync(join(folder, FILE), { throwIfNoEntry: false });
  return stats && `${stats.mtimeMs}:${stats.size}:${stats.ino}`;
}

/** The freeze in force there and then, if any. */
export function changeFreeze({ freezes }: Calendar, environment: Environment, now: Date): Freeze | undefined {
  return freezes.find((freeze) => freeze.environment === environment && covers(freeze, now));
}

function covers({ from, to, yearly }: Freeze, now: Date): boolean {
  if (now < from) return false;
  if (!yearly) return now < to;
  // A freeze over New Year that began last year may still hold.
  return [now.getUTCFullYear() - 1, now.getUTCFullYear()].some((year) => {
    const years = year - from.getUTCFullYear();
    return inYear(from, year) <= now && now < inYear(to, to.getUTCFullYear() + years);
  });
}

function inYear(date: Date, year: number): Date {
  const moved = new Date(date);
  moved.setUTCFullYear(year);
  return moved;
}

function misconfigured(problems: readonly FieldProblem[]): CountersignError {
  const first = `${problems[0]?.field} ${problems[0]?.problem}`;
  return new CountersignError('misconfigured', `Cannot read calendar: ${first}`, { problems });
}
