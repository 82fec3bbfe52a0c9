import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSlackApp } from '../../src/slack/app.ts';
import { BODY_BYTES_MAX, isSignedBySlack } from '../../src/slack/receiver.ts';
import { view } from './views.ts';
import { createWorld, SECRET, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const nowS = () => Math.floor(Date.now() / 1_000);
const sign = (body: string, timestamp: string, secret = SECRET) =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;

interface Forgery {
  readonly body: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly secret?: string;
}

function post({
  body,
  timestamp = String(nowS()),
  secret,
  signature = sign(body, timestamp, secret),
}: Forgery): Promise<Response> {
  return fetch(world.boltUrl(), {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-signature': signature,
      'x-slack-request-timestamp': timestamp,
    },
  });
}

async function approval(changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { channel, ts } = await world.raise(view());
  const payload = {
    type: 'block_actions',
    api_app_id: 'A0COUNTERSIGN',
    team: { id: 'T0ACME' },
    user: { id: 'U0ALICE', team_id: 'T0ACME' },
    trigger_id: '1.2.abc',
    channel: { id: channel },
    container: { type: 'message', message_ts: ts },
    actions: [button()],
    ...changes,
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function button(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'button',
    action_id: 'approve',
    block_id: 'req:req_1:v1',
    action_ts: '1763733600.000100',
    value: 'req_1.1.1a2b3c4d',
    ...changes,
  };
}

describe('the HTTP door', () => {
  it('lets a signed click through and makes it one durable decision', async () => {
    expect((await post({ body: await approval() })).status).toBe(200);
    expect(await world.decisions()).toMatchObject([
      {
        person: 'alice',
        answer: 'approve',
        request: 'req_1',
        version: 1,
        digest: view().digest,
        surface: 'slack',
      },
    ]);
  });

  const forgeries: readonly (readonly [string, (body: string) => Forgery])[] = [
    ['without a signature (T36)', (body) => ({ body, signature: '' })],
    ['signed with another secret (T36)', (body) => ({ body, secret: 'guess' })],
    [
      'signed with an empty secret (T36)',
      (body) => ({ body, signature: sign(body, String(nowS()), ' ').replace('v0', 'v1') }),
    ],
    ['signed for another body', (body) => ({ body, signature: sign(`${body}&x=1`, String(nowS())) })],
    ['signed six minutes ago', (body) => ({ body, timestamp: String(nowS() - 360) })],
    ['signed six minutes ahead', (body) => ({ body, timestamp: String(nowS() + 360) })],
    ['with a timestamp that is no number', (body) => ({ body, timestamp: `${nowS()}.0` })],
    [
      'with ssl_check smuggled in front (T37)',
      (body) => ({ body: `ssl_check=1&${body}`, signature: 'v0=0' }),
    ],
    ['with ssl_check alone (T37)', () => ({ body: 'ssl_check=1', signature: '' })],
  ];
  it.each(forgeries)('refuses a request %s', async (_, forge) => {
    const response = await post(forge(await approval()));
    expect(response.status).toBe(401);
    expect(world.requests.decided).toEqual([]);
    expect(world.security.lines.join()).toContain('slack-signature-refused');
  });

  it('acts on nothing in a signed ssl_check (T37)', async () => {
    const body = `ssl_check=1&${await approval()}`;
    expect((await post({ body })).status).toBe(200);
    expect(world.requests.decided).toEqual([]);
  });

  it('makes one decision of one request replayed while its signature is still fresh (T38)', async () => {
    const body = await approval();
    const timestamp = String(nowS());
    for (let times = 0; times < 3; times += 1) expect((await post({ body, timestamp })).status).toBe(200);
    expect(world.requests.decided).toHaveLength(1);
    expect(world.security.lines.join()).toContain('click-repeated');
  });

  it('takes a delivery again whose decision could not be kept the first time', async () => {
    const body = await approval();
    world.requests.answer = () => Promise.reject(new Error('down'));
    expect((await post({ body })).status).toBe(200);
    world.requests.answer = async () => 'recorded';
    expect((await post({ body })).status).toBe(200);
    expect(await world.decisions()).toMatchObject([{ person: 'alice', answer: 'approve' }]);
    expect(world.security.lines.join()).not.toContain('click-repeated');
  });

  it('gives a delivery that arrives twice at the same time one decision id', async () => {
    const body = await approval();
    await Promise.all([post({ body }), post({ body })]);
    expect(new Set((await world.decisions()).map(({ id }) => id)).size).toBe(1);
  });

  it('refuses a body over its cap', async () => {
    const response = await post({ body: `payload=${'x'.repeat(BODY_BYTES_MAX)}` }).catch(() => undefined);
    expect([413, undefined]).toContain(response?.status);
    expect(world.requests.decided).toEqual([]);
  });

  it('answers a health check and no other path or method', async () => {
    const base = world.boltUrl().replace('/slack/events', '');
    const status = async (path: string, method = 'GET') => (await fetch(base + path, { method })).status;
    expect(await status('/healthz')).toBe(200);
    expect(await status('/healthz?x=1')).toBe(200);
    expect(await status('/slack/events')).toBe(405);
    expect(await status('/slack/install')).toBe(404);
    expect(await status('/healthz', 'POST')).toBe(404);
  });

  const foreign: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['another app (T23, T40)', { api_app_id: 'A0EVIL' }],
    ['another workspace (T40)', { team: { id: 'T0EVIL' }, user: { id: 'U0ALICE', team_id: 'T0EVIL' } }],
    ['a person of another workspace', { user: { id: 'U0ALICE', team_id: 'T0EVIL' } }],
    ['no workspace at all', { team: null }],
    ['two actions at once', { actions: [button(), button({ value: 'req_2.1.1a2b3c4d' })] }],
    ['a version that its block does not carry', { actions: [button({ block_id: 'req:req_1:v2' })] }],
    ['another digest', { actions: [button({ value: 'req_1.1.ffffffff' })] }],
    [
      'a request nobody knows',
      { actions: [button({ value: 'req_9.1.1a2b3c4d', block_id: 'req:req_9:v1' })] },
    ],
    ['a value that is no pointer', { actions: [button({ value: '../../etc/passwd' })] }],
    ['a message that is not the card', { container: { type: 'message', message_ts: '1.1' } }],
    ['another channel', { channel: { id: 'C0NOTICES' } }],
    ['our own bot (T6)', { user: { id: 'U0COUNTERSIGN', team_id: 'T0ACME' } }],
    ['a guest who is in the directory by mistake', { user: { id: 'U0GUEST', team_id: 'T0ACME' } }],
    ['a user Slack does not know', { user: { id: 'U0NOBODY', team_id: 'T0ACME' } }],
    ['a member nobody linked to a person (T9)', { user: { id: 'U0STRANGER', team_id: 'T0ACME' } }],
  ];
  it.each(foreign)('records nothing for a signed click with %s', async (_, changes) => {
    expect((await post({ body: await approval(changes) })).status).toBe(200);
    expect(world.requests.decided).toEqual([]);
  });

  it('believes body.user.id and no other user in the payload', async () => {
    const body = await approval({
      user: { id: 'U0BOB', team_id: 'T0ACME', username: 'alice' },
      user_id: 'U0ALICE',
    });
    await post({ body });
    expect(await world.decisions()).toMatchObject([{ person: 'bob' }]);
  });

  it('keeps tokens, triggers, response URLs and payloads out of the logs (T74)', async () => {
    world.requests.answer = () =>
      Promise.reject(
        new Error(
          'xoxb-canary-1 at https://hooks.slack.com/actions/canary 12345678.1234567.0123456789abcdef',
        ),
      );
    await post({
      body: await approval({
        response_url: 'https://hooks.slack.com/canary',
        trigger_id: '999999.888888.canarycanary',
        token: 'canary',
      }),
    });
    const logs = [...world.log.lines, ...world.security.lines].join('\n');
    expect(logs).toContain('interaction-failed');
    expect(logs).not.toMatch(/canary|xoxb|hooks\.slack|0123456789abcdef/);
  });
});

describe('isSignedBySlack()', () => {
  const now = new Date('2026-11-21T14:00:00Z');
  const at = (offsetS: number) => String(now.getTime() / 1_000 + offsetS);
  it.each([
    ['now', 0, true],
    ['five minutes ago', -300, true],
    ['five minutes ahead', 300, true],
    ['longer ago', -301, false],
    ['further ahead', 301, false],
  ])('answers for a stamp of %s', (_, offsetS, wanted) => {
    const timestamp = at(offsetS);
    const body = Buffer.from('payload=1');
    expect(isSignedBySlack(SECRET, { signature: sign('payload=1', timestamp), timestamp, body, now })).toBe(
      wanted,
    );
  });

  it('believes nothing under an empty secret (T36)', () => {
    const timestamp = at(0);
    const signature = `v0=${createHmac('sha256', '').update(`v0:${timestamp}:`).digest('hex')}`;
    expect(isSignedBySlack('', { signature, timestamp, body: Buffer.alloc(0), now })).toBe(false);
  });
});

describe('createSlackApp()', () => {
  it.each([
    ['an empty signing secret (T36)', { signingSecret: '' }],
    ['a blank signing secret', { signingSecret: '  ' }],
    ['an empty bot token', { botToken: '' }],
    ['an empty app token', { appToken: '' }],
  ])('refuses %s', (_, changes) => {
    expect(() => createSlackApp({ ...world.options, ...changes })).toThrow(/Cannot start Slack/);
  });

  it('names the setting when its port is taken', async () => {
    const port = Number(new URL(world.boltUrl()).port);
    await expect(createSlackApp(world.options).start(port)).rejects.toThrow(/COUNTERSIGN_APPROVALS_PORT/);
  });

  it('opens a socket with the app token in Socket Mode, instead of an HTTP door', async () => {
    const asked: string[] = [];
    const api = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.end(JSON.stringify({ ok: false, error: 'invalid_auth' }));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const apiUrl = `http://127.0.0.1:${(api.address() as { port: number }).port}/api/`;
    const app = createSlackApp({ ...world.options, appToken: 'xapp-1', apiUrl });
    await expect(app.start(0)).rejects.toThrow(/invalid_auth/);
    expect(asked).toEqual(['/api/apps.connections.open Bearer xapp-1']);
    await new Promise((resolve) => api.close(resolve));
  });
});
