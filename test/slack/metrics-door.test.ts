import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boltLogger } from '../../src/slack/bolt-logger.ts';
import { createHealthServer, createReceiver } from '../../src/slack/receiver.ts';
import { logInMemory, SECRET } from './world.ts';

const PAGE = 'countersign_oversight_lost_total 0\n';
function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    request({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe.each([
  [
    'createReceiver()',
    (metrics?: () => Promise<string>) =>
      createReceiver({
        ...{
          signingSecret: SECRET,
          clock: () => new Date(),
          logger: boltLogger(logInMemory()),
          security: logInMemory(),
        },
        ...(metrics === undefined ? {} : { metrics }),
      }),
  ],
  [
    'createHealthServer()',
    (metrics?: () => Promise<string>) => createHealthServer(metrics === undefined ? {} : { metrics }),
  ],
])('%s', (_, create) => {
  let door: ReturnType<typeof create>;
  let port: number;
  beforeEach(async () => {
    door = create(async () => PAGE);
    port = await door.start(0, '127.0.0.1');
  });
  afterEach(() => door.stop());

  it('answers metrics to this machine', async () => {
    expect(await get(port, '/metrics')).toEqual({ status: 200, body: PAGE });
    expect((await get(port, '/metrics', { host: `localhost:${port}` })).status).toBe(200);
    expect((await get(port, '/healthz')).status).toBe(200);
  });

  it.each([
    ['through a tunnel', '/metrics', { host: 'acme.tunnel.example' }, 'GET'],
    ['through a tunnel that hides its name', '/metrics', { 'x-forwarded-for': '203.0.113.7' }, 'GET'],
    ['through a proxy that follows the standard', '/metrics', { forwarded: 'for=203.0.113.7' }, 'GET'],
    ['by a page whose name was made to lead here', '/metrics', { host: 'localhost.evil.example' }, 'GET'],
    ['for something else', '/metrics/../healthz', {}, 'GET'],
    ['by another method', '/metrics', {}, 'POST'],
  ])('does not answer metrics asked %s', async (_way, path, headers, method) => {
    const { status, body } = await get(port, path, headers, method);
    expect(status).toBe(404);
    expect(body).not.toContain('oversight');
  });

  it('has no metrics where it is given none, and says so when they cannot be read', async () => {
    await door.stop();
    door = create();
    expect((await get(await door.start(0, '127.0.0.1'), '/metrics')).status).toBe(404);
    await door.stop();
    door = create(() => Promise.reject(new Error('down')));
    expect((await get(await door.start(0, '127.0.0.1'), '/metrics')).status).toBe(503);
  });
});
