/**
 * A process of its own that plays all roles with its approvals door open, as `npm start` does. It answers where the
 * door is, which cards it has drawn and how late, and where a request's card stands.
 */
import type { WorkflowBundle } from '@temporalio/worker';
import type { CardView } from '../src/domain/card.ts';
import { createLoggers } from '../src/process/logger.ts';
import { readSettings } from '../src/process/settings.ts';
import { installRuntime } from '../src/process/telemetry.ts';
import { connectTemporal } from '../src/process/temporal-connection.ts';
import { type Pace, SLACK_PACE } from '../src/slack/pacing.ts';
import type { CardRow } from '../src/store/cards.ts';
import { startCountersign } from './countersign.ts';
import type { Outside } from './emulators-process.ts';

export interface SlackProcessOptions {
  readonly address: string;
  readonly namespace: string;
  readonly queue: string;
  readonly configFolder: string;
  readonly dataFolder: string;
  readonly keysFolder: string;
  readonly outside: Outside;
  readonly bundle: WorkflowBundle;
  /** Speaks no faster than Slack takes it. */
  readonly paced: boolean;
}

export type SlackQuestion =
  | { readonly kind: 'start'; readonly options: SlackProcessOptions }
  | { readonly kind: 'door' }
  | { readonly kind: 'cards' }
  | { readonly kind: 'lags' }
  | { readonly kind: 'card'; readonly id: string };

const started = new Promise<SlackProcessOptions>((resolve) => {
  process.once('message', (question: SlackQuestion) => {
    if (question.kind === 'start') resolve(question.options);
  });
});
const { address, paced, ...options } = await started;
installRuntime({ log: createLoggers({ level: 'error', destination: process.stderr }).log });
const temporal = { ...readSettings(process.env).temporal, namespace: options.namespace };
const link = await connectTemporal(temporal, address);
const pace: { readonly pace?: Pace } = paced ? { pace: SLACK_PACE } : {};
let cards = 0;
/** Milliseconds from a state the workflow says it had until its card showed it. */
const lags: number[] = [];
const countersign = await startCountersign({ ...options, ...link, ...pace }, (activities) => ({
  ...activities,
  async showCard(input: { readonly view: CardView }) {
    await activities.showCard(input);
    const { seq, closedAt, requestedAt } = input.view;
    if (seq === 1) cards += 1;
    const at = closedAt ?? (seq === 1 ? requestedAt : undefined);
    if (at !== undefined) lags.push(Date.now() - Date.parse(at));
  },
}));
const door = await countersign.slack.start(0);

process.on('message', async (question: SlackQuestion) => {
  process.send?.(await answer(question));
});
process.on('disconnect', async () => {
  await countersign.slack.stop();
  await countersign.close();
  await link.close();
  process.exit(0);
});
process.send?.('ready');

async function answer(question: SlackQuestion): Promise<number | readonly number[] | CardRow | undefined> {
  switch (question.kind) {
    case 'door':
      return door;
    case 'cards':
      return cards;
    case 'lags':
      return lags;
    case 'card':
      return countersign.store.cards.current(question.id, 1);
    case 'start':
      throw new Error('Cannot start: started before');
  }
}
