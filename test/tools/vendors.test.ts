import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistry } from '../../src/tools/registry.ts';
import { createVendors, type VendorSettings, type Vendors } from '../../src/tools/vendors.ts';
import { CATALOGUE } from './catalogue.ts';
import { contextOf } from './vendor-world.ts';

const registry = createRegistry(CATALOGUE);
const READS = [
  ['GitHub', 'GITHUB_TOKEN', 'github.list_branches', { repository: 'acme/webshop' }],
  ['Stripe', 'STRIPE_API_KEY', 'stripe.get_customer', { customer: 'cus_ada' }],
] as const;
const WRITES = [
  ['GitHub', 'github.comment_on_issue', { repository: 'acme/webshop', number: 1, body: 'x' }],
  ['Stripe', 'stripe.refund_payment', { payment: 'pi_1', amountCents: 1 }],
  ['Resend', 'email.send', { to: ['a@acme.example'], subject: 'x', text: 'x' }],
] as const;

async function execute(vendors: Vendors, name: string, args: object) {
  const tool = registry.get(name);
  const parsed = registry.parse(name, args);
  const context = contextOf({ vendors });
  return tool?.execute(parsed, context, (await tool.capture?.(parsed, context)) ?? null);
}

/** A vendor that answers as told; real HTTP, because that is what the clients differ in. */
async function vendor(
  answer: RequestListener,
): Promise<{ readonly settings: VendorSettings; readonly port: number }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { settings: settingsOf(port), port };
}

function settingsOf(port: number): VendorSettings {
  const apiUrl = `http://127.0.0.1:${port}`;
  return {
    github: { token: 'gh-secret', apiUrl },
    stripe: { apiKey: 'sk-secret', apiUrl },
    resend: { apiKey: 're-secret', apiUrl },
    timeoutMs: 200,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('createVendors()', () => {
  it.each(READS)(
    'lets the tools of %s refuse when its credential is missing',
    async (provider, setting, name, args) => {
      await expect(execute(createVendors({}), name, args)).rejects.toMatchObject({
        kind: 'final',
        message: `Cannot use ${provider}: no credential is set, wanted "${setting}"`,
      });
    },
  );

  it('lets one provider work without the others', async () => {
    const { settings } = await vendor((_, response) => response.end('[]'));
    const vendors = createVendors({ github: settings.github });
    await expect(execute(vendors, 'github.list_branches', { repository: 'acme/webshop' })).rejects.toThrow();
    expect(() => vendors.resend).toThrow('wanted "RESEND_API_KEY"');
    expect(vendors.github.rest).toBeDefined();
  });

  it.each<readonly [string, VendorSettings]>([
    ['an empty token', { github: { token: '' } }],
    ['a key of blanks', { stripe: { apiKey: '  ' } }],
    ['an address that is no URL', { resend: { apiKey: 'x', apiUrl: 'localhost:80' } }],
    ['an address that is no web address', { github: { token: 'x', apiUrl: 'file:///etc/passwd' } }],
  ])('refuses %s', (_, settings) => {
    expect(() => createVendors(settings)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  });

  it.each(WRITES)('asks %s once: trying again is not the client’s to decide', async (_, name, args) => {
    let asked = 0;
    const { settings } = await vendor((__, response) => {
      asked += 1;
      response.writeHead(500, { 'content-type': 'application/json' }).end('{}');
    });
    await expect(execute(createVendors(settings), name, args)).rejects.toMatchObject({ kind: 'unknown' });
    expect(asked).toBe(1);
  });

  it.each(WRITES)('gives up on %s after the timeout, not knowing what happened', async (_, name, args) => {
    const { settings } = await vendor(() => undefined);
    await expect(execute(createVendors(settings), name, args)).rejects.toMatchObject({ kind: 'unknown' });
  });

  it.each(WRITES)('does not know what happened when %s hangs up', async (_, name, args) => {
    const { settings } = await vendor((request) => request.socket.destroy());
    await expect(execute(createVendors(settings), name, args)).rejects.toMatchObject({ kind: 'unknown' });
  });

  it.each(WRITES)('does not take an empty success of %s for one', async (_, name, args) => {
    const { settings } = await vendor((__, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await expect(execute(createVendors(settings), name, args)).rejects.toMatchObject({ kind: 'unknown' });
  });

  it.each(WRITES.filter(([provider]) => provider !== 'Resend'))(
    'knows that nothing was sent when %s refuses the connection',
    async (_, name, args) => {
      const vendors = createVendors(settingsOf(await freePort()));
      await expect(execute(vendors, name, args)).rejects.toMatchObject({ kind: 'retryable' });
    },
  );

  // Resend's client keeps the reason to itself, so the careful answer is the only honest one.
  it('does not know what happened when Resend refuses the connection', async () => {
    const vendors = createVendors(settingsOf(await freePort()));
    await expect(execute(vendors, 'email.send', WRITES[2][2])).rejects.toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['GitHub', 'github.list_branches', { repository: 'acme/webshop' }],
    ['Stripe', 'stripe.get_customer', { customer: 'cus_ada' }],
    ['Resend', 'email.draft', { to: ['a@acme.example'], subject: 'x', text: 'x' }],
  ] as const)('follows no redirect of %s with the credential', async (_, name, args) => {
    const seen: string[] = [];
    const { settings, port } = await vendor((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(301, { location: `http://127.0.0.1:${port}/elsewhere` }).end();
    });
    await expect(execute(createVendors(settings), name, args)).rejects.toMatchObject({ kind: 'final' });
    expect(seen).toHaveLength(1);
  });

  it('keeps credentials out of what it throws', async () => {
    const { settings } = await vendor((_, response) => {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{}');
    });
    for (const [, name, args] of WRITES) {
      const error = await execute(createVendors(settings), name, args).catch((thrown: Error) => thrown);
      const { message, cause } = error as Error;
      expect(`${message} ${JSON.stringify(cause)}`).not.toMatch(/gh-secret|sk-secret|re-secret/);
    }
  });

  it('lets a talkative vendor fill no more of a result than was declared', async () => {
    const [sha, long] = ['a'.repeat(40), 'x'.repeat(100_000)];
    const end = { ref: 'main', sha };
    const { settings } = await vendor((_, response) => {
      const pull = {
        number: 2,
        title: long,
        state: 'open',
        merged: false,
        merge_commit_sha: null,
        body: long,
      };
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...pull, user: { login: long }, head: end, base: end }));
    });
    const args = { repository: 'acme/webshop', number: 2 };
    const result = await execute(createVendors(settings), 'github.get_pull_request', args);
    expect(registry.get('github.get_pull_request')?.output.parse(result)).toEqual(result);
    expect(JSON.stringify(result).length).toBeLessThan(1_000);
  });
});
