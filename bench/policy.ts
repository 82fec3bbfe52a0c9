/** How long policy takes to decide one step, by the size of the bundle and by whether it was asked the same before. */
import type { StepFacts } from '../src/domain/facts.ts';
import type { Policy } from '../src/domain/ports.ts';
import { type BundleSize, bundleOf, stepOf } from './policy-bundles.ts';
import { median, quantile, rounded } from './statistics.ts';

/** Times of one bundle in milliseconds. `fresh`: never asked before; `known`: asked before. */
export interface PolicyRow {
  readonly name: string;
  readonly freshP50Ms: number;
  readonly freshP99Ms: number;
  readonly knownP50Ms: number;
  readonly knownP99Ms: number;
}

export interface PolicySize {
  /** Decisions timed of each kind. */
  readonly judged: number;
}

/** The rules of the last bundle are all about the tool that is asked for: the most that a step can cost. */
const BUNDLES: readonly (BundleSize & { readonly name: string })[] = [
  { name: '20 rules', rules: 20, tools: 1 },
  { name: '1,000 rules about 50 tools', rules: 1_000, tools: 50 },
  { name: '1,000 rules about one tool', rules: 1_000, tools: 1 },
];

export async function measurePolicy({ judged }: PolicySize): Promise<readonly PolicyRow[]> {
  const rows: PolicyRow[] = [];
  for (const { name, ...size } of BUNDLES) {
    const policy = await bundleOf(size);
    let next = 0;
    const unlike = () => {
      next += 1;
      return stepOf(next);
    };
    // Until then the engine is still being compiled.
    timesOf(policy, Math.min(judged, 300), unlike);
    const fresh = timesOf(policy, judged, unlike);
    const known = timesOf(policy, judged, () => stepOf(next));
    rows.push({
      name,
      freshP50Ms: rounded(median(fresh), 3),
      freshP99Ms: rounded(quantile(fresh, 0.99), 3),
      knownP50Ms: rounded(median(known), 3),
      knownP99Ms: rounded(quantile(known, 0.99), 3),
    });
  }
  return rows;
}

function timesOf(policy: Policy, count: number, step: () => StepFacts): readonly number[] {
  return Array.from({ length: count }, () => {
    const facts = step();
    const from = performance.now();
    const { effect } = policy.decide(facts);
    const ms = performance.now() - from;
    if (effect !== 'allow')
      throw new Error(`Cannot measure: the step was judged "${effect}", wanted "allow"`);
    return ms;
  });
}
