/** The form of `permissions.yaml`: one line per permission, every field checked where it stands. */
import { z } from 'zod';
import type { ToolEffect } from '../domain/ask.ts';

const LINES_MAX = 2_000;
const TOOLS_MAX = 50;
/** A day: longer access is a line of its own, which somebody reviews. */
const MINUTES_MAX = 1_440;

/** One reviewed permission: a profile may use these tools of one effect on one scope, up to a data tier. */
export interface PermissionLine {
  readonly id: string;
  readonly profile: string;
  readonly effect: ToolEffect;
  readonly tools: readonly string[];
  readonly scope: string;
  readonly maxTier: 1 | 2 | 3 | 4;
  /** The person answerable for the line. */
  readonly owner: string;
  /** One sentence, shown wherever the grant is named. */
  readonly reason: string;
  /** The first moment at which the line grants no more. */
  readonly until?: Date;
  /** Grants only while people have given access for a while, for at most so many minutes at a time. */
  readonly onRequest?: { readonly atMostMinutes: number };
}

const EFFECTS: Record<ToolEffect, true> = {
  read: true,
  draft: true,
  write: true,
  delete: true,
  money: true,
  message: true,
};

const word = (what: string) => z.string(`wanted ${what}`).min(1, `wanted ${what}`).max(200, `wanted ${what}`);

const MINUTES = `wanted whole minutes from 1 to ${MINUTES_MAX}`;
const UNTIL = 'wanted a date such as "2027-03-31", or a moment with a time zone';
const TIER = 'wanted a data tier from 1 to 4';

/** A line as it is written. Id and reason are checked as those of any rule are, in the grant made from them. */
export const permissionLine = z
  .strictObject({
    id: word('an id of its own'),
    profile: word('a profile'),
    effect: z.enum(
      Object.keys(EFFECTS) as [ToolEffect], // sound: the record has every effect and nothing else
      'wanted read, draft, write, delete, money or message',
    ),
    tools: z
      .array(word('the name of a tool'), 'wanted a list of tools')
      .min(1, 'wanted at least one tool')
      .max(TOOLS_MAX, `wanted at most ${TOOLS_MAX} tools`),
    scope: word('a scope'),
    maxTier: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], TIER),
    owner: word('a person'),
    reason: word('one sentence'),
    until: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], UNTIL)
      .transform((text) => new Date(text))
      .optional(),
    on: z.literal('request', 'wanted "request" or nothing').optional(),
    atMostMinutes: z.int(MINUTES).min(1, MINUTES).max(MINUTES_MAX, MINUTES).optional(),
  })
  .refine(({ on, atMostMinutes }) => (on === undefined) === (atMostMinutes === undefined), {
    path: ['atMostMinutes'],
    error: 'wanted together with "on: request"',
  })
  .transform(
    ({ until, on: _, atMostMinutes, ...line }): PermissionLine => ({
      ...line,
      ...(until === undefined ? {} : { until }),
      ...(atMostMinutes === undefined ? {} : { onRequest: { atMostMinutes } }),
    }),
  );

/** The whole file; each line is parsed by itself, so that one mistake does not hide the others. */
export const permissionsFile = z.strictObject({
  permissions: z
    .array(z.unknown(), 'wanted a list of lines')
    .min(1, 'wanted at least one line')
    .max(LINES_MAX, `wanted at most ${LINES_MAX} lines`),
});
