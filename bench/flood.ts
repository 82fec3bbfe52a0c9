/** Many open requests and one channel of a Slack that is as strict as the real one; then few, and how late cards are. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SlackTraffic } from '../src/dev/slack-emulator/contract.ts';
import { startChild } from './child.ts';
import { requestsOf, startSlackProcess } from './clicks.ts';
import type { Outside } from './emulators-process.ts';
import { inParallel } from './measure.ts';
import { riskyRequest } from './samples.ts';
import type { SlackQuestion } from './slack-process.ts';
import { median, quantile, rounded } from './statistics.ts';
import type { World } from './world.ts';

export interface FloodSize {
  /** Requests that are open at once. */
  readonly flooding: number;
  /** How long the flood is watched; a card a second comes out of it. */
  readonly watchedMs: number;
  /** Requests asked one after the other, far enough apart that none waits for another. */
  readonly uncontended: number;
}

export interface FloodResult {
  readonly flooding: number;
  readonly watchedMs: number;
  /** What Slack counted; `refused` is every call it answered with 429. */
  readonly traffic: SlackTraffic;
  readonly cardLagP50Ms: number;
  readonly cardLagP99Ms: number;
}

const ASKED_AT_ONCE = 16;
const APART_MS = 2_500;

export async function measureFlood(world: World, size: FloodSize): Promise<FloodResult> {
  const lags = await inStrictSlack(world, 'bench-uncontended', async ({ ask, lags }) => {
    for (let count = 0; count < size.uncontended; count += 1) {
      await ask(1);
      await sleep(APART_MS);
    }
    return lags();
  });
  const traffic = await inStrictSlack(world, 'bench-flood', async ({ ask, traffic }) => {
    await ask(size.flooding);
    await sleep(size.watchedMs);
    return traffic();
  });
  return {
    ...{ flooding: size.flooding, watchedMs: size.watchedMs, traffic },
    cardLagP50Ms: rounded(median(lags), 1),
    cardLagP99Ms: rounded(quantile(lags, 0.99), 1),
  };
}

interface StrictSlack {
  ask(count: number): Promise<void>;
  lags(): Promise<readonly number[]>;
  traffic(): Promise<SlackTraffic>;
}

async function inStrictSlack<Result>(
  world: World,
  queue: string,
  work: (slack: StrictSlack) => Promise<Result>,
): Promise<Result> {
  const emulators = startChild('emulators-process.ts', [
    world.configFolder,
    join(world.folder, `${queue}-outside`),
    'strict',
  ]);
  try {
    const outside = await emulators.next<Outside>();
    const child = await startSlackProcess(world, { queue, outside, paced: true });
    try {
      const requests = await requestsOf(world, queue);
      return await work({
        ask: (count) =>
          inParallel(count, ASKED_AT_ONCE, async () => void (await requests.start(riskyRequest()))),
        lags: () => child.ask({ kind: 'lags' } satisfies SlackQuestion),
        traffic: () => emulators.ask('traffic'),
      });
    } finally {
      await child.end();
    }
  } finally {
    await emulators.end();
  }
}
