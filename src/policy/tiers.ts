/** `tiers.yaml`: what the approval gates of a tier have in common. A rule's own annotation wins over its tier. */
import { z } from 'zod';
import type { FieldProblem } from '../domain/errors.ts';
import type { RiskTier } from '../domain/verdict.ts';
import { duration } from './duration.ts';
import { readYaml, type Source } from './source.ts';
import type { Vocabulary } from './vocabulary.ts';

/** `fallback` is left out for a gate that asks that group already. */
export interface TierRule {
  readonly ttlMs: number;
  readonly fallback?: string;
  readonly needsReason?: true;
}

/** A tier that is absent has nothing in common: each of its rules says everything itself. */
export type Tiers = Readonly<Partial<Record<RiskTier, TierRule>>>;

const tier = z
  .strictObject({
    ttl: duration,
    fallback: z.string('a group').min(1, 'a group').exactOptional(),
    reason: z.literal('required', '"required", or no such key').exactOptional(),
  })
  .transform(
    ({ ttl, reason, ...rest }): TierRule => ({
      ...rest,
      ttlMs: ttl,
      ...(reason === undefined ? {} : { needsReason: true }),
    }),
  );

const tiersFile = z.strictObject(
  {
    tiers: z.strictObject(
      {
        low: tier.exactOptional(),
        medium: tier.exactOptional(),
        high: tier.exactOptional(),
        critical: tier.exactOptional(),
      },
      { error: unknownOr('at least one of low, medium, high and critical') },
    ),
  },
  { error: unknownOr('"tiers:" with what holds for each') },
);

/** Reads the file. With problems there are no tiers. */
export function readTiers(source: Source): {
  readonly tiers: Tiers;
  readonly problems: readonly FieldProblem[];
} {
  if (source.problem !== undefined)
    return { tiers: {}, problems: [{ field: source.file, problem: source.problem }] };
  const parsed = tiersFile.safeParse(readYaml(source.text));
  if (parsed.success) return { tiers: parsed.data.tiers, problems: [] };
  return {
    tiers: {},
    problems: parsed.error.issues.map(({ path, message }) => ({
      field: `${source.file} ${path.join('.')}`.trim(),
      problem: `is wrong: wanted ${message}`,
    })),
  };
}

/** Fallbacks that are no group. */
export function checkTiers(tiers: Tiers, { groups }: Pick<Vocabulary, 'groups'>): readonly FieldProblem[] {
  return Object.entries(tiers).flatMap(([name, { fallback }]) =>
    fallback === undefined || groups.includes(fallback)
      ? []
      : [
          {
            field: `tiers.yaml tiers.${name}.fallback`,
            problem: `falls back to "${fallback}": wanted a known group`,
          },
        ],
  );
}

function unknownOr(wanted: string) {
  return (issue: { readonly code?: string; readonly keys?: readonly string[] }) =>
    issue.code === 'unrecognized_keys' ? `no "${issue.keys?.join('", "')}" here` : wanted;
}
