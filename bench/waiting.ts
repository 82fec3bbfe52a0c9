/** Many requests waiting for people at once: what a worker weighs with them, and how fast a decision still is. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenApproval } from '../src/domain/card.ts';
import type { Requests } from '../src/orchestrator/requests.ts';
import { type Child, startChild } from './child.ts';
import { requestsOn } from './countersign.ts';
import { inParallel } from './measure.ts';
import { outcomeStands } from './outcome-event.ts';
import { APPROVER, riskyRequest } from './samples.ts';
import { signedApproval } from './signed-approval.ts';
import { median, quantile, rounded } from './statistics.ts';
import type { Question, WaitingOptions, Weight } from './waiting-process.ts';
import type { World } from './world.ts';

export interface WaitingSize {
  readonly waiting: number;
  /** Asked first; more than the worker keeps in its cache. */
  readonly warmUpWaiting: number;
  readonly decisions: number;
}

export interface WaitingResult {
  readonly waiting: number;
  /** Before the first request. */
  readonly emptyRssMb: number;
  /** From then on: also what is compiled, and the requests that are cached. */
  readonly rssMbPer1000: number;
  /** Of further ones, once the cache is full. */
  readonly furtherRssMbPer1000: number;
  readonly furtherHeapMbPer1000: number;
  readonly askedPerSecond: number;
  /** Of requests picked evenly: most are not cached, so the worker replays them first. */
  readonly decisionP50Ms: number;
  readonly decisionP99Ms: number;
}

const QUEUE = 'bench-waiting';
const ASKED_AT_ONCE = 16;
const CARDS_MS_MAX = 900_000;

export async function measureWaiting(world: World, size: WaitingSize): Promise<WaitingResult> {
  const child = startChild('waiting-process.ts', []);
  try {
    await child.ask({ kind: 'start', options: optionsFor(world) } satisfies Question);
    const { client, keysFolder, countersign } = world;
    const { installation } = countersign;
    const requests = await requestsOn({ client, queue: QUEUE, eager: false, installation, keysFolder });
    const empty = await weigh(child);
    await ask(requests, child, { count: size.warmUpWaiting, before: 0 });
    const warm = await weigh(child);
    const from = performance.now();
    const ids = await ask(requests, child, { count: size.waiting, before: size.warmUpWaiting });
    const askedPerSecond = rounded((size.waiting * 1000) / (performance.now() - from), 1);
    const full = await weigh(child);
    const latencies = await decide(world, { requests, child, ids: picked(ids, size.decisions) });
    const per1000 = (mb: number, requests: number) => rounded((mb * 1000) / requests, 1);
    return {
      waiting: size.waiting,
      emptyRssMb: rounded(empty.rss, 0),
      rssMbPer1000: per1000(full.rss - empty.rss, size.warmUpWaiting + size.waiting),
      furtherRssMbPer1000: per1000(full.rss - warm.rss, size.waiting),
      furtherHeapMbPer1000: per1000(full.heap - warm.heap, size.waiting),
      askedPerSecond,
      decisionP50Ms: rounded(median(latencies), 1),
      decisionP99Ms: rounded(quantile(latencies, 0.99), 1),
    };
  } finally {
    await child.end();
  }
}

function weigh(child: Child): Promise<Weight> {
  return child.ask<Weight>({ kind: 'weight' } satisfies Question);
}

function optionsFor({ temporalAddress, client, folder, ...world }: World): WaitingOptions {
  const { configFolder, keysFolder, outside, bundle } = world;
  return {
    address: temporalAddress,
    namespace: client.options.namespace,
    queue: QUEUE,
    dataFolder: join(folder, 'waiting'),
    ...{ configFolder, keysFolder, outside, bundle },
  };
}

/** Resolves to the ids when every one waits and its card is drawn. */
async function ask(
  requests: Requests,
  child: Child,
  { count, before }: { readonly count: number; readonly before: number },
): Promise<readonly string[]> {
  const ids: string[] = [];
  await inParallel(count, ASKED_AT_ONCE, async () => {
    ids.push((await requests.start(riskyRequest())).id);
  });
  const deadline = Date.now() + CARDS_MS_MAX;
  while ((await child.ask<number>({ kind: 'cards' } satisfies Question)) < before + count) {
    if (Date.now() > deadline) throw new Error('Cannot measure waiting requests: their cards do not appear');
    await sleep(200);
  }
  return ids;
}

async function decide(
  { client, countersign: { signer } }: World,
  { requests, child, ids }: { requests: Requests; child: Child; ids: readonly string[] },
): Promise<readonly number[]> {
  const inbox = {
    find: (id: string) =>
      child.ask<OpenApproval & { readonly open: boolean }>({ kind: 'digest', id } satisfies Question),
  };
  const latencies: number[] = [];
  for (const id of ids) {
    const jws = await signedApproval({ id, person: APPROVER }, { signer, inbox });
    const from = performance.now();
    await requests.decide(id, jws);
    await outcomeStands(client, id, 'executed');
    latencies.push(performance.now() - from);
    await client.workflow.getHandle(id).result();
  }
  return latencies;
}

function picked(ids: readonly string[], count: number): readonly string[] {
  const every = Math.max(1, Math.floor(ids.length / count));
  return ids.filter((_, index) => index % every === 0).slice(0, count);
}
