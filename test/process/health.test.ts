import { afterEach, describe, expect, it } from 'vitest';
import { type HealthServer, serveHealth } from '../../src/process/health.ts';

let server: HealthServer | undefined;
afterEach(() => server?.close());

async function serve(ready: () => Promise<void> = () => Promise.resolve()) {
  server = await serveHealth({ host: '127.0.0.1', port: 0, ready });
  const { port } = server;
  return (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });
}

describe('serveHealth()', () => {
  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/', 404],
    ['GET', '/healthz/x', 404],
    ['POST', '/healthz', 405],
  ])('serveHealth() answers %s %s with %i', async (method, path, status) => {
    const ask = await serve();
    expect((await ask(path, method)).status).toBe(status);
  });

  it('serveHealth() is healthy but not ready while the work cannot be done, and keeps the reason to itself', async () => {
    const ask = await serve(() => Promise.reject(new Error('database password wrong')));
    expect((await ask('/healthz')).status).toBe(200);
    const answer = await ask('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('not ready\n');
  });

  it('serveHealth() answers metrics where there are some, and hides why they cannot be read', async () => {
    expect((await (await serve())('/metrics')).status).toBe(404);
    await server?.close();
    const ask = async (metrics: () => Promise<string>) => {
      server = await serveHealth({ host: '127.0.0.1', port: 0, ready: async () => undefined, metrics });
      const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`);
      return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
    };
    expect(await ask(async () => 'one 1\n')).toMatchObject({
      ...{ status: 200, text: 'one 1\n' },
      type: expect.stringContaining('version=0.0.4'),
    });
    await server?.close();
    const unreadable = await ask(() => Promise.reject(new Error('secret')));
    expect(unreadable).toMatchObject({ status: 503, text: 'not readable\n' });
  });

  it('serveHealth() names its setting when the port is in use', async () => {
    await serve();
    const taken = serveHealth({ host: '127.0.0.1', port: server?.port ?? 0, ready: () => Promise.resolve() });
    await expect(taken).rejects.toMatchObject({
      code: 'misconfigured',
      message: `Cannot serve health: port "${server?.port}" is in use, set COUNTERSIGN_HEALTH_PORT to a free one`,
    });
  });
});
