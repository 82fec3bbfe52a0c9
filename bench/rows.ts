/** Rounds of all cases, one after the other so that what else the machine does falls on all alike, made into rows. */
import type { Case } from './cases.ts';
import { measureRound, type Round, type RoundSize } from './measure.ts';
import { median, quantile, rounded } from './statistics.ts';

export interface Row {
  readonly name: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  readonly events: number;
  readonly cpuMs: number;
  /** Against the bare case: the median over the rounds of what each round showed. */
  readonly ratio?: { readonly to: string; readonly p50: number; readonly perSecond: number };
}

export interface BenchSize extends RoundSize {
  readonly rounds: number;
  readonly warmUp: RoundSize;
}

/** Warms every case up, then measures. `eventsOf` counts the history of one workflow. */
export async function measureRows(
  cases: readonly Case[],
  { rounds, warmUp, ...size }: BenchSize,
  { eventsOf, progress }: { eventsOf(id: string): Promise<number>; progress(line: string): void },
): Promise<readonly Row[]> {
  progress('warming up');
  await measureRound(cases, warmUp);
  const measured = new Map<string, Round[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    // Forward and backward in turn: no case always follows the same other.
    const inTurn = round % 2 === 0 ? cases : cases.toReversed();
    const results = await measureRound(inTurn, size);
    for (const [index, result] of results.entries()) measured.get(inTurn[index]?.name ?? '')?.push(result);
  }
  return Promise.all(cases.map((one) => rowOf(one, measured, eventsOf)));
}

async function rowOf(
  { name, against }: Case,
  measured: ReadonlyMap<string, readonly Round[]>,
  eventsOf: (id: string) => Promise<number>,
): Promise<Row> {
  const own = measured.get(name) ?? [];
  const all = own.flatMap(({ latencies }) => latencies);
  const bare = against === undefined ? [] : (measured.get(against) ?? []);
  return {
    name,
    p50Ms: rounded(median(all), 1),
    p99Ms: rounded(quantile(all, 0.99), 1),
    perSecond: rounded(median(own.map(({ perSecond }) => perSecond)), 1),
    events: await eventsOf(own.at(-1)?.id ?? ''),
    cpuMs: rounded(median(own.map(({ cpuMs }) => cpuMs)), 1),
    ...(against === undefined ? {} : { ratio: { to: against, ...ratioOf(own, bare) } }),
  };
}

function ratioOf(own: readonly Round[], bare: readonly Round[]) {
  const over = (value: (round: Round) => number) =>
    rounded(
      median(
        own.flatMap((round, index) => {
          const other = bare[index];
          return other === undefined ? [] : [value(round) / value(other)];
        }),
      ),
    );
  return { p50: over(({ latencies }) => median(latencies)), perSecond: over(({ perSecond }) => perSecond) };
}
