import { afterEach, describe, expect, test } from 'vitest';
import { createDoorClient } from '../../src/main/cli/door-client.ts';

const VIEW = {
  id: 'req_1',
  agent: 'a',
  status: 'running',
  version: 1,
  steps: [],
  receivedAt: '2026-11-21T09:00:00Z',
};

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

const sent: Sent[] = [];
afterEach(() => {
  sent.length = 0;
});

/** A client whose door answers `content` and keeps what was sent. */
function client(content: unknown = VIEW, init: ResponseInit = {}) {
  const send: typeof fetch = async (url, options = {}) => {
    sent.push({ url: String(url), init: options });
    return Response.json(content, init);
  };
  return createDoorClient({ url: 'http://door.example', token: 'secret-token', fetch: send });
}

const headers = () => new Headers(sent[0]?.init.headers);

describe('createDoorClient()', () => {
  test('asks with token, key, wait and the body as it is', async () => {
    await client().ask({ tool: 't' }, { key: 'k', waitSeconds: 7 });
    expect(sent[0]).toMatchObject({
      url: 'http://door.example/v1/requests',
      init: { method: 'POST', body: '{"tool":"t"}', redirect: 'error' },
    });
    expect(Object.fromEntries(headers())).toEqual({
      authorization: 'Bearer secret-token',
      'content-type': 'application/json',
      'idempotency-key': 'k',
      prefer: 'wait=7',
    });
  });

  test('sends no key when there is none', async () => {
    await client().ask({}, { waitSeconds: 0 });
    expect(headers().has('idempotency-key')).toBe(false);
  });

  test.each([
    ['req_1', 'http://door.example/v1/requests/req_1'],
    ['../metrics?x=#', 'http://door.example/v1/requests/..%2Fmetrics%3Fx%3D%23'],
  ])('reads %s at its own address only', async (id, url) => {
    await client().read(id, 3);
    expect(sent[0]).toMatchObject({ url, init: { method: 'GET' } });
    expect(headers().get('prefer')).toBe('wait=3');
  });

  test('takes what a newer door says beyond its own words', async () => {
    await expect(client({ ...VIEW, mood: 'good' }).read('req_1', 0)).resolves.toMatchObject({ id: 'req_1' });
  });

  test.each([
    [
      'a known problem',
      { code: 'key-reused', detail: 'Cannot start', title: 'x' },
      409,
      'key-reused',
      'Cannot start',
    ],
    [
      'a problem of a newer door',
      { code: 'rate-limited', detail: 'Slow down' },
      429,
      'internal',
      'Slow down',
    ],
    ['a code of the prototype', { code: 'constructor', detail: 'x' }, 400, 'internal', 'x'],
    [
      'something else',
      { error: 'bad gateway' },
      502,
      'unavailable',
      "Cannot use the agents' door: it answered 502 without a reason",
    ],
  ])('throws %s', async (_, content, status, code, message) => {
    await expect(client(content, { status }).waiting()).rejects.toMatchObject({ code, message });
  });

  test('keeps the fields of a problem', async () => {
    const errors = [{ field: '/tool', problem: 'Unknown tool' }];
    await expect(
      client({ code: 'unknown-tool', detail: 'd', errors }, { status: 400 }).dryRun({}),
    ).rejects.toMatchObject({ problems: errors });
  });

  test.each([[{ ...VIEW, outcome: 'perfect' }], [{ ...VIEW, status: 'done' }], [[]], [null]])(
    'believes no answer like %j',
    async (content) => {
      await expect(client(content).read('req_1', 0)).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  test('names the address and not the token when nobody answers', async () => {
    const send: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));
    const away = createDoorClient({ url: 'http://door.example', token: 'secret-token', fetch: send });
    await expect(away.waiting()).rejects.toThrow(
      /^Cannot reach the agents' door: "http:\/\/door\.example" does not answer/,
    );
    await expect(away.waiting()).rejects.not.toThrow(/secret-token/);
  });
});
