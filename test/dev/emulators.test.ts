import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFaults } from '../../src/dev/emulators/faults.ts';
import { type EmulatorOptions, startEmulators } from '../../src/dev/emulators/start-emulators.ts';
import { createVendors, type Vendors } from '../../src/tools/vendors.ts';

const WEBSHOP = { owner: 'acme', repo: 'webshop' };
const INBOX = 'agents@acme.example';

async function start(options: EmulatorOptions = {}) {
  const emulators = await startEmulators(options);
  onTestFinished(() => emulators.close());
  return { emulators, vendors: createVendors(emulators.settings) };
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'emulators-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** Everything the clients can see of the state that requests bind to. */
async function everything({ github, stripe, resend }: Vendors) {
  const { repos, pulls, issues } = github.rest;
  const answers = await Promise.all([
    repos.listBranches(WEBSHOP),
    repos.get(WEBSHOP),
    repos.get({ owner: 'acme', repo: 'legacy-billing' }),
    pulls.get({ ...WEBSHOP, pull_number: 2 }),
    issues.listComments({ ...WEBSHOP, issue_number: 1 }),
    repos.listCollaborators(WEBSHOP),
    repos.listInvitations(WEBSHOP),
  ]);
  return [
    ...answers.map(({ data }) => data),
    { ...(await stripe.customers.retrieve('cus_ada')) },
    { ...(await stripe.subscriptions.retrieve('sub_ada')) },
    (await stripe.refunds.list()).data,
    (await resend.emails.list()).data,
    (await resend.inboxes.drafts.list({ emailAddress: INBOX })).data,
  ];
}

async function changeEverything({ github, stripe, resend }: Vendors) {
  const { git, pulls, issues, repos } = github.rest;
  await git.deleteRef({ ...WEBSHOP, ref: 'heads/old-checkout' });
  await pulls.merge({ ...WEBSHOP, pull_number: 2 });
  await issues.createComment({ ...WEBSHOP, issue_number: 1, body: 'Seen' });
  await repos.addCollaborator({ ...WEBSHOP, username: 'contractor', permission: 'pull' });
  await stripe.customers.update('cus_ada', { name: 'Ada Lovelace' });
  await stripe.subscriptions.update('sub_ada', { cancel_at_period_end: true });
  await stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 100 });
  await resend.emails.send({ from: INBOX, to: 'a@acme.example', subject: 'x', text: 'x' });
  await resend.inboxes.drafts.create({
    emailAddress: INBOX,
    to: ['a@acme.example'],
    subject: 'x',
    text: 'x',
  });
}

describe('startEmulators()', () => {
  it('starts every world from the same seed, commit ids included', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(await everything(one.vendors)).toEqual(await everything(other.vendors));
    const { data } = await one.vendors.github.rest.repos.listBranches(WEBSHOP);
    expect(data.map(({ name }) => name)).toEqual([
      'gift-cards',
      'main',
      'old-checkout',
      'release-2026-11',
      'spike-search',
    ]);
  });

  it('has the payments of the example world', async () => {
    const { vendors } = await start();
    const ids = ['pi_ada_small', 'pi_grace_mid', 'pi_grace_big'];
    const payments = await Promise.all(ids.map((id) => vendors.stripe.paymentIntents.retrieve(id)));
    expect(payments.map(({ amount, currency, status }) => [amount, currency, status])).toEqual([
      [4_900, 'eur', 'succeeded'],
      [42_000, 'eur', 'succeeded'],
      [720_000, 'eur', 'succeeded'],
    ]);
  });

  it('remembers everything over a restart, on other ports and with other credentials', async () => {
    const dataDir = folder();
    const first = await start({ dataDir });
    const seeded = await everything(first.vendors);
    await changeEverything(first.vendors);
    const changed = await everything(first.vendors);
    expect(changed).not.toEqual(seeded);
    await first.emulators.close();
    const second = await start({ dataDir });
    expect(second.emulators.github.token).not.toBe(first.emulators.github.token);
    expect(await everything(second.vendors)).toEqual(changed);
  });

  it('remembers what it answered even when it is never closed', async () => {
    const dataDir = folder();
    const first = await start({ dataDir });
    await changeEverything(first.vendors);
    const changed = await everything(first.vendors);
    const copy = folder();
    for (const file of readdirSync(dataDir))
      writeFileSync(join(copy, file), readFileSync(join(dataDir, file)));
    const second = await start({ dataDir: copy });
    expect(await everything(second.vendors)).toEqual(changed);
  });

  it('replays idempotency keys over a restart', async () => {
    const dataDir = folder();
    const refund = (vendors: Vendors) =>
      vendors.stripe.refunds.create({ payment_intent: 'pi_grace_big', amount: 7 }, { idempotencyKey: 'k' });
    const first = await start({ dataDir });
    const { id } = await refund(first.vendors);
    await first.emulators.close();
    const second = await start({ dataDir });
    expect((await refund(second.vendors)).id).toBe(id);
    expect((await second.vendors.stripe.refunds.list()).data).toHaveLength(1);
  });

  it('drops a last line that was cut off, and refuses one that is broken in the middle', async () => {
    const dataDir = folder();
    const first = await start({ dataDir });
    const before = await everything(first.vendors);
    await first.emulators.close();
    appendFileSync(join(dataDir, 'github.jsonl'), '["comments","1",{"id":1,"bo');
    const second = await start({ dataDir });
    expect(await everything(second.vendors)).toEqual(before);
    await second.emulators.close();
    appendFileSync(join(dataDir, 'stripe.jsonl'), 'broken\n[]\n');
    await expect(startEmulators({ dataDir })).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('says so when a port is taken, and leaves nothing running', async () => {
    const { emulators } = await start();
    const taken = Number(new URL(emulators.stripe.url).port);
    await expect(startEmulators({ ports: { stripe: taken } })).rejects.toThrow('EADDRINUSE');
  });

  it('takes no other credential', async () => {
    const { emulators } = await start();
    for (const { url } of [emulators.github, emulators.stripe, emulators.resend]) {
      for (const headers of [
        {},
        { authorization: 'Bearer guess' },
        { authorization: `Bearer ${'x'.repeat(44)}` },
      ]) {
        expect((await fetch(`${url}/users/alice`, { headers })).status).toBe(401);
      }
    }
  });

  it('has no request limit', async () => {
    const { token, url } = (await start()).emulators.github;
    const ask = async () => {
      const answer = await fetch(`${url}/users/alice`, { headers: { authorization: `Bearer ${token}` } });
      await answer.text();
      return answer.status;
    };
    const seen = new Set<number>();
    for (let at = 0; at < 5_200; at += 20) {
      for (const status of await Promise.all(Array.from({ length: 20 }, ask))) seen.add(status);
    }
    expect([...seen]).toEqual([200]);
  });

  it('closes at once although a request waits for its lost answer', async () => {
    const emulators = await startEmulators();
    emulators.failNext({
      provider: 'github',
      method: 'GET',
      pathPrefix: '/',
      status: 'timeout-after-effect',
    });
    const { token, url } = emulators.github;
    const asked = fetch(`${url}/users/alice`, { headers: { authorization: `Bearer ${token}` } }).catch(
      () => 'cut off',
    );
    await expect.poll(() => emulators.close().then(() => 'closed'), { timeout: 2_000 }).toBe('closed');
    await asked;
  });
});

describe('driftBranch()', () => {
  it('pushes a commit on top, and the open pull request follows', async () => {
    const { vendors, emulators } = await start();
    const read = async () =>
      (await vendors.github.rest.pulls.get({ ...WEBSHOP, pull_number: 2 })).data.head.sha;
    const before = await read();
    const sha = emulators.driftBranch('acme/webshop', 'spike-search');
    expect(await read()).toBe(sha);
    const { data } = await vendors.github.rest.git.getCommit({ ...WEBSHOP, commit_sha: sha });
    expect(data.parents.map((parent) => parent.sha)).toEqual([before]);
    expect(emulators.driftBranch('acme/webshop', 'spike-search')).not.toBe(sha);
  });

  it('refuses a branch that does not exist', async () => {
    const { emulators } = await start();
    expect(() => emulators.driftBranch('acme/webshop', 'nothing')).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });
});

describe('failNext()', () => {
  it.each<readonly [string, string, string, string, number | undefined]>([
    ['a request it names', 'github', 'GET', '/users/alice', 503],
    ['another method', 'github', 'PUT', '/users/alice', undefined],
    ['another path', 'github', 'GET', '/repos/acme/webshop', undefined],
    ['another vendor', 'stripe', 'GET', '/users/alice', undefined],
  ])('is met by %s or not', (_, provider, method, path, met) => {
    const faults = createFaults();
    faults.failNext({ provider: 'github', method: 'GET', pathPrefix: '/users', status: 503 });
    expect(faults.take(provider as 'github', method, path)).toBe(met);
  });

  it('is met as often as it says, in the order given', () => {
    const faults = createFaults();
    const at = { provider: 'resend', method: 'POST', pathPrefix: '/emails' } as const;
    faults.failNext({ ...at, status: 500, times: 2 });
    faults.failNext({ ...at, status: 'timeout-after-effect' });
    const taken = Array.from({ length: 4 }, () => faults.take('resend', 'POST', '/emails'));
    expect(taken).toEqual([500, 500, 'timeout-after-effect', undefined]);
  });

  it.each([
    [429, '1'],
    [503, '1'],
    [500, null],
  ] as const)('answers %i without doing anything', async (status, retryAfter) => {
    const { emulators, vendors } = await start();
    emulators.failNext({ provider: 'stripe', method: 'POST', pathPrefix: '/v1/refunds', status });
    const headers = { authorization: `Bearer ${emulators.stripe.apiKey}` };
    const answer = await fetch(`${emulators.stripe.url}/v1/refunds`, {
      method: 'POST',
      headers,
      body: 'payment_intent=pi_ada_small&amount=1',
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect((await vendors.stripe.refunds.list()).data).toHaveLength(0);
  });

  it('loses the answer but not the effect', async () => {
    const { emulators, vendors } = await start();
    emulators.failNext({
      provider: 'stripe',
      method: 'POST',
      pathPrefix: '/v1/refunds',
      status: 'timeout-after-effect',
    });
    const hasty = createVendors({ ...emulators.settings, timeoutMs: 300 });
    const lost = hasty.stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 1 });
    await expect(lost).rejects.toMatchObject({ type: 'StripeConnectionError' });
    expect((await vendors.stripe.refunds.list()).data).toHaveLength(1);
  });

  it('is forgotten by clearFaults()', async () => {
    const { emulators, vendors } = await start();
    emulators.failNext({ provider: 'github', method: 'GET', pathPrefix: '/', status: 500, times: 100 });
    emulators.clearFaults();
    expect((await vendors.github.request('GET /users/alice')).status).toBe(200);
  });
});
