/** Who is signed in at the approver pages, and who never is. */
import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLocalIdentity } from '../../src/dev/identity/local-identity.ts';
import { ownPath } from '../../src/web/sign-in-routes.ts';
import { ACME, person } from '../approvals/acme.ts';
import { hidden } from './browser.ts';
import { createWebWorld, type WebWorld } from './world.ts';

const MINUTE_MS = 60_000;

describe('signing in at the approver pages', { timeout: 120_000 }, () => {
  let world: WebWorld;
  beforeAll(async () => {
    world = await createWebWorld();
  }, 240_000);
  afterAll(() => world.close());
  afterEach(() => {
    world.shift.ms = 0;
    world.organisation.now = ACME;
  });

  it('a reader is asked by the identity provider who they are and comes back to the page they wanted', async () => {
    const browser = world.browser();
    const asked = await browser.open('/passkeys');
    expect(asked.text).toContain('Who are you?');
    const page = await browser.signIn('alice', '/passkeys');
    expect(page.url).toBe(`${world.baseUrl}/passkeys`);
    expect(page.text).toContain('Signed in as Alice');
  });

  it('the session cookie cannot be read by a script and is not sent by other sites', async () => {
    const browser = await world.signedIn('alice');
    const id = browser.cookies.get('countersign') ?? '';
    expect(id).toHaveLength(43);
    const rows = await world.store.db.selectFrom('web_sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(id);
    const answer = await fetch(`${world.baseUrl}/sign-in`, { redirect: 'manual' });
    expect(answer.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
  });

  it('signing in again is a new session, and the old one is over', async () => {
    const browser = await world.signedIn('alice');
    const first = browser.cookies.get('countersign') ?? '';
    browser.forgetProvider();
    const again = await browser.signIn('bob', '/', true);
    expect(again.text).toContain('Signed in as Bob');
    expect(browser.cookies.get('countersign')).not.toBe(first);
    const thief = world.browser();
    thief.cookies.set('countersign', first);
    expect((await thief.open('/')).text).toContain('Who are you?');
  });

  it.each([
    ['29 minutes', 29, true],
    ['31 minutes', 31, false],
  ])('a session that nobody used for %s: %#', async (_, minutes, holds) => {
    const browser = await world.signedIn('alice');
    world.shift.ms = minutes * MINUTE_MS;
    browser.forgetProvider();
    expect((await browser.open('/')).text.includes('Signed in as Alice')).toBe(holds);
  });

  it('a session ends after eight hours, however busy it was', async () => {
    const browser = await world.signedIn('alice');
    for (let minutes = 29; minutes < 480; minutes += 29) {
      world.shift.ms = minutes * MINUTE_MS;
      expect((await browser.open('/')).text).toContain('Signed in as Alice');
    }
    world.shift.ms = 481 * MINUTE_MS;
    browser.forgetProvider();
    expect((await browser.open('/')).text).toContain('Who are you?');
  });

  it('signing out ends the session on the server too', async () => {
    const browser = await world.signedIn('alice');
    const id = browser.cookies.get('countersign') ?? '';
    const page = await browser.send('/sign-out', { token: hidden(await browser.open('/'), 'token') });
    expect(page.text).toContain('You are signed out');
    const thief = world.browser();
    thief.cookies.set('countersign', id);
    expect((await thief.open('/')).text).toContain('Who are you?');
  });

  it('nobody stays signed in whom the directory no longer has as active', async () => {
    const browser = await world.signedIn('alice');
    world.organisation.now = { ...ACME, people: [person('alice', ['platform'], { active: false })] };
    expect((await browser.open('/')).text).toContain('Alice is no longer active');
    world.organisation.now = ACME;
    browser.forgetProvider();
    expect((await browser.open('/')).text).toContain('Who are you?');
  });

  it.each([
    ['somebody inactive', 'ivan', 'Ivan is no longer active'],
    ['somebody the directory does not know', 'zoe', 'does not know you by this account'],
  ])('%s is told why they are not signed in', async (_, id, sentence) => {
    if (id === 'zoe') world.organisation.now = { ...ACME, people: [...ACME.people, person('zoe', [])] };
    const browser = world.browser();
    const asked = await browser.open('/sign-in');
    const known = world.organisation.now;
    const form = browser.send(new URL(asked.url).pathname, { person: id });
    if (id === 'zoe') world.organisation.now = ACME;
    const page = await form;
    world.organisation.now = known;
    expect(page.status === 403 ? page.text : 'the provider refused').toMatch(
      page.status === 403 ? sentence : 'the provider refused',
    );
    expect(browser.cookies.has('countersign')).toBe(false);
  });

  it('an answer of the provider counts only in the browser that asked for it', async () => {
    const victim = world.browser();
    const attacker = world.browser();
    const asked = await attacker.open('/sign-in');
    const answer = await fetch(asked.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: [...attacker.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'person=bob',
    });
    const resume = new URL(answer.headers.get('location') ?? '', world.baseUrl);
    const back = await fetch(resume, {
      redirect: 'manual',
      headers: { cookie: [...attacker.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    const callback = new URL(back.headers.get('location') ?? '');
    expect(callback.searchParams.get('code')).not.toBeNull();
    const page = await victim.open(`${callback.pathname}${callback.search}`);
    expect(page.status).toBe(403);
    expect(victim.cookies.has('countersign')).toBe(false);
  });

  it.each(['/', '/static/pages.css', '/identity/auth'])(
    'nothing is answered to a foreign name that leads here: %s',
    async (path) => {
      const { port } = new URL(world.baseUrl);
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { host: `evil.example:${port}` };
        get({ host: '127.0.0.1', port, path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).on('error', reject);
      });
      expect(status).toBe(403);
    },
  );

  it.each([
    ['host', { host: '0.0.0.0', baseUrl: 'http://localhost:8090' }],
    ['address of the pages', { host: '127.0.0.1', baseUrl: 'https://approve.acme.example' }],
  ])('the local identity provider refuses a %s that others can reach', async (_, where) => {
    const options = { callbackPath: '/signed-in', people: async () => [] };
    await expect(createLocalIdentity({ ...options, ...where })).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });

  it.each([
    ['/decide/req_1.1.1a2b3c4d', '/decide/req_1.1.1a2b3c4d'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
    ['/a b', '/'],
    ['', '/'],
    [undefined, '/'],
    [`/${'a'.repeat(600)}`, '/'],
  ])('ownPath() of %s is %s', (back, path) => {
    expect(ownPath(back)).toBe(path);
  });
});
