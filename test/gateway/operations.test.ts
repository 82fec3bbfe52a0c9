import { Writable } from 'node:stream';
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { canariesOf } from '../../src/gateway/canary.ts';
import { listenGateway } from '../../src/gateway/listen.ts';
import { createGateway } from '../../src/gateway/server.ts';
import { openAsksInMemory } from './open-asks-in-memory.ts';
import { type OpenDoor, openDoor } from './open-door.ts';
import { bookInMemory, sessionsInMemory } from './orders-in-memory.ts';
import { requestsInMemory } from './requests-in-memory.ts';

const ASK = {
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'confidential-plan' },
  reason: 'very private words',
};

const open: OpenDoor[] = [];
async function opened(more?: Parameters<typeof openDoor>[0]): Promise<OpenDoor> {
  const door = await openDoor(more);
  open.push(door);
  return door;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((door) => door.close()));
});

describe('health', () => {
  test('is alive and ready without a token', async () => {
    const door = await opened();
    for (const path of ['/healthz', '/readyz']) {
      expect(await door.call(path, { agent: null })).toMatchObject({
        status: 200,
        body: { status: 'ok', version: '1.2.3' },
      });
    }
  });

  test('is alive but not ready while Temporal is away, and says nothing of why', async () => {
    const door = await opened();
    door.requests.failWith(new Error('ECONNREFUSED 10.0.0.3:7233'));
    expect(await door.call('/healthz', { agent: null })).toMatchObject({ status: 200 });
    const answer = await door.call('/readyz', { agent: null });
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(JSON.stringify(answer.body)).not.toContain('10.0.0.3');
  });
});

describe('GET /metrics', () => {
  test('counts by route, status, code and outcome, without words of a caller', async () => {
    const door = await opened();
    await door.call('/v1/requests', { body: ASK, headers: { prefer: 'wait=0' } });
    door.requests.closeAtOnceWith({ outcome: 'denied' });
    await door.call('/v1/requests', { body: { ...ASK, confidence: 0.42 } });
    await door.call('/v1/requests', { body: { ...ASK, tool: 'shell.run' } });
    await door.call('/v1/requests/req_1', { headers: { prefer: 'wait=0' } });
    await door.call('/v1/secret-page');
    const { body, headers } = await door.call('/metrics', { agent: null });
    expect(headers.get('content-type')).toContain('text/plain');
    for (const line of [
      'countersign_door_answers_total{route="/v1/requests",method="POST",status="202"} 1',
      'countersign_door_answers_total{route="/v1/requests",method="POST",status="200"} 1',
      'countersign_door_answers_total{route="/v1/requests",method="POST",status="400"} 1',
      'countersign_door_answers_total{route="/v1/requests/:id",method="GET",status="202"} 1',
      'countersign_door_answers_total{route="unmatched",method="GET",status="404"} 1',
      'countersign_door_refusals_total{code="unknown-tool"} 1',
      'countersign_door_outcomes_total{outcome="denied"} 1',
      'countersign_door_outcomes_total{outcome="open"} 2',
    ]) {
      expect(body).toContain(line);
    }
    for (const word of ['confidential', 'private', 'shell', 'secret-page', 'req_1', 'release-agent'])
      expect(body).not.toContain(word);
  });

  test('of two doors do not mix', async () => {
    const [first, second] = [await opened(), await opened()];
    await first.call('/v1/tools');
    expect((await second.call('/metrics', { agent: null })).body).not.toContain('route="/v1/tools"');
  });
});

describe('every answer', () => {
  test.each(['/healthz', '/openapi.json', '/v1/tools', '/nowhere', '/%ff', '/v1/requests/%00'])(
    'of %s carries the security headers',
    async (path) => {
      const door = await opened();
      const { headers } = await door.call(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );

  test("has a request id of ours, not the caller's", async () => {
    const door = await opened();
    const { headers } = await door.call('/healthz', {
      headers: { 'x-request-id': 'forged', 'request-id': 'forged' },
    });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('allows no other origin', async () => {
    const door = await opened();
    const answer = await door.call('/v1/requests', {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(answer.status).toBe(404);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('the log', () => {
  test('has one line a call and neither token nor words of the caller', async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write: (chunk, _, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const door = await opened({ logger: pino({ level: 'trace' }, sink) });
    const token = await door.token();
    await door.call('/v1/requests?x=confidential-query', { body: ASK, headers: { prefer: 'wait=0' } });
    await door.call('/v1/nowhere-confidential');
    door.requests.failWith(new Error('broken pipe'));
    await door.call('/v1/requests', { body: ASK });
    const log = lines.join('');
    const calls = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'answered');
    expect(calls).toMatchObject([
      { route: '/v1/requests', status: 202 },
      { route: 'unmatched', status: 404 },
      { route: '/v1/requests', status: 500 },
    ]);
    expect(log).toContain('broken pipe');
    for (const word of [token.slice(-20), 'Bearer', 'confidential', 'private words'])
      expect(log).not.toContain(word);
  });
});

describe('closing', () => {
  test('ends waiting calls at once with the request as it is', async () => {
    const door = await openDoor();
    const waiting = door.call('/v1/requests', { body: ASK, headers: { prefer: 'wait=30' } });
    await expect.poll(() => door.requests.started.length).toBe(1);
    const began = performance.now();
    await door.close();
    expect(await waiting).toMatchObject({ status: 202, body: { status: 'waiting' } });
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('listenGateway()', () => {
  test('opens loopback only unless told otherwise', async () => {
    const door = await opened();
    expect(door.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('names the setting when the port is taken', async () => {
    const { address } = await opened();
    const second = await createGateway({
      requests: requestsInMemory(),
      registry: { all: () => [], parse: () => ({}), jsonSchema: () => ({}) },
      authenticate: () => Promise.reject(new Error('unused')),
      judge: () => Promise.reject(new Error('unused')),
      mayAsk: () => false,
      openAsks: openAsksInMemory(),
      approvalSettings: async () => ({}),
      sessions: sessionsInMemory(),
      access: { list: async () => [] },
      canaries: canariesOf([]),
      orders: bookInMemory(),
      revocations: bookInMemory(),
      security: { warn: () => undefined, error: () => undefined },
      directory: { person: async () => undefined },
      links: { selfUrl: (id) => id },
      version: '0',
    });
    await expect(listenGateway(second, { port: Number(new URL(address).port) })).rejects.toThrow(
      'COUNTERSIGN_GATEWAY_PORT',
    );
    await second.close();
  });
});
