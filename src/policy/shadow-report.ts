/** How a candidate policy that was judged beside the enforced one (its shadow) did: read from what histories recorded. */
import type { JudgedStep, ShadowVerdict } from '../domain/plan.ts';
import { policyVerdict, VERDICT_EFFECTS } from '../domain/verdict.ts';
import { rulesBetween } from './changes.ts';
import type { PastRequest } from './simulate.ts';

/** Steps on which the two differ in one way because of one rule. */
export interface ShadowDifference {
  /** Named by one of the two only; `(same rules)` where both name the same. */
  readonly rule: string;
  /** The effect in force, and the candidate's. */
  readonly enforced: string;
  readonly shadow: string;
  readonly steps: number;
  /** Ids of the first few requests. */
  readonly examples: readonly string[];
}

/** One version of the candidate. */
export interface ShadowVersion {
  readonly policyVersion: string;
  readonly steps: number;
  readonly agreed: number;
  /** Steps on which the candidate was stricter, and milder. */
  readonly stricter: number;
  readonly milder: number;
  /** `agreed` / `steps`, 0 to 1. */
  readonly agreement: number;
  readonly differences: readonly ShadowDifference[];
}

export interface ShadowReport {
  readonly requests: number;
  /** Steps judged without a shadow. */
  readonly notShadowed: number;
  readonly versions: readonly ShadowVersion[];
}

/** Requests go in, a report comes out at any time. */
export interface ShadowBook {
  add(request: PastRequest): void;
  report(): ShadowReport;
}

const EXAMPLES_MAX = 5;
const DIFFERENCES_MAX = 500;

/** Two verdicts agree when their effects are the same, whatever their rules. */
export function shadowBook(): ShadowBook {
  const versions = new Map<string, VersionBook>();
  const count = { requests: 0, notShadowed: 0 };
  return Object.freeze({
    add: ({ id, judgement }: PastRequest) => {
      count.requests += 1;
      for (const { verdict, shadow } of judgement?.steps ?? []) {
        if (shadow === undefined) {
          count.notShadowed += 1;
          continue;
        }
        const book = versions.get(shadow.policyVersion) ?? versionBook();
        versions.set(shadow.policyVersion, book);
        book.add(id, policyVerdict(verdict), shadow);
      }
    },
    report: () => ({
      ...count,
      versions: [...versions].map(([policyVersion, book]) => ({ policyVersion, ...book.sums() })),
    }),
  });
}

type VersionBook = ReturnType<typeof versionBook>;

function versionBook() {
  const differences = new Map<string, ShadowDifference & { steps: number; examples: string[] }>();
  const count = { steps: 0, agreed: 0, stricter: 0, milder: 0 };
  const differ = (request: string, row: Pick<ShadowDifference, 'rule' | 'enforced' | 'shadow'>) => {
    const key = JSON.stringify(row);
    const known = differences.get(key) ?? { ...row, steps: 0, examples: [] };
    if (known.steps === 0 && differences.size >= DIFFERENCES_MAX) return;
    known.steps += 1;
    if (known.examples.length < EXAMPLES_MAX && !known.examples.includes(request))
      known.examples.push(request);
    differences.set(key, known);
  };
  return {
    add: (request: string, enforced: JudgedStep['verdict'], shadow: ShadowVerdict) => {
      count.steps += 1;
      const by = VERDICT_EFFECTS.indexOf(shadow.effect) - VERDICT_EFFECTS.indexOf(enforced.effect);
      if (by === 0) {
        count.agreed += 1;
        return;
      }
      count[by > 0 ? 'stricter' : 'milder'] += 1;
      const ids = enforced.rules.map(({ id }) => id);
      for (const rule of rulesBetween(ids, shadow.rules))
        differ(request, { rule, enforced: enforced.effect, shadow: shadow.effect });
    },
    sums: () => ({
      ...count,
      agreement: count.agreed / count.steps,
      differences: [...differences.values()].toSorted((one, other) => other.steps - one.steps),
    }),
  };
}
