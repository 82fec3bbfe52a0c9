/** What authors write above a rule, as data. Unknown, missing and misspelt annotations are all mistakes. */
import { z } from 'zod';
import type { RiskTier } from '../domain/verdict.ts';
import type { RuleSet } from './rules.ts';

/** A rule of authority.cedar: it grants or blocks, and says so in one sentence. */
export interface PlainAnnotations {
  readonly gate: undefined;
  readonly id: string;
  readonly reason: string;
}

export interface ApprovalAnnotations {
  readonly gate: 'approval';
  readonly id: string;
  readonly reason: string;
  readonly tier: RiskTier;
  readonly approvers: string;
  readonly quorum: number;
  readonly ttlMs: number;
  readonly escalate?: string;
}

export interface NotifyAnnotations {
  readonly gate: 'notify';
  readonly id: string;
  readonly reason: string;
  readonly channel: string;
}

export interface DownscopeAnnotations {
  readonly gate: 'downscope';
  readonly id: string;
  readonly reason: string;
  readonly to: string;
}

export type Annotations = PlainAnnotations | ApprovalAnnotations | NotifyAnnotations | DownscopeAnnotations;

const REASON_CHARACTERS_MAX = 160;
const QUORUM_MAX = 10;
const TTL_DAYS_MAX = 30;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Ids that verdicts use for what no author wrote. */
export const RESERVED_IDS: readonly string[] = ['no-grant', 'engine-error', 'not-gated'];

/** Reads a rule's annotations, or says what is wrong with each. */
export function readAnnotations(
  set: RuleSet,
  written: Readonly<Record<string, string>>,
): { readonly annotations?: Annotations; readonly problems: readonly string[] } {
  const parsed = (set === 'authority' ? plain : gate).safeParse(written);
  if (parsed.success) return { annotations: parsed.data, problems: [] };
  return { problems: parsed.error.issues.flatMap((issue) => sentencesFor(issue, written)) };
}

function sentencesFor(issue: z.core.$ZodIssue, written: Readonly<Record<string, string>>): readonly string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `has an annotation @${key}: wanted none of that name here`);
  }
  const key = String(issue.path[0]);
  const value = written[key];
  return [`has ${value === undefined ? `no @${key}` : `@${key} "${value}"`}: wanted ${issue.message}`];
}

const id = z
  .string('a name of its own')
  .regex(/^[a-z][a-z0-9-]{1,63}$/, '2 to 64 small letters, digits and hyphens')
  .refine((name) => !RESERVED_IDS.includes(name), 'a name that verdicts do not use themselves');
const reason = z
  .string('one sentence')
  .max(REASON_CHARACTERS_MAX, `at most ${REASON_CHARACTERS_MAX} characters`)
  .regex(/^\p{Lu}[^\n\r]*[^.!?\s]\.$/u, 'one sentence with a capital and a full stop')
  .refine((text) => !/[.!?]\s+\p{Lu}/u.test(text), 'one sentence, not several');
const name = (what: string) => z.string(what).min(1, what);
const quorum = z
  .string(`a whole number from 1 to ${QUORUM_MAX}`)
  .refine((text) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= QUORUM_MAX, {
    error: `a whole number from 1 to ${QUORUM_MAX}`,
  })
  .transform(Number);
const ttl = z
  .string('a duration such as "4h"')
  .refine(
    (text) => ttlMs(text) !== undefined,
    `a duration such as "30m", "4h" or "2d", at most ${TTL_DAYS_MAX}d`,
  )
  .transform((text) => ttlMs(text) ?? 0);
const tier = z.enum(['low', 'medium', 'high', 'critical'], 'low, medium, high or critical');

const plain = z.strictObject({ id, reason }).transform((data) => ({ ...data, gate: undefined }));
const gate = z.discriminatedUnion(
  'gate',
  [
    z
      .strictObject({
        gate: z.literal('approval'),
        id,
        reason,
        tier,
        approvers: name('a group'),
        quorum,
        ttl,
        escalate: name('a group').optional(),
      })
      .transform(({ ttl: ttlMs, escalate, ...rest }) => ({
        ...rest,
        ttlMs,
        ...(escalate === undefined ? {} : { escalate }),
      })),
    z.strictObject({ gate: z.literal('notify'), id, reason, channel: name('a notice channel') }),
    z.strictObject({ gate: z.literal('downscope'), id, reason, to: name('a smaller tool') }),
  ],
  { error: 'approval, notify or downscope' },
);

function ttlMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (count === undefined || (unit !== 'm' && unit !== 'h' && unit !== 'd')) return undefined;
  const ms = Number(count) * UNIT_MS[unit];
  return ms <= TTL_DAYS_MAX * UNIT_MS.d ? ms : undefined;
}
