/**
 * A process of its own with one worker that plays all roles, so that its memory can be weighed. It answers three
 * questions: how much it weighs, how many first cards it has drawn, and what a request in its inbox is about.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WorkflowBundle } from '@temporalio/worker';
import type { CardView } from '../src/domain/card.ts';
import { createLoggers } from '../src/process/logger.ts';
import { readSettings } from '../src/process/settings.ts';
import { installRuntime } from '../src/process/telemetry.ts';
import { connectTemporal } from '../src/process/temporal-connection.ts';
import { startCountersign } from './countersign.ts';
import type { Outside } from './emulators-process.ts';

export interface WaitingOptions {
  readonly address: string;
  readonly namespace: string;
  readonly queue: string;
  readonly configFolder: string;
  readonly dataFolder: string;
  readonly keysFolder: string;
  readonly outside: Outside;
  /** Made by the bench: the bundler would leave hundreds of megabytes that grow nothing later. */
  readonly bundle: WorkflowBundle;
}

export type Question =
  | { readonly kind: 'start'; readonly options: WaitingOptions }
  | { readonly kind: 'weight' }
  | { readonly kind: 'cards' }
  | { readonly kind: 'digest'; readonly id: string };

/** In megabytes (2^20 bytes), after everything that can be collected is. */
export interface Weight {
  readonly rss: number;
  readonly heap: number;
}

const LOOKS = 5;
const LOOK_EVERY_MS = 1_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const started = new Promise<WaitingOptions>((resolve) => {
  process.once('message', (question: Question) => {
    if (question.kind === 'start') resolve(question.options);
  });
});
const { address, ...options } = await started;
installRuntime({ log: createLoggers({ level: 'error', destination: process.stderr }).log });
const link = await connectTemporal(
  { ...readSettings(process.env).temporal, namespace: options.namespace },
  address,
);
let cards = 0;
const countersign = await startCountersign({ ...options, ...link }, (activities) => ({
  ...activities,
  async showCard(input: { readonly view: CardView }) {
    await activities.showCard(input);
    if (input.view.seq === 1) cards += 1;
  },
}));

process.on('message', async (question: Question) => {
  process.send?.(await answer(question));
});
process.on('disconnect', async () => {
  await countersign.close();
  await link.close();
  process.exit(0);
});
process.send?.('ready');

async function answer(question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'weight':
      return weighed();
    case 'cards':
      return cards;
    case 'digest':
      return countersign.store.inbox.find(question.id, 1);
    case 'start':
      throw new Error('Cannot start: started before');
  }
}

/** The smallest of a few looks: memory goes back to the system some time after it was freed. */
async function weighed(): Promise<Weight> {
  const looks: Weight[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    collect();
    await sleep(LOOK_EVERY_MS);
    const { rss, heapUsed } = process.memoryUsage();
    looks.push({ rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 });
  }
  return {
    rss: Math.min(...looks.map(({ rss }) => rss)),
    heap: Math.min(...looks.map(({ heap }) => heap)),
  };
}
