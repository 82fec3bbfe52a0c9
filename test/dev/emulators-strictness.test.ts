import { describe, expect, it, onTestFinished } from 'vitest';
import { type EmulatorOptions, startEmulators } from '../../src/dev/emulators/start-emulators.ts';
import { createVendors, type Vendors } from '../../src/tools/vendors.ts';

const WEBSHOP = { owner: 'acme', repo: 'webshop' };
const INBOX = 'agents@acme.example';

async function start(options: EmulatorOptions = {}) {
  const emulators = await startEmulators(options);
  onTestFinished(() => emulators.close());
  return { emulators, vendors: createVendors(emulators.settings) };
}

describe('the GitHub emulator', () => {
  const main = async ({ github }: Vendors) =>
    (await github.rest.git.getRef({ ...WEBSHOP, ref: 'heads/main' })).data.object.sha;

  it.each<readonly [string, number, (vendors: Vendors) => Promise<unknown>]>([
    [
      'a ref that exists',
      422,
      async (v) =>
        v.github.rest.git.createRef({ ...WEBSHOP, ref: 'refs/heads/gift-cards', sha: await main(v) }),
    ],
    [
      'a ref at an unknown commit',
      422,
      (v) => v.github.rest.git.createRef({ ...WEBSHOP, ref: 'refs/heads/new', sha: 'a'.repeat(40) }),
    ],
    [
      'deleting a ref that is gone',
      422,
      (v) => v.github.rest.git.deleteRef({ ...WEBSHOP, ref: 'heads/nothing' }),
    ],
    [
      'deleting the default branch',
      422,
      (v) => v.github.rest.git.deleteRef({ ...WEBSHOP, ref: 'heads/main' }),
    ],
    [
      'a push that is no fast forward',
      422,
      async (v) => v.github.rest.git.updateRef({ ...WEBSHOP, ref: 'heads/gift-cards', sha: await main(v) }),
    ],
    [
      'a merge at a stale head',
      409,
      async (v) => v.github.rest.pulls.merge({ ...WEBSHOP, pull_number: 2, sha: await main(v) }),
    ],
    ['an unknown branch', 404, (v) => v.github.rest.repos.getBranch({ ...WEBSHOP, branch: 'nothing' })],
    ['an unknown ref', 404, (v) => v.github.rest.git.getRef({ ...WEBSHOP, ref: 'heads/nothing' })],
    [
      'an unknown commit',
      404,
      (v) => v.github.rest.git.getCommit({ ...WEBSHOP, commit_sha: 'a'.repeat(40) }),
    ],
    ['an unknown user', 404, (v) => v.github.rest.repos.addCollaborator({ ...WEBSHOP, username: 'nobody' })],
    ['an unknown comment', 404, (v) => v.github.rest.issues.deleteComment({ ...WEBSHOP, comment_id: 1 })],
    [
      'an unknown invitation',
      404,
      (v) => v.github.rest.repos.deleteInvitation({ owner: 'acme', repo: 'webshop', invitation_id: 1 }),
    ],
    [
      'a body that cannot be read',
      422,
      (v) => v.github.request('POST /repos/acme/webshop/git/refs', { ref: 'heads/x' }),
    ],
    ['a route it does not have', 404, (v) => v.github.request('GET /repos/acme/webshop/releases')],
  ])('refuses %s with %i', async (_, status, ask) => {
    const { vendors } = await start();
    await expect(ask(vendors)).rejects.toMatchObject({ status });
  });

  it('refuses a pull request that conflicts, and one that is merged', async () => {
    const { vendors, emulators } = await start();
    const { pulls } = vendors.github.rest;
    emulators.driftBranch('acme/webshop', 'main');
    emulators.driftBranch('acme/webshop', 'spike-search');
    expect((await pulls.get({ ...WEBSHOP, pull_number: 2 })).data.mergeable).toBe(false);
    await expect(pulls.merge({ ...WEBSHOP, pull_number: 2 })).rejects.toMatchObject({ status: 405 });
    const other = await start();
    await other.vendors.github.rest.pulls.merge({ ...WEBSHOP, pull_number: 2 });
    await expect(other.vendors.github.rest.pulls.merge({ ...WEBSHOP, pull_number: 2 })).rejects.toMatchObject(
      { status: 405 },
    );
  });

  it('forgets a deleted repository', async () => {
    const { vendors } = await start();
    await vendors.github.rest.repos.delete(WEBSHOP);
    await expect(vendors.github.rest.repos.get(WEBSHOP)).rejects.toMatchObject({ status: 404 });
    await expect(vendors.github.rest.repos.listBranches(WEBSHOP)).rejects.toMatchObject({ status: 404 });
  });

  it('answers lists page by page', async () => {
    const { vendors } = await start();
    const pages = await Promise.all(
      [1, 2, 3].map((page) => vendors.github.rest.repos.listBranches({ ...WEBSHOP, per_page: 2, page })),
    );
    expect(pages.map(({ data }) => data.length)).toEqual([2, 2, 1]);
  });
});

describe('the Stripe emulator', () => {
  it.each<readonly [string, string, (vendors: Vendors) => Promise<unknown>]>([
    ['a URL it does not have', 'not_found', (v) => v.stripe.coupons.list()],
    ['an unknown customer', 'resource_missing', (v) => v.stripe.customers.retrieve('cus_x')],
    ['an unknown subscription', 'resource_missing', (v) => v.stripe.subscriptions.retrieve('sub_x')],
    [
      'a refund of too much',
      'amount_too_large',
      (v) => v.stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 4_901 }),
    ],
    [
      'a refund of nothing',
      'parameter_invalid',
      (v) => v.stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 0 }),
    ],
    [
      'parameters it does not know',
      'parameter_invalid',
      (v) => v.stripe.customers.update('cus_ada', { balance: 5 }),
    ],
  ])('refuses %s', async (_, code, ask) => {
    const { vendors } = await start();
    await expect(ask(vendors)).rejects.toMatchObject({ code });
  });

  it('replays an idempotency key, and refuses it for another request', async () => {
    const { vendors } = await start();
    const refund = (amount: number) =>
      vendors.stripe.refunds.create({ payment_intent: 'pi_grace_mid', amount }, { idempotencyKey: 'once' });
    const [first, second] = [await refund(100), await refund(100)];
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    await expect(refund(200)).rejects.toMatchObject({ type: 'StripeIdempotencyError' });
    expect((await vendors.stripe.refunds.list({ payment_intent: 'pi_grace_mid' })).data).toHaveLength(1);
  });

  it('adds partial refunds up and refuses more than is left', async () => {
    const { vendors } = await start();
    await vendors.stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 4_000 });
    await expect(
      vendors.stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 901 }),
    ).rejects.toMatchObject({ code: 'amount_too_large' });
    await vendors.stripe.refunds.create({ payment_intent: 'pi_ada_small', amount: 900 });
    const payment = await vendors.stripe.paymentIntents.retrieve('pi_ada_small', {
      expand: ['latest_charge'],
    });
    expect(payment.latest_charge).toMatchObject({ amount_refunded: 4_900, refunded: true });
  });
});

describe('the Resend emulator', () => {
  const MAIL = { from: `Acme <${INBOX}>`, to: ['lead@bigcorp.example'], subject: 'Hello', text: 'Hi' };

  it.each<readonly [string, number, (vendors: Vendors) => Promise<{ readonly error: unknown }>]>([
    ['a sender of another domain', 403, (v) => v.resend.emails.send({ ...MAIL, from: 'a@bigcorp.example' })],
    [
      'a time that has passed',
      422,
      (v) => v.resend.emails.send({ ...MAIL, scheduledAt: '2020-01-01T00:00:00Z' }),
    ],
    ['a broken address', 422, (v) => v.resend.emails.send({ ...MAIL, to: 'nobody' })],
    [
      'a tag with a colon',
      422,
      (v) => v.resend.emails.send({ ...MAIL, tags: [{ name: 'a', value: 'a:b' }] }),
    ],
    ['an unknown mail', 404, (v) => v.resend.emails.get('nothing')],
    ['cancelling an unknown mail', 404, (v) => v.resend.emails.cancel('nothing')],
    ['an unknown inbox', 404, (v) => v.resend.inboxes.drafts.list({ emailAddress: 'other@acme.example' })],
    [
      'an unknown draft',
      404,
      (v) => v.resend.inboxes.drafts.get({ emailAddress: INBOX, draftId: 'nothing' }),
    ],
    ['a route it does not have', 404, (v) => v.resend.domains.list()],
  ])('refuses %s with %i', async (_, statusCode, ask) => {
    const { vendors } = await start();
    expect((await ask(vendors)).error).toMatchObject({ statusCode });
  });

  it('repeats the answer to an idempotency key, and refuses it for another mail', async () => {
    const { vendors } = await start();
    const send = (subject: string) =>
      vendors.resend.emails.send({ ...MAIL, subject }, { idempotencyKey: 'once' });
    const first = await send('One');
    expect((await send('One')).data).toEqual(first.data);
    expect((await send('Two')).error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
    expect((await vendors.resend.emails.list()).data?.data).toHaveLength(1);
  });

  it('cancels what is scheduled, once, and nothing that went out', async () => {
    let now = new Date('2026-11-21T10:00:00Z');
    const { vendors } = await start({ clock: () => now });
    const send = async () =>
      (await vendors.resend.emails.send({ ...MAIL, scheduledAt: '2026-11-21T10:10:00Z' })).data?.id ?? '';
    const [one, other] = [await send(), await send()];
    expect((await vendors.resend.emails.cancel(one)).error).toBeNull();
    expect((await vendors.resend.emails.cancel(one)).error).toMatchObject({ statusCode: 422 });
    now = new Date('2026-11-21T10:10:00Z');
    expect((await vendors.resend.emails.cancel(other)).error).toMatchObject({ statusCode: 422 });
    expect((await vendors.resend.emails.get(one)).data?.last_event).toBe('canceled');
    expect((await vendors.resend.emails.get(other)).data?.last_event).toBe('delivered');
  });
});
