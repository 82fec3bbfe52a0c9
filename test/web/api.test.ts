/** A command line that a person allowed: the same checks and sentences as the page, with less that it may. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, hidden } from './browser.ts';
import { createWebWorld, type WebWorld } from './world.ts';

const TARGET = 'acme/webshop branch old-checkout';

describe('the door of command lines', { timeout: 120_000 }, () => {
  let world: WebWorld;
  let alice: Browser;
  beforeAll(async () => {
    world = await createWebWorld();
    alice = await world.signedIn('alice');
  }, 240_000);
  beforeEach(() => {
    world.requests.decided.length = 0;
    world.shift.ms = 0;
  });
  afterAll(() => world.close());

  async function post(path: string, body: object, token?: string) {
    const answer = await fetch(`${world.baseUrl}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  }

  async function login(answer: 'allow' | 'refuse' = 'allow'): Promise<Record<string, string>> {
    const { body: asked } = await post('/api/login', {});
    const page = await alice.open(`/device`);
    await alice.send('/device', { token: hidden(page, 'token'), code: asked.code ?? '', answer });
    return (await post('/api/login/token', { device: asked.device })).body;
  }

  const decide = async (pointer: string, more: object = {}, token?: string) =>
    post(
      '/api/decisions',
      { request: pointer.split('.')[0], answer: 'approve', ...more },
      token ?? (await login()).token,
    );

  it('waits until its code was allowed on the page, and gives one token once', async () => {
    const { body: asked } = await post('/api/login', {});
    expect(asked.code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(await post('/api/login/token', { device: asked.device })).toMatchObject({ status: 202 });
    const page = await alice.open(`/device`);
    // Typed, never taken from a link: whoever was sent one has nothing to type.
    expect(page.html).not.toContain(asked.code);
    await alice.send('/device', { token: hidden(page, 'token'), code: asked.code ?? '', answer: 'allow' });
    const given = await post('/api/login/token', { device: asked.device });
    expect(given.body).toMatchObject({ status: 'allowed', person: 'alice' });
    expect(await post('/api/login/token', { device: asked.device })).toMatchObject({ status: 202 });
    expect(world.told.at(-1)?.text).toContain('A command line may decide');
  });

  it('gets nothing where its owner does not allow it', async () => {
    expect(await login('refuse')).toEqual({ status: 'refused' });
  });

  it.each([
    ['low', {}, 'click'],
    ['medium', { reason: 'Fine' }, 'click'],
    ['high', { reason: 'Checked', target: TARGET }, 'reviewed'],
  ] as const)('T67 an approval of %s risk is signed as the page would', async (tier, more, assurance) => {
    const answer = await decide(await world.raise({ tier }), more);
    expect(answer).toMatchObject({ status: 200, body: { status: 'recorded', version: 1, code: '1a2b3c4d' } });
    expect(await world.decisions()).toMatchObject([{ person: 'alice', surface: 'cli', assurance }]);
  });

  it.each([
    ['a critical approval', { tier: 'critical' }, { reason: 'x', target: TARGET }, 'with your passkey only'],
    ['a high approval without the target', { tier: 'high' }, { reason: 'x' }, `type exactly "${TARGET}"`],
    ['a denial without a reason', {}, { answer: 'deny' }, 'Please say why you deny it'],
    ['somebody excluded', { excluded: ['alice'] }, {}, 'Only people in platform can approve this'],
    ['somebody not asked', { needs: [{ groups: ['finance'], count: 1 }] }, {}, 'Alice is not among them'],
    ['a version there is not', {}, { version: 7 }, 'knows no such request'],
  ])('T67 refuses %s in the words of the page', async (_, changes, more, sentence) => {
    const answer = await decide(await world.raise(changes as object), more);
    expect(answer.status).toBe(409);
    expect(answer.body.sentence).toContain(sentence);
    expect(world.requests.decided).toEqual([]);
  });

  it('T41 decides nothing without a token, with a made-up one, with a page’s cookie or after fifteen minutes', async () => {
    const pointer = await world.raise();
    const cookie = alice.cookies.get('countersign') ?? '';
    const { token = '' } = await login();
    for (const wrong of ['', 'A'.repeat(43), cookie])
      expect((await decide(pointer, {}, wrong)).status).toBe(401);
    world.shift.ms = 16 * 60_000;
    expect((await decide(pointer, {}, token)).status).toBe(401);
    expect(world.requests.decided).toEqual([]);
  });

  it('a token opens no page, and is over when it is given back', async () => {
    const { token = '' } = await login();
    const thief = world.browser();
    thief.cookies.set('countersign', token);
    expect((await thief.open('/')).text).toContain('Who are you?');
    expect((await post('/api/logout', {}, token)).body).toEqual({ status: 'ended' });
    expect((await decide(await world.raise(), {}, token)).status).toBe(401);
  });

  it('T38 a call repeated under its key is one decision', async () => {
    const pointer = await world.raise();
    const { token } = await login();
    await decide(pointer, { key: 'k-1' }, token);
    expect((await decide(pointer, { key: 'k-1' }, token)).status).toBe(200);
    expect(world.requests.decided).toHaveLength(1);
  });
});
