/** Verdicts that differ between two policies, summed up by the rules that make the difference. */
import type { Verdict } from '../domain/verdict.ts';
import { phraseOf } from './phrase.ts';

/** Steps that one rule turned in one way. A step that several rules turned stands in a row of each. */
export interface Change {
  /** Named by one of the two verdicts only; `(same rules)` where both name the same. */
  readonly rule: string;
  readonly was: string;
  readonly now: string;
  readonly steps: number;
  /** Ids of the first few requests. */
  readonly examples: readonly string[];
}

/** Changes go in, rows come out, the most frequent first. */
export interface ChangeBook {
  add(request: string, was: Phrased, now: Phrased): void;
  rows(): readonly Change[];
}

type Phrased = Pick<Verdict, 'effect' | 'rules' | 'gates' | 'downscopeTo'>;

const EXAMPLES_MAX = 5;
/** Further rows are left out; a report is for people. */
const ROWS_MAX = 500;

export function changeBook(): ChangeBook {
  const rows = new Map<
    string,
    { rule: string; was: string; now: string; steps: number; examples: string[] }
  >();
  return Object.freeze({
    add: (request: string, was: Phrased, now: Phrased) => {
      const phrases = { was: phraseOf(was), now: phraseOf(now) };
      for (const rule of rulesBetween(idsOf(was), idsOf(now))) {
        const key = JSON.stringify([rule, phrases]);
        const row = rows.get(key) ?? { rule, ...phrases, steps: 0, examples: [] };
        if (row.steps === 0 && rows.size >= ROWS_MAX) continue;
        row.steps += 1;
        if (row.examples.length < EXAMPLES_MAX && !row.examples.includes(request)) row.examples.push(request);
        rows.set(key, row);
      }
    },
    rows: () => [...rows.values()].toSorted((one, other) => other.steps - one.steps),
  });
}

/** The rules that only one of two verdicts names, by id. */
export function rulesBetween(before: readonly string[], after: readonly string[]): readonly string[] {
  const between = [
    ...after.filter((id) => !before.includes(id)),
    ...before.filter((id) => !after.includes(id)),
  ];
  return between.length === 0 ? ['(same rules)'] : between;
}

function idsOf({ rules }: Phrased): readonly string[] {
  return rules.map(({ id }) => id);
}
