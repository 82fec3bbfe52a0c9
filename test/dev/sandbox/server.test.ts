import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../../src/dev/sandbox/server.ts';
import { TIMELINE, waitingRequest } from './example-card.ts';
import { WORLD } from './example-world.ts';
import { fakeRequests } from './fake-requests.ts';
import { fakeSlack } from './fake-slack.ts';
import { type OpenSandbox, openSandbox } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
}, 30_000);
afterAll(() => sandbox.close());

/** A request with any header, also those that fetch does not let through. */
function send(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(`${sandbox.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(path, {
    method: 'POST',
    headers: { origin: sandbox.url, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const problemOf = async (
  answer: Promise<{ status: number; text: string; headers: Record<string, unknown> }>,
) => {
  const { status, text, headers } = await answer;
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  const { code, title } = JSON.parse(text) as { code: string; title: string };
  return { status, code, title };
};

describe('startSandbox()', () => {
  it.each(['0.0.0.0', '192.168.1.10', 'example.com', ''])(
    'refuses host "%s": it asks nobody who they are',
    async (host) => {
      const options = { ...unusedOptions(), host };
      await expect(startSandbox(options)).rejects.toMatchObject({ code: 'misconfigured' });
    },
  );

  it('names the setting when the port is taken', async () => {
    const port = Number(new URL(sandbox.url).port);
    await expect(startSandbox({ ...unusedOptions(), port })).rejects.toThrow(/COUNTERSIGN_SANDBOX_PORT/);
  });

  it('closes at once although a page follows its changes', async () => {
    const other = await openSandbox();
    const stream = await fetch(`${other.url}/api/changes`);
    const startedAt = performance.now();
    await other.close();
    await stream.text().catch(() => '');
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

describe('the page', () => {
  it.each([
    ['/', 'text/html'],
    ['/sandbox.js', 'text/javascript'],
    ['/sandbox.css', 'text/css'],
    ['/icon.svg', 'image/svg+xml'],
  ])('serves %s with a policy that allows nothing from elsewhere', async (path, type) => {
    const { status, headers, text } = await send(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain(type);
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org|127\.0\.0\.1)[a-z]/);
  });
});

describe('the guard', () => {
  it.each([['evil.example'], ['127.0.0.1:1'], ['127.0.0.1'], ['localhost.evil.example:8100']])(
    'refuses host "%s", as a rebound name would send',
    async (host) => {
      expect(await problemOf(send('/api/world', { headers: { host } }))).toMatchObject({ status: 403 });
    },
  );

  it('answers to its other loopback name', async () => {
    const { port } = new URL(sandbox.url);
    expect((await send('/api/world', { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  it.each([[''], ['null'], ['http://evil.example'], ['https://127.0.0.1:8100'], ['http://127.0.0.1']])(
    'refuses a post from origin "%s", and nothing happens',
    async (origin) => {
      const before = sandbox.done.length;
      expect(await problemOf(post('/api/halts', '{}', { origin }))).toMatchObject({ status: 403 });
      expect(await problemOf(send('/api/halts', { method: 'DELETE', headers: { origin } }))).toMatchObject({
        status: 403,
      });
      expect(sandbox.done).toHaveLength(before);
    },
  );
});

describe('the routes', () => {
  it('GET /api/world answers the world and whether a dry run is offered', async () => {
    expect(JSON.parse((await send('/api/world')).text)).toEqual({ ...WORLD, canDryRun: true });
  });

  it('POST /api/ask passes body and agent on and answers what the door said', async () => {
    sandbox.answer({ status: 409, body: { code: 'key-reused' } });
    const request = { tool: 'a.b', args: {}, reason: 'r', surplus: [1] };
    const { status, text } = await post('/api/ask', { agent: 'release-agent', request });
    expect({ status, answer: JSON.parse(text) }).toEqual({
      status: 200,
      answer: { status: 409, body: { code: 'key-reused' } },
    });
    expect(sandbox.done.at(-1)).toEqual({ ask: 'release-agent', body: request });
  });

  it('GET /api/requests/:id answers view, timeline and link; 404 for a stranger', async () => {
    sandbox.requests.put(waitingRequest(), TIMELINE);
    const { text } = await send(`/api/requests/${waitingRequest().id}`);
    expect(JSON.parse(text)).toEqual({
      view: waitingRequest(),
      timeline: TIMELINE,
      temporalUrl: `http://127.0.0.1:8233/namespaces/default/workflows/${waitingRequest().id}`,
    });
    expect(await problemOf(send('/api/requests/req_nobody'))).toMatchObject({
      status: 404,
      code: 'not-found',
    });
  });

  it.each([
    ['POST', '/api/requests/req_1/cancel', { cancel: 'req_1' }],
    ['POST', '/api/world/drift', 'drift'],
    ['POST', '/api/halts', 'halt'],
    ['DELETE', '/api/halts', 'resume'],
  ])('%s %s reaches its door', async (method, path, wanted) => {
    const { status } = await send(path, { method, headers: { origin: sandbox.url } });
    expect(status).toBeLessThan(300);
    expect(sandbox.done.at(-1)).toEqual(wanted);
  });

  it.each([
    [
      'click',
      'click',
      { user: 'U0BOB', channel: 'C0APPROVALS', ts: '1795260000.000100', blockId: 'b', actionId: 'approve' },
    ],
    ['open-home', 'openHome', { user: 'U0BOB' }],
    ['click-in-view', 'clickInView', { user: 'U0BOB', viewId: 'V1', blockId: 'b', actionId: 'a' }],
    ['submit', 'submitView', { user: 'U0BOB', viewId: 'V1', values: { reason: { text: 'No' } } }],
    ['close-view', 'closeView', { user: 'U0BOB', viewId: 'V1' }],
    ['command', 'command', { user: 'U0BOB', channel: 'C0GENERAL', command: '/countersign', text: 'help' }],
  ])('POST /api/slack/%s reaches the emulator as %s', async (path, act, body) => {
    const { status, text } = await post(`/api/slack/${path}`, body);
    expect({ status, answer: JSON.parse(text) }).toEqual({ status: 200, answer: { status: 200 } });
    expect(sandbox.slack.acts.at(-1)).toEqual({ act, with: body });
  });
});

describe('bodies', () => {
  const click = { user: 'U0BOB', channel: 'C0APPROVALS', ts: '1.1', blockId: 'b', actionId: 'a' };
  it.each([
    ['/api/slack/click', { ...click, user: 'bob' }, '/user'],
    ['/api/slack/click', { ...click, ts: 'now' }, '/ts'],
    ['/api/slack/click', { ...click, extra: 1 }, '/'],
    ['/api/slack/click', { ...click, actionId: 'a'.repeat(256) }, '/actionId'],
    ['/api/slack/submit', { user: 'U0BOB', viewId: 'V1', values: { a: { b: 7 } } }, '/values/a/b'],
    [
      '/api/slack/command',
      { user: 'U0BOB', channel: 'C0GENERAL', command: 'countersign', text: '' },
      '/command',
    ],
    ['/api/ask', { agent: 'release-agent', request: [] }, '/request'],
    ['/api/ask', { agent: '', request: {} }, '/agent'],
    ['/api/ask', null, '/'],
  ])('%s refuses %j and names %s', async (path, body, field) => {
    const { status, code, title } = await problemOf(post(path, body));
    expect({ status, code }).toEqual({ status: 400, code: 'invalid-field' });
    expect(title).toContain(`Cannot read ${field}:`);
  });

  it.each([
    ['text that is no JSON', '{', {}, 400, 'bad-json'],
    ['another content type', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 400, 'bad-json'],
    ['more than 260 KiB', `"${'x'.repeat(270 * 1024)}"`, {}, 413, 'body-too-large'],
  ])('refuse %s', async (_, body, headers: Record<string, string>, status, code) => {
    expect(await problemOf(post('/api/ask', body, headers))).toMatchObject({ status, code });
  });

  it.each([
    '/api/slack',
    '/api/slack?as=bob',
    '/api/slack?as=U0BOB&as=U0DANA',
    '/api/requests/..%2f..%2fsecret',
    '/nowhere',
  ])('GET %s is refused', async (path) => {
    const { status } = await problemOf(send(path));
    expect([400, 404]).toContain(status);
  });
});

describe('GET /api/changes', () => {
  it('says change when the workspace changed, once for many changes at once', async () => {
    const stream = await fetch(`${sandbox.url}/api/changes`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const until = async (wanted: string): Promise<void> => {
      while (!heard.includes(wanted)) heard += (await reader?.read())?.value ?? '';
    };
    await until('retry:');
    for (let round = 0; round < 5; round += 1) sandbox.slack.post({ channel: 'C0GENERAL', text: 'Hello' });
    await until('event: change\ndata: change\n\n');
    expect(heard.match(/event: change/g)).toHaveLength(1);
    await reader?.cancel();
  }, 5000);

  it('refuses page number 33', async () => {
    const stop = new AbortController();
    const open = await Promise.all(
      Array.from({ length: 32 }, () => fetch(`${sandbox.url}/api/changes`, { signal: stop.signal })),
    );
    expect(open.map(({ status }) => status)).not.toContain(503);
    expect(await problemOf(send('/api/changes'))).toMatchObject({ status: 503, code: 'unavailable' });
    stop.abort();
  }, 10_000);
});

describe('errors', () => {
  it('show nothing of what is not ours to show, and are reported', async () => {
    const reported: unknown[] = [];
    const secret = new Error('postgres://user:hunter2@db');
    const server = await startSandbox({
      ...unusedOptions(),
      port: 0,
      drift: () => Promise.reject(secret),
      report: (error) => reported.push(error),
    });
    const answer = await fetch(`${server.url}/api/world/drift`, {
      method: 'POST',
      headers: { origin: server.url },
    });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('hunter2');
    expect(reported).toEqual([secret]);
    await server.close();
  });

  it('POST /api/dry-run is not found where no dry run is offered', async () => {
    const { dryRunAs: _, ...options } = unusedOptions();
    const server = await startSandbox({ ...options, port: 0 });
    const headers = { origin: server.url, 'content-type': 'application/json' };
    const body = JSON.stringify({ agent: 'release-agent', request: {} });
    expect((await fetch(`${server.url}/api/dry-run`, { method: 'POST', headers, body })).status).toBe(404);
    await server.close();
  });
});

function unusedOptions() {
  const unused = async () => ({ status: 200, body: {} });
  return {
    port: 0,
    host: '127.0.0.1',
    world: WORLD,
    slack: fakeSlack(),
    requests: fakeRequests(),
    askAs: unused,
    dryRunAs: unused,
    cancelAs: unused,
    answerAs: unused,
    drift: async () => undefined,
    halts: { halt: async () => undefined, resume: async () => undefined },
    temporalUrlFor: (id: string) => id,
  };
}
