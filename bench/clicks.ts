/** Clicks in Slack at a steady rate: how long until each is durable, which is when the door acknowledges it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pointerValue } from '../src/approvals/pointer.ts';
import { signatureHeaders } from '../src/dev/slack-emulator/signing.ts';
import { ACTIONS, blockId } from '../src/slack/cards/pointer.ts';
import { SLACK_PATH } from '../src/slack/receiver.ts';
import type { CardRow } from '../src/store/cards.ts';
import { type Child, startChild } from './child.ts';
import { requestsOn } from './countersign.ts';
import { crowdedConfig, crowdFor } from './crowd.ts';
import type { Outside } from './emulators-process.ts';
import { inParallel } from './measure.ts';
import { outcomeStands } from './outcome-event.ts';
import { riskyRequest } from './samples.ts';
import type { SlackProcessOptions, SlackQuestion } from './slack-process.ts';
import { median, quantile, rounded } from './statistics.ts';
import type { World } from './world.ts';

export interface ClicksSize {
  readonly clicks: number;
  readonly clicksPerSecond: number;
}

export interface ClicksResult extends ClicksSize {
  readonly durableP50Ms: number;
  readonly durableP99Ms: number;
  readonly slowestMs: number;
  /** Of all clicks, those acknowledged within Slack's three seconds. */
  readonly acknowledged: number;
  /** Of all clicks, those whose request then ran. */
  readonly executed: number;
}

const QUEUE = 'bench-clicks';
const ASKED_AT_ONCE = 16;
const ACK_MS_MAX = 3_000;
const CARDS_MS_MAX = 600_000;
/** Until then engines are compiled and people are looked up. */
const WARM_UP_CLICKS = 10;

export async function measureClicks(world: World, size: ClicksSize): Promise<ClicksResult> {
  const users = crowdFor(WARM_UP_CLICKS + size.clicks);
  const configFolder = join(world.folder, 'crowded');
  await crowdedConfig(world.configFolder, configFolder, users);
  const emulators = startChild('emulators-process.ts', [configFolder, join(world.folder, 'crowded-outside')]);
  const outside = await emulators.next<Outside>();
  const child = await startSlackProcess({ ...world, configFolder }, { queue: QUEUE, outside, paced: false });
  try {
    const port = await child.ask<number>({ kind: 'door' } satisfies SlackQuestion);
    const ids = await waitingWithCards(world, child, WARM_UP_CLICKS + size.clicks);
    const places = new Map<string, CardRow>();
    for (const id of ids) places.set(id, await child.ask<CardRow>({ kind: 'card', id }));
    const click = clicker({ ...world, outside }, port, users);
    for (const id of ids.slice(0, WARM_UP_CLICKS)) await click(places.get(id) as CardRow);
    const clicked = ids.slice(WARM_UP_CLICKS);
    const answers = await steadily(clicked, size.clicksPerSecond, (id) => click(places.get(id) as CardRow));
    let executed = 0;
    await inParallel(clicked.length, ASKED_AT_ONCE, async (index) => {
      await outcomeStands(world.client, clicked[index] ?? '', 'executed');
      executed += 1;
    });
    const times = answers.map(({ ms }) => ms);
    return {
      ...{ clicks: size.clicks, clicksPerSecond: size.clicksPerSecond, executed },
      durableP50Ms: rounded(median(times), 1),
      durableP99Ms: rounded(quantile(times, 0.99), 1),
      slowestMs: rounded(Math.max(...times), 1),
      acknowledged: answers.filter(({ status, ms }) => status === 200 && ms <= ACK_MS_MAX).length,
    };
  } finally {
    await child.end();
    await emulators.end();
  }
}

/** Starts the process on a queue of its own. */
export async function startSlackProcess(
  { temporalAddress, client, folder, configFolder, keysFolder, bundle }: World,
  own: Pick<SlackProcessOptions, 'queue' | 'outside' | 'paced'>,
): Promise<Child> {
  const child = startChild('slack-process.ts', []);
  const { namespace } = client.options;
  const dataFolder = join(folder, own.queue);
  const options = {
    address: temporalAddress,
    namespace,
    dataFolder,
    configFolder,
    keysFolder,
    bundle,
    ...own,
  };
  await child.ask({ kind: 'start', options } satisfies SlackQuestion);
  return child;
}

/** As the agents' door asks, but of the process's queue. */
export async function requestsOf({ client, keysFolder, countersign }: World, queue: string) {
  const { installation } = countersign;
  return requestsOn({ client, queue, eager: false, installation, keysFolder });
}

async function waitingWithCards(world: World, child: Child, count: number): Promise<readonly string[]> {
  const requests = await requestsOf(world, QUEUE);
  const ids: string[] = [];
  await inParallel(count, ASKED_AT_ONCE, async () => {
    ids.push((await requests.start(riskyRequest())).id);
  });
  const deadline = Date.now() + CARDS_MS_MAX;
  while ((await child.ask<number>({ kind: 'cards' } satisfies SlackQuestion)) < count) {
    if (Date.now() > deadline) throw new Error('Cannot click: the cards do not appear');
    await sleep(200);
  }
  return ids;
}

interface Acknowledged {
  readonly status: number;
  readonly ms: number;
}

/** Fires at the rate however slow the answers are; each is timed from when it was due. */
async function steadily(
  ids: readonly string[],
  perSecond: number,
  fire: (id: string) => Promise<number>,
): Promise<readonly Acknowledged[]> {
  const from = performance.now();
  return Promise.all(
    ids.map(async (id, index) => {
      const due = from + (index * 1_000) / perSecond;
      await sleep(Math.max(0, due - performance.now()));
      const status = await fire(id);
      return { status, ms: performance.now() - due };
    }),
  );
}

/** Sends what Slack would for a click on Approve, signed, and resolves to the status. */
function clicker(
  { countersign, outside }: World,
  port: number,
  users: readonly string[],
): (card: CardRow) => Promise<number> {
  const { team, app } = countersign.installation.organisation.slack;
  const { signingSecret = '' } = outside.slack;
  let clicks = 0;
  return async ({ place, wantedView }) => {
    clicks += 1;
    const payload = {
      type: 'block_actions',
      api_app_id: app,
      team: { id: team },
      user: { id: users[clicks % users.length] },
      trigger_id: `1.1.${clicks}`,
      channel: { id: place?.channel },
      container: { type: 'message', message_ts: place?.ts, channel_id: place?.channel },
      actions: [
        {
          type: 'button',
          action_id: ACTIONS.approve,
          block_id: blockId(wantedView),
          action_ts: `${Date.now() / 1_000 + clicks}`,
          value: pointerValue(wantedView),
        },
      ],
    };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const response = await fetch(`http://127.0.0.1:${port}${SLACK_PATH}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...signatureHeaders(signingSecret, body, new Date()),
      },
    });
    await response.arrayBuffer();
    return response.status;
  };
}
