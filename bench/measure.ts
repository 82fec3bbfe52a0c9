/** Fires shots: one after the other for latency, many at a time for throughput. */
import type { Case, Shot } from './cases.ts';

export interface RoundSize {
  /** Shots of each case one after the other. */
  readonly alone: number;
  /** Shots with `inFlight` under way at a time. */
  readonly together: number;
  readonly inFlight: number;
}

/** What one round of one case showed. Times in milliseconds. */
export interface Round {
  readonly latencies: readonly number[];
  readonly perSecond: number;
  /** Processor time of this process for a shot, with all its threads, until nothing of it runs. */
  readonly cpuMs: number;
  /** A workflow of the case. */
  readonly id: string;
}

/**
 * One round of every case, in the order given. Shots one after the other take turns, so that what else the machine
 * does meets all cases alike.
 */
export async function measureRound(cases: readonly Case[], size: RoundSize): Promise<readonly Round[]> {
  const alone = cases.map(() => ({ latencies: [] as number[], id: '' }));
  for (let count = 0; count < size.alone; count += 1) {
    for (const [index, { ready }] of cases.entries()) {
      const shot = await ready();
      const from = performance.now();
      const id = await shot.fire();
      alone[index]?.latencies.push(performance.now() - from);
      await shot.over();
      Object.assign(alone[index] ?? {}, { id });
    }
  }
  const rounds: Round[] = [];
  for (const [index, { ready }] of cases.entries()) {
    const { latencies = [], id = '' } = alone[index] ?? {};
    rounds.push({ latencies, id, ...(await together(ready, size)) });
  }
  return rounds;
}

async function together(ready: Case['ready'], size: RoundSize): Promise<Pick<Round, 'perSecond' | 'cpuMs'>> {
  const shots: Shot[] = [];
  await inParallel(size.together, size.inFlight, async () => {
    shots.push(await ready());
  });
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  await inParallel(size.together, size.inFlight, async (index) => {
    await shots[index]?.fire();
  });
  const ms = performance.now() - from;
  await Promise.all(shots.map((shot) => shot.over()));
  const { user, system } = process.cpuUsage(cpuFrom);
  return { perSecond: (size.together * 1000) / ms, cpuMs: (user + system) / 1000 / size.together };
}

/** Runs `work` for 0 to `count` − 1, at most `inFlight` at a time. */
export async function inParallel(
  count: number,
  inFlight: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
}
