import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePointer, pointerValue } from '../../src/approvals/pointer.ts';
import { boltLogger, redacted } from '../../src/slack/bolt-logger.ts';
import { LATE, within } from '../../src/slack/deadline.ts';
import { replyInTime } from '../../src/slack/reply.ts';
import { createSlackClient, slackCode, sorted } from '../../src/slack/slack-client.ts';
import { createStandingOf } from '../../src/slack/standing.ts';
import { createWorld, logInMemory, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

describe('sorted()', () => {
  const post = () =>
    sorted('Cannot post card', world.options.client.chat.postMessage({ channel: 'C0NOTICES', text: 'x' }));

  it.each([
    ['429', { status: 429, retryAfterSeconds: 3 }, { kind: 'retryable', retryAfterMs: 3_000 }],
    ['500', { status: 500 }, { kind: 'unknown' }],
    ['404', { status: 404 }, { kind: 'final' }],
  ])('sorts status %s and calls once only', async (_, failure, wanted) => {
    world.slack.failNext({ method: 'chat.postMessage', times: 1, ...failure });
    await expect(post()).rejects.toMatchObject({ name: 'OutsideError', ...wanted });
    await expect(post()).resolves.toMatchObject({ ok: true });
  });

  it('keeps the word of the platform and calls it final', async () => {
    const call = sorted(
      'Cannot post card',
      world.options.client.chat.postMessage({ channel: 'C0NOWHERE', text: 'x' }),
    );
    const error = await call.catch((one: unknown) => one);
    expect(error).toMatchObject({
      kind: 'final',
      message: 'Cannot post card: Slack answered "channel_not_found"',
    });
    expect(slackCode(error)).toBe('channel_not_found');
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const client = createSlackClient({
      token: 'xoxb-1',
      apiUrl: `http://127.0.0.1:${port}/api/`,
      log: logInMemory(),
    });
    await expect(sorted('Cannot post card', client.auth.test())).rejects.toMatchObject({ kind: 'retryable' });
  });

  it('refuses an empty token', () => {
    expect(() => createSlackClient({ token: ' ', log: logInMemory() })).toThrow(/the bot token is empty/);
  });
});

describe('createStandingOf()', () => {
  const reader = (clock = () => new Date()) =>
    createStandingOf(world.options.client, { team: 'T0ACME', clock });

  it.each([
    ['U0ALICE', 'member'],
    ['U0GUEST', 'guest'],
    ['U0COUNTERSIGN', 'bot'],
  ])('calls %s a %s', async (user, standing) => {
    expect(await reader()(user)).toBe(standing);
  });

  it('calls everybody a stranger who is not of our workspace', async () => {
    const standingOf = createStandingOf(world.options.client, { team: 'T0OTHER', clock: () => new Date() });
    expect(await standingOf('U0ALICE')).toBe('stranger');
  });

  it('asks again after a minute, and rejects when Slack does not answer then (T14)', async () => {
    let nowMs = 0;
    const standingOf = reader(() => new Date(nowMs));
    await standingOf('U0ALICE');
    world.slack.failNext({ method: 'users.info', status: 500, times: 1 });
    nowMs = 59_999;
    expect(await standingOf('U0ALICE')).toBe('member');
    nowMs = 60_000;
    await expect(standingOf('U0ALICE')).rejects.toMatchObject({ name: 'OutsideError' });
  });
});

describe('boltLogger()', () => {
  it('passes warnings and errors on without secrets, and payloads never', () => {
    const log = logInMemory();
    const logger = boltLogger(log);
    logger.debug('payload', { token: 'canary' });
    logger.info('payload canary');
    logger.warn('failed', new Error('xoxb-1-canary https://hooks.slack.com/canary'), { body: 'canary' });
    logger.error('trigger 12345678.7654321.canarycanary', 7);
    expect(log.lines).toEqual([
      'failed Error: (redacted) (redacted) (object) {"from":"bolt"}',
      'trigger (redacted) 7 {"from":"bolt"}',
    ]);
  });

  it('keeps every line short', () => {
    expect(redacted(['x'.repeat(10_000)])).toHaveLength(300);
  });
});

describe('within() and replyInTime()', () => {
  it('give up after their bound and not before', async () => {
    expect(await within(1_000, Promise.resolve('done'))).toBe('done');
    expect(await within(1, new Promise(() => undefined))).toBe(LATE);
    await expect(within(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('never claim success for what failed or hung', async () => {
    const log = logInMemory();
    const failed = await replyInTime(Promise.reject(new Error('down')), log);
    const late = await replyInTime(new Promise(() => undefined), log, 1);
    expect([failed.kind, late.kind]).toEqual(['tell', 'tell']);
    expect(log.lines).toHaveLength(2);
  });
});

describe('parsePointer()', () => {
  it('reads what pointerValue() writes', () => {
    expect(
      parsePointer(pointerValue({ request: 'req_a-1', version: 12, digest: 'ab12'.repeat(16) })),
    ).toEqual({ request: 'req_a-1', version: 12, digest8: 'ab12ab12' });
  });

  it.each([
    '',
    'req_1',
    'req_1.1',
    'req_1.0.1a2b3c4d',
    'req_1.1.1A2B3C4D',
    'req_1.1.1a2b3c4d.x',
    'req_1.99999.1a2b3c4d',
    `${'r'.repeat(101)}.1.1a2b3c4d`,
    'a b.1.1a2b3c4d',
  ])('refuses "%s"', (value) => {
    expect(parsePointer(value)).toBeUndefined();
  });
});
