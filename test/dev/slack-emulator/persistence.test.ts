import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SlackEmulator, SlackMessage } from '../../../src/dev/slack-emulator/contract.ts';
import { startSlackEmulator } from '../../../src/dev/slack-emulator/emulator.ts';
import { readState, stateWriter } from '../../../src/dev/slack-emulator/state-file.ts';
import { approvals, card, sandboxOptions, seen, turnableClock } from './bolt-app.ts';

let folder: string;
let stateFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slack-emulator-'));
  stateFile = join(folder, 'slack', 'state.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const clientOf = (slack: SlackEmulator) =>
  new WebClient('xoxb-sandbox', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
const start = (clock = turnableClock()) =>
  startSlackEmulator(sandboxOptions({ stateFile }), { now: clock.now, ackWithinMs: 1000 });

describe('startSlackEmulator()', () => {
  test('startSlackEmulator() finds every message again after a restart', async () => {
    const first = await start();
    const metadata = { event_type: 'card', event_payload: { seq: 1 } };
    const { ts = '' } = await clientOf(first).chat.postMessage({
      channel: approvals,
      text: 'Card',
      blocks: card,
      metadata,
    });
    await clientOf(first).chat.postMessage({ channel: approvals, text: 'Reply', thread_ts: ts });
    await clientOf(first).chat.postMessage({ channel: 'U0BOB', text: 'Direct' });
    await clientOf(first).chat.postEphemeral({ channel: approvals, user: 'U0BOB', text: 'Psst' });
    const before = first.snapshot('U0BOB');
    await first.close();

    const second = await start();
    expect(second.snapshot('U0BOB')).toEqual(before);
    expect(await clientOf(second).chat.update({ channel: approvals, ts, text: 'Closed' })).toMatchObject({
      ok: true,
    });
    const later = await clientOf(second).chat.postMessage({ channel: approvals, text: 'Later' });
    const newest = Math.max(
      ...before.channels.flatMap(({ messages }) => messages.map((message) => Number(message.ts))),
    );
    expect(Number(later.ts)).toBeGreaterThan(newest);
    await second.close();
  });

  test('startSlackEmulator() writes soon, without being closed', async () => {
    const slack = await start();
    await clientOf(slack).chat.postMessage({ channel: approvals, text: 'Kept' });
    await expect.poll(() => readFile(stateFile, 'utf8').catch(() => '')).toContain('Kept');
    await slack.close();
  });

  test('startSlackEmulator() forgets ephemerals of earlier days', async () => {
    const clock = turnableClock();
    const first = await start(clock);
    await clientOf(first).chat.postEphemeral({ channel: approvals, user: 'U0BOB', text: 'Psst' });
    clock.forward(24 * 3_600_000);
    await clientOf(first).chat.postMessage({ channel: approvals, text: 'Next day' });
    await first.close();
    const second = await start(clock);
    expect(seen(second, 'U0BOB').map(({ text }) => text)).toEqual(['Next day']);
    await second.close();
  });

  test.each([
    ['half a file', '{"version":1,"messages":[{"cha'],
    ['another shape', '{"version":2}'],
  ])('startSlackEmulator() refuses %s and leaves it as it is', async (_what, content) => {
    await (await start()).close();
    await writeFile(stateFile, content);
    await expect(start()).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(stateFile),
    });
    expect(await readFile(stateFile, 'utf8')).toBe(content);
  });

  test.each(['signingSecret', 'botToken'])('startSlackEmulator() refuses an empty %s', async (name) => {
    const starting = startSlackEmulator(sandboxOptions({ [name]: ' ' }));
    await expect(starting).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(`${name} is empty`),
    });
  });

  test('startSlackEmulator() refuses a port in use', async () => {
    const slack = await start();
    const port = Number(new URL(slack.apiUrl).port);
    await expect(startSlackEmulator(sandboxOptions({ port }))).rejects.toMatchObject({
      code: 'misconfigured',
    });
    await slack.close();
  });
});

describe('stateWriter()', () => {
  const message = (text: string): SlackMessage => ({
    channel: approvals,
    ts: '1700000000.000001',
    author: { id: 'U0COUNTERSIGN', name: 'Countersign', bot: true },
    text,
    blocks: [],
    edited: false,
  });

  test('stateWriter() never shows a reader half a file, and leaves no other file behind', async () => {
    let text = '';
    const writer = stateWriter(stateFile, () => [message(text)]);
    await writer.flush();
    for (let turn = 0; turn < 50; turn += 1) {
      text = 'x'.repeat(turn * 1000);
      const [state] = await Promise.all([readState(stateFile), writer.flush()]);
      expect(state).toHaveLength(1);
    }
    expect(await readdir(join(folder, 'slack'))).toEqual(['state.json']);
  });

  test('stateWriter() killed while writing leaves a whole file', async () => {
    const source = new URL('../../../src/dev/slack-emulator/state-file.ts', import.meta.url).href;
    const script = `
      const { stateWriter } = await import(${JSON.stringify(source)});
      const message = ${JSON.stringify(message('y'.repeat(1000)))};
      const writer = stateWriter(${JSON.stringify(stateFile)}, () => Array(500).fill(message));
      for (let turn = 1; ; turn += 1) {
        await writer.flush();
        if (turn === 3) process.stdout.write('writing');
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await readState(stateFile)).toHaveLength(500);
  });

  test('stateWriter() writes the newest state, and again after a failure', async () => {
    let broken = true;
    const writer = stateWriter(stateFile, () => {
      if (broken) throw new Error('disk is full');
      return [message('new')];
    });
    await expect(writer.flush()).rejects.toThrow('disk is full');
    broken = false;
    await writer.flush();
    expect(await readState(stateFile)).toMatchObject([{ text: 'new' }]);
  });
});

test('onChange() tells of each change until unsubscribed', async () => {
  const slack = await start();
  let changes = 0;
  const stop = slack.onChange(() => {
    changes += 1;
  });
  await clientOf(slack).chat.postMessage({ channel: approvals, text: 'one' });
  expect(changes).toBe(1);
  stop();
  await clientOf(slack).chat.postMessage({ channel: approvals, text: 'two' });
  expect(changes).toBe(1);
  await slack.close();
});

test.each(['U0NOBODY', 'U0IVAN', 'U0COUNTERSIGN'])('snapshot() refuses %s', async (user) => {
  const slack = await start();
  expect(() => slack.snapshot(user)).toThrow(`no person "${user}"`);
  await slack.close();
});
