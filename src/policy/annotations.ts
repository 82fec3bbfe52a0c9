/** What authors write above a rule, as data. Unknown, missing and misspelt annotations are all mistakes. */
import { z } from 'zod';
import { RISK_TIERS, type RiskTier } from '../domain/verdict.ts';
import { askedGroups, type LaterGroup, laterGroups } from './asked-groups.ts';
import { duration } from './duration.ts';
import type { RuleSet } from './rules.ts';

/** What every rule says of itself. */
interface Common {
  readonly id: string;
  /** The person or group answerable for the rule. */
  readonly owner: string;
  /** One sentence, shown to agents and people when the rule fires. */
  readonly reason: string;
}

/** A rule of the authority set: it grants or blocks. */
export interface PlainAnnotations extends Common {
  readonly gate: undefined;
}

export interface ApprovalAnnotations extends Common {
  readonly gate: 'approval';
  readonly tier: RiskTier;
  /** Any of these groups; at least one. */
  readonly approvers: readonly string[];
  readonly quorum: number;
  /** Absent: as tiers.yaml says for the tier. */
  readonly ttlMs?: number;
  readonly escalate?: readonly LaterGroup[];
  /** Absent: as tiers.yaml says for the tier. */
  readonly fallback?: string;
  /** Absent: as tiers.yaml says for the tier. */
  readonly needs?: 'reason';
  readonly editor?: 'may-approve';
}

export interface NotifyAnnotations extends Common {
  readonly gate: 'notify';
  readonly channel: string;
}

export interface DownscopeAnnotations extends Common {
  readonly gate: 'downscope';
  readonly to: string;
}

export type Annotations = PlainAnnotations | ApprovalAnnotations | NotifyAnnotations | DownscopeAnnotations;

const REASON_CHARACTERS_MAX = 160;
const QUORUM_MAX = 10;
/** Ids that verdicts use for what no author wrote. */
export const RESERVED_IDS: readonly string[] = [
  ...['no-grant', 'nobody-asked', 'engine-error', 'not-gated'],
  // Denials that need no policy (activities).
  ...['unknown-agent', 'unknown-person', 'agent-suspended', 'revoked', 'other-environment'],
  ...['tool-off', 'unreadable-step', 'facts-missing'],
];

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
  .refine((text) => !/[.!?]\s+\p{Lu}/u.test(text), 'one sentence, not several')
  .refine((text) => !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(text), 'nothing invisible in it');
const name = (what: string) => z.string(what).min(1, what);
const quorum = z
  .string(`a whole number from 1 to ${QUORUM_MAX}`)
  .refine((text) => /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= QUORUM_MAX, {
    error: `a whole number from 1 to ${QUORUM_MAX}`,
  })
  .transform(Number);
const tier = z.enum(RISK_TIERS, 'low, medium, high or critical');

const owner = name('a person or a group');
const common = { id, owner, reason };

const plain = z.strictObject(common).transform((data) => ({ ...data, gate: undefined }));
const gate = z.discriminatedUnion(
  'gate',
  [
    z
      .strictObject({
        gate: z.literal('approval'),
        ...common,
        tier,
        approvers: askedGroups,
        quorum,
        ttl: duration.exactOptional(),
        escalate: laterGroups.exactOptional(),
        fallback: name('a group').exactOptional(),
        needs: z.literal('reason', '"reason", or no such annotation').exactOptional(),
        editor: z.literal('may-approve', '"may-approve", or no such annotation').exactOptional(),
      })
      .transform(({ ttl, ...rest }) => ({ ...rest, ...(ttl === undefined ? {} : { ttlMs: ttl }) })),
    z.strictObject({ gate: z.literal('notify'), ...common, channel: name('a notice channel') }),
    z.strictObject({ gate: z.literal('downscope'), ...common, to: name('a smaller tool') }),
  ],
  { error: 'approval, notify or downscope' },
);
