/** Passkeys on the approver pages: added by whom they belong to, and proof of exactly one critical approval. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Authenticator, type Wrong } from './authenticator.ts';
import { type Browser, hidden, type Page } from './browser.ts';
import { createWebWorld, type WebWorld } from './world.ts';

interface Asked {
  readonly authenticate?: { readonly challenge: string; readonly userVerification: string };
  readonly register?: {
    readonly challenge: string;
    readonly excludeCredentials: readonly { readonly id: string }[];
    readonly authenticatorSelection: object;
  };
  readonly detail?: string;
}

describe('passkeys', { timeout: 120_000 }, () => {
  let world: WebWorld;
  let key: Authenticator;
  let alice: Browser;
  beforeAll(async () => {
    world = await createWebWorld();
  }, 240_000);
  beforeEach(async () => {
    world.requests.decided.length = 0;
    world.told.length = 0;
    world.shift.ms = 0;
    await world.store.db.deleteFrom('passkeys').execute();
    key = new Authenticator();
    alice = await world.signedIn('alice');
    await add(alice, key);
  });
  afterAll(() => world.close());

  const ceremony = (challenge: string) => ({ challenge, origin: world.baseUrl, rpId: 'localhost' });

  async function ask(browser: Browser, path: string, body: object = {}): Promise<Asked & { status: number }> {
    const token = hidden(await browser.open('/passkeys'), 'token');
    const { status, body: asked } = await browser.call(path, token, body);
    return { status, ...(asked as Asked) };
  }

  /** Adds a passkey as the page's script does: shows `known` first, where there is one. */
  async function add(
    browser: Browser,
    made: Authenticator,
    known?: Authenticator,
    wrong: Wrong = {},
  ): Promise<Page> {
    const first = await ask(browser, '/passkeys/add/challenge');
    const { register } =
      first.authenticate === undefined || known === undefined
        ? first
        : await ask(browser, '/passkeys/add/challenge', {
            assertion: known.assert(ceremony(first.authenticate.challenge)),
          });
    return browser.send('/passkeys', {
      token: hidden(await browser.open('/passkeys'), 'token'),
      label: 'Phone',
      attestation: made.register(ceremony(register?.challenge ?? ''), wrong),
    });
  }

  /** Approves as the page does; `wrong` says what is not as it should be. */
  async function approve(
    browser: Browser,
    pointer: string,
    used: Authenticator,
    wrong: Wrong & { askedFor?: string } = {},
  ): Promise<Page> {
    const page = await browser.open(`/decide/${pointer}`);
    const { authenticate } = await ask(browser, `/decide/${wrong.askedFor ?? pointer}/challenge`);
    return browser.send(`/decide/${pointer}`, {
      ...{ token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve', reason: 'Checked' },
      assertion: used.assert(ceremony(authenticate?.challenge ?? ''), wrong),
    });
  }

  it('a first passkey is kept for the person and they are told of it', async () => {
    const [kept] = await world.store.passkeys.of('alice');
    expect(kept).toMatchObject({
      id: key.id.toString('base64url'),
      label: 'Phone',
      person: 'alice',
      counter: 0,
    });
    expect((await alice.open('/passkeys')).text).toContain('Phone Added');
    expect(world.told).toMatchObject([
      { person: 'alice', text: expect.stringContaining('"Phone" was added') },
    ]);
  });

  it('asks for a verified user, a resident key where possible, and none the person has', async () => {
    const { authenticate } = await ask(alice, '/passkeys/add/challenge');
    expect(authenticate?.userVerification).toBe('required');
    const { register } = await ask(alice, '/passkeys/add/challenge', {
      assertion: key.assert(ceremony(authenticate?.challenge ?? '')),
    });
    expect(register).toMatchObject({
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      excludeCredentials: [{ id: key.id.toString('base64url') }],
    });
  });

  it('a first passkey asks for a sign-in of the last five minutes', async () => {
    const bob = await world.signedIn('bob');
    world.shift.ms = 6 * 60_000;
    expect((await bob.open('/passkeys')).text).toContain('please sign in again');
    expect(await ask(bob, '/passkeys/add/challenge')).toMatchObject({
      status: 403,
      detail: 'Please sign in again before you add your first passkey',
    });
  });

  it('a further passkey is added only with one the person has', async () => {
    const other = new Authenticator();
    const text = (await add(alice, other)).text;
    expect(text).toContain('The new passkey could not be checked; nothing was added');
    expect((await add(alice, other, key)).text).toContain('The passkey "Phone" is yours now');
    expect(await world.store.passkeys.of('alice')).toHaveLength(2);
  });

  it.each([
    ['made without verifying its user', { verified: false }],
    ['made for another site', { origin: 'https://evil.example' }],
    ['made for another name', { rpId: 'evil.example' }],
    ['that answers another challenge', { challenge: 'AAAA' }],
  ])('refuses a new passkey %s', async (_, wrong) => {
    const bob = await world.signedIn('bob');
    expect((await add(bob, new Authenticator(), undefined, wrong)).text).toContain('nothing was added');
    expect(await world.store.passkeys.of('bob')).toEqual([]);
  });

  it('never gives a credential of one person to another', async () => {
    const bob = await world.signedIn('bob');
    expect((await add(bob, key)).text).toContain('This passkey is known already');
  });

  it('is removed only with a passkey of the person, who is told', async () => {
    const id = key.id.toString('base64url');
    const { authenticate } = await ask(alice, `/passkeys/remove/${id}/challenge`);
    const token = hidden(await alice.open('/passkeys'), 'token');
    expect((await alice.send('/passkeys/remove', { token, id })).text).toContain('nothing was removed');
    const assertion = key.assert(ceremony(authenticate?.challenge ?? ''));
    expect((await alice.send('/passkeys/remove', { token, id, assertion })).text).toContain(
      'The passkey is removed',
    );
    expect(await world.store.passkeys.of('alice')).toEqual([]);
    expect(world.told.at(-1)?.text).toContain('removed from your account');
  });

  it('T15 a critical approval with a passkey is signed as such', async () => {
    const pointer = await world.raise({ tier: 'critical' });
    expect((await approve(alice, pointer, key)).text).toContain('Your approval is recorded under your name');
    expect(await world.decisions()).toMatchObject([
      { person: 'alice', answer: 'approve', surface: 'web', assurance: 'passkey', reason: 'Checked' },
    ]);
    expect((await world.store.passkeys.of('alice'))[0]?.counter).toBe(1);
  });

  it.each([
    ['without verifying its user', { verified: false }],
    ['on another site', { origin: 'https://evil.example' }],
    ['for another name', { rpId: 'evil.example' }],
    ['for a challenge that nobody gave', { challenge: 'A'.repeat(43) }],
    ['in a ceremony of another kind', { type: 'webauthn.create' }],
  ])('T15 a passkey used %s approves nothing', async (_, wrong) => {
    const pointer = await world.raise({ tier: 'critical' });
    expect((await approve(alice, pointer, key, wrong)).text).toContain('The passkey could not be checked');
    expect(world.requests.decided).toEqual([]);
  });

  it('T15 a passkey of somebody else approves nothing', async () => {
    const pointer = await world.raise({ tier: 'critical' });
    const other = new Authenticator();
    const bob = await world.signedIn('bob');
    await add(bob, other);
    expect((await approve(alice, pointer, other)).text).toContain('The passkey could not be checked');
    expect((await approve(bob, pointer, key)).text).toContain('The passkey could not be checked');
    expect(world.requests.decided).toEqual([]);
  });

  it('T38 a passkey shown for one request approves no other', async () => {
    const one = await world.raise({ tier: 'critical' });
    const other = await world.raise({ tier: 'critical', digest: 'e'.repeat(64) });
    const page = await approve(alice, other, key, { askedFor: one });
    expect(page.text).toContain('The passkey could not be checked');
    expect(world.requests.decided).toEqual([]);
  });

  it('T38 a captured answer of a passkey works once', async () => {
    const pointer = await world.raise({ tier: 'critical' });
    const page = await alice.open(`/decide/${pointer}`);
    const { authenticate } = await ask(alice, `/decide/${pointer}/challenge`);
    const assertion = key.assert(ceremony(authenticate?.challenge ?? ''));
    const form = { token: hidden(page, 'token'), answer: 'approve', reason: 'Checked', assertion };
    await alice.send(`/decide/${pointer}`, { ...form, once: hidden(page, 'once') });
    const again = await alice.send(`/decide/${pointer}`, { ...form, once: 'B'.repeat(43) });
    expect(again.text).toContain('The passkey could not be checked');
    expect(world.requests.decided).toHaveLength(1);
  });

  it('T38 an answer given to one session does not work in another, and none after five minutes', async () => {
    const pointer = await world.raise({ tier: 'critical' });
    const { authenticate } = await ask(alice, `/decide/${pointer}/challenge`);
    const assertion = key.assert(ceremony(authenticate?.challenge ?? ''));
    const second = await world.signedIn('alice');
    const page = await second.open(`/decide/${pointer}`);
    const form = {
      token: hidden(page, 'token'),
      once: hidden(page, 'once'),
      answer: 'approve',
      reason: 'x',
      assertion,
    };
    expect((await second.send(`/decide/${pointer}`, form)).text).toContain(
      'The passkey could not be checked',
    );
    const late = await ask(second, `/decide/${pointer}/challenge`);
    world.shift.ms = 6 * 60_000;
    const expired = key.assert(ceremony(late.authenticate?.challenge ?? ''));
    const answered = await second.send(`/decide/${pointer}`, { ...form, assertion: expired });
    expect(answered.text).toContain('The passkey could not be checked');
    expect(world.requests.decided).toEqual([]);
  });

  it('a copy of an authenticator is noticed by its counter', async () => {
    const pointers = [await world.raise({ tier: 'critical' }), await world.raise({ tier: 'critical' })];
    await approve(alice, pointers[0] ?? '', key);
    key.counter = 0;
    expect((await approve(alice, pointers[1] ?? '', key)).text).toContain('The passkey could not be checked');
    expect(world.requests.decided).toHaveLength(1);
  });
});
