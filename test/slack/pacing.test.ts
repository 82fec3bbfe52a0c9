import type { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackEmulator } from '../../src/dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../../src/dev/slack-emulator/emulator.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { SUPERSEDED } from '../../src/slack/lane.ts';
import { createPacer, inTurn, type Pace, type Pacer, SLACK_PACE } from '../../src/slack/pacing.ts';
import { createSlackClient, sorted } from '../../src/slack/slack-client.ts';
import { sandboxOptions } from '../dev/slack-emulator/bolt-app.ts';
import { logInMemory, UNHURRIED } from './world.ts';

const CHANNEL = 'C0APPROVALS';
let slack: SlackEmulator;
let client: WebClient;
beforeEach(async () => {
  const options = sandboxOptions({ strict: true });
  slack = await startSlackEmulator(options);
  client = createSlackClient({ token: options.botToken, apiUrl: slack.apiUrl, log: logInMemory() });
});
afterEach(() => slack.close());

const post = () => sorted('Cannot say', client.chat.postMessage({ channel: CHANNEL, text: 'Hello' }));
const say = (pacer: Pacer, key: string) =>
  inTurn(pacer, { method: 'chat.postMessage', channel: CHANNEL }, { key, request: key, kind: 'line' }, post);
const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);
const kindOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === 'rejected' && settled.reason instanceof OutsideError
    ? settled.reason.kind
    : settled.status;

describe('a strict workspace', () => {
  it('refuses what comes faster than Slack takes it, and says when to come back', async () => {
    const settled = await Promise.allSettled(keys(6).map(post));
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    const { reason } = settled.find((one) => one.status === 'rejected') as PromiseRejectedResult;
    expect(reason).toMatchObject({ kind: 'retryable', retryAfterMs: 1_000 });
    expect(slack.traffic()).toEqual({ posted: 3, refused: 3, mostInASecond: 3 });
  });

  it('refuses the 51st update of a minute', async () => {
    const { ts = '' } = await post();
    const update = () => sorted('Cannot update', client.chat.update({ channel: CHANNEL, ts, text: 'Hi' }));
    for (const _ of keys(50)) await update();
    await expect(update()).rejects.toMatchObject({ kind: 'retryable' });
  });
});

describe('createPacer()', () => {
  it('says at most one thing a second into a channel, and is never refused (T53)', async () => {
    const pacer = createPacer();
    await Promise.all(keys(4).map((key) => say(pacer, key)));
    expect(slack.traffic()).toEqual({ posted: 4, refused: 0, mostInASecond: 1 });
  });

  it('lets channels go on beside each other', async () => {
    const pacer = createPacer();
    const started = Date.now();
    await Promise.all(
      ['C0APPROVALS', 'U0ALICE', 'U0BOB'].map((channel) =>
        inTurn(pacer, { method: 'chat.postMessage', channel }, { key: 'k', request: 'r', kind: 'line' }, () =>
          sorted('Cannot say', client.chat.postMessage({ channel, text: 'Hello' })),
        ),
      ),
    );
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  it('holds the whole workspace to its own limit', async () => {
    const pace: Pace = { ...UNHURRIED, workspace: { calls: 2, everyMs: 60_000 } };
    const pacer = createPacer(pace);
    const settled = await Promise.allSettled(keys(3).map((key) => say(pacer, key)));
    expect(settled.map(kindOf)).toEqual(['fulfilled', 'fulfilled', 'retryable']);
  });

  it('pauses a way for everybody when Slack asks to wait (T53)', async () => {
    const pacer = createPacer(UNHURRIED);
    slack.failNext({ method: 'chat.postMessage', status: 429, retryAfterSeconds: 30, times: 1 });
    const told = await say(pacer, 'told').catch((error: unknown) => error);
    expect(told).toMatchObject({ kind: 'retryable', retryAfterMs: 30_000 });
    const other = await say(pacer, 'other').catch((error: unknown) => error);
    expect(other).toMatchObject({ kind: 'retryable' });
    expect((other as OutsideError).retryAfterMs).toBeGreaterThan(20_000);
    expect(slack.traffic().posted).toBe(0);
  });

  it('never makes a call that another of the same key took over', async () => {
    const pacer = createPacer({ ...UNHURRIED, channel: { calls: 1, everyMs: 300 } });
    await say(pacer, 'before');
    const way = { method: 'chat.postMessage', channel: CHANNEL } as const;
    const wanted = (seq: number) => ({ key: 'card', request: 'r', kind: 'card', seq }) as const;
    const [old, young] = await Promise.all([
      pacer.run(way, wanted(1), post),
      pacer.run(way, wanted(2), post),
    ]);
    expect(old).toBe(SUPERSEDED);
    expect(young).toMatchObject({ ok: true });
    expect(slack.traffic().posted).toBe(2);
  });

  it.each(Object.entries(SLACK_PACE).map(([way, rate]) => ({ way, ...rate })))(
    'never lets $way exceed its limit in any minute, wherever windows begin',
    ({ way, calls, everyMs }) => {
      const limits: Readonly<Record<string, number>> = {
        channel: 60,
        workspace: 300,
        'chat.update': 50,
        'chat.postEphemeral': 100,
        look: 50,
      };
      // The worst minute: the end of one window, all that follow, and the beginning of another.
      const windows = Math.floor(60_000 / everyMs) + 1;
      expect(windows * calls).toBeLessThanOrEqual(limits[way] ?? 0);
    },
  );
});
