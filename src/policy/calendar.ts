/** Change freezes, from `calendar.yaml`: facts about time that rules cannot compute themselves. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import type { Environment } from '../domain/facts.ts';

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
}

const moment = z.iso
  .datetime({ offset: true, error: 'wanted a moment such as 2026-12-19T16:00:00Z' })
  .transform((text) => new Date(text));

const calendarFile = z.strictObject({
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
});

/** Reads `calendar.yaml` in the configuration folder. Rejects with `misconfigured` naming every wrong field. */
export async function loadCalendar(folder: string): Promise<Calendar> {
  const file = join(folder, 'calendar.yaml');
  const data = await readFile(file, 'utf8').then(
    (text): unknown => parse(text),
    (cause: unknown) => refuse([], cause),
  );
  const parsed = calendarFile.safeParse(data);
  if (parsed.success) return parsed.data;
  return refuse(parsed.error.issues);
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

function refuse(issues: readonly z.core.$ZodIssue[], cause?: unknown): never {
  const problems = issues.map((issue) => ({
    field: `calendar.yaml ${issue.path.join('.')}`.trim(),
    problem: issue.message,
  }));
  throw new CountersignError(
    'misconfigured',
    `Cannot read calendar: ${problems[0]?.problem ?? 'file is missing or not YAML'}`,
    {
      problems:
        problems.length > 0
          ? problems
          : [{ field: 'calendar.yaml', problem: 'cannot be read: wanted a YAML file' }],
      cause,
    },
  );
}
