/** Deciding on the approver page: who may, with what, and what every attempt that does not count is told. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RequestView } from '../../src/domain/request.ts';
import { ACME } from '../approvals/acme.ts';
import { step } from '../slack/views.ts';
import { type Browser, hidden, type Page } from './browser.ts';
import { createWebWorld, type WebWorld } from './world.ts';

const TARGET = 'acme/webshop branch old-checkout';

describe('the decision page', { timeout: 120_000 }, () => {
  let world: WebWorld;
  let alice: Browser;
  beforeAll(async () => {
    world = await createWebWorld();
  }, 240_000);
  beforeEach(async () => {
    world.requests.decided.length = 0;
    alice = await world.signedIn('alice');
  });
  afterEach(() => {
    world.organisation.now = ACME;
    world.requests.answer = async () => 'recorded';
  });
  afterAll(() => world.close());

  /** Fills in the form of a page as its reader would. */
  async function answer(browser: Browser, pointer: string, fields: Record<string, string>): Promise<Page> {
    const page = await browser.open(`/decide/${pointer}`);
    const form = { token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve' };
    return browser.send(`/decide/${pointer}`, { ...form, ...fields });
  }

  it('shows the whole request: steps, target, facts, undo, rules, words of the agent, votes, code and both clocks', async () => {
    const pointer = await world.raise({
      expiresAt: '2027-01-11T18:00:00.000Z',
      votes: [{ person: 'bob', answer: 'approve', reason: 'Looked at it', at: '2026-11-21T14:00:00.000Z' }],
      steps: [step({ explanation: ['github.delete_branch is a delete', 'branch-delete fires'] })],
    });
    const { text, html } = await alice.open(`/decide/${pointer}`);
    for (const words of [
      'Delete branch',
      TARGET,
      'Last commit',
      '1f2e3d "Remove old checkout"',
      'Can be undone: Recreate the branch at 1f2e3d',
      'Deleting a branch needs somebody from platform.',
      'branch-delete fires',
      'The branch was merged in March',
      'Approved by Bob',
      'Looked at it',
      '0 of 2 from platform',
      'Dana',
      '1a2b3c4d (version 1)',
      '2027-01-11 18:00 UTC (Mon 11 Jan, 19:00 CET for you)',
    ])
      expect(text).toContain(words);
    expect(html).not.toContain('<script>');
  });

  it('shows what was edited, who may therefore not approve it, and what was asked of the agent', async () => {
    const edited = {
      changes: [{ field: 'branch', was: 'main', now: 'old-checkout' }],
      edits: [{ by: 'bob', at: '2026-11-21T14:00:00.000Z', reason: 'The other one <b>' }],
    };
    const question = { id: 'q_1', by: 'bob', text: 'Is it merged?', at: '2026-11-21T14:00:00.000Z' };
    const pointer = await world.raise({
      steps: [step({ edited })],
      editors: ['bob'],
      questions: [question, { ...question, id: 'q_2', text: 'By whom?', answer: 'By <i>me</i>' }],
    });
    const { text, html } = await alice.open(`/decide/${pointer}`);
    for (const words of [
      'Edited by Bob: The other one',
      'branch: main → old-checkout',
      'Bob (edited it: may deny',
    ])
      expect(text).toContain(words);
    for (const words of [
      'Is it merged?',
      'Not answered yet.',
      'By whom?',
      'Answered by the agent, unverified:',
    ])
      expect(text).toContain(words);
    expect(html).not.toMatch(/<b>|<i>/);
  });

  it('shows words of agents and vendors as text, never as markup or direction', async () => {
    const pointer = await world.raise({ reason: '<img src=x onerror=alert(1)>\u202Eevil' });
    const { html } = await alice.open(`/decide/${pointer}`);
    expect(html).toContain('&lt;img src=x');
    expect(html).not.toContain('<img');
    expect(html).toContain('[U+202E]');
  });

  it('every page forbids scripts, frames and addresses that are not its own', async () => {
    const { headers } = await alice.open('/');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['low', {}, 'click', undefined],
    ['medium', { reason: 'Fine' }, 'click', 'Fine'],
    ['high', { reason: 'Checked', target: ` ${TARGET}` }, 'reviewed', 'Checked'],
  ] as const)(
    'an approval of %s risk is signed with what was shown for it',
    async (tier, fields, assurance, reason) => {
      const pointer = await world.raise({ tier });
      const page = await answer(alice, pointer, fields);
      expect(page.url).toBe(`${world.baseUrl}/decide/${pointer}`);
      expect(page.text).toContain(
        'Done Your approval is recorded under your name (version 1, code 1a2b3c4d)',
      );
      const [decision] = await world.decisions();
      expect(decision).toMatchObject({
        person: 'alice',
        answer: 'approve',
        surface: 'web',
        assurance,
        version: 1,
      });
      expect(decision?.reason).toBe(reason);
      expect((await alice.open(page.url)).text).not.toContain('is recorded under your name (');
    },
  );

  it.each(['low', 'high', 'critical'] as const)(
    'a denial of %s risk takes a reason and nothing more',
    async (tier) => {
      const pointer = await world.raise({ tier });
      const { text } = await answer(alice, pointer, { answer: 'deny', reason: 'No' });
      expect(text).toContain('Your denial is recorded');
      expect(await world.decisions()).toMatchObject([{ answer: 'deny', reason: 'No', surface: 'web' }]);
    },
  );

  it.each([
    ['a denial without a reason', 'low', { answer: 'deny' }, 'Please say why you deny it'],
    ['a high approval without a reason', 'high', { target: TARGET }, 'Please say why you approve it'],
    ['a high approval without the target', 'high', { reason: 'Ok' }, `type exactly "${TARGET}"`],
    [
      'a high approval of another target',
      'high',
      { reason: 'Ok', target: 'acme/webshop branch x' },
      'type exactly',
    ],
    ['a reason beyond all bounds', 'low', { reason: 'x'.repeat(5_000) }, 'The reason is longer than'],
    ['an answer that is none', 'low', { answer: 'maybe' }, 'This form is not one of ours'],
    ['a form without its number', 'low', { once: '' }, 'This form is not one of ours'],
  ] as const)('refuses %s in its own words', async (_, tier, fields, sentence) => {
    const pointer = await world.raise({ tier });
    const { text } = await answer(alice, pointer, fields);
    expect(text).toContain('Not done');
    expect(text).toContain(sentence);
    expect(world.requests.decided).toEqual([]);
  });

  it.each([
    ['the agent’s owner', 'dana', 'Dana owns the agent'],
    [
      'somebody of another group',
      'carol',
      'Only people in platform can approve this; Carol is not among them',
    ],
  ])('tells %s why they may not decide, on the page and when they try', async (_, id, sentence) => {
    const pointer = await world.raise();
    const browser = await world.signedIn(id);
    const page = await browser.open(`/decide/${pointer}`);
    expect(page.text).toContain(sentence);
    expect(hidden(page, 'once')).toBe('');
    const own = await browser.open('/');
    const tried = await browser.send(`/decide/${pointer}`, {
      token: hidden(own, 'token'),
      once: 'A'.repeat(43),
      answer: 'approve',
    });
    expect(tried.text).toContain('Not done');
    expect(tried.text).toContain(sentence);
    expect(world.requests.decided).toEqual([]);
  });

  it('lets somebody decide who stands in for one of those asked', async () => {
    const now = Date.now();
    const at = (ms: number) => new Date(now + ms).toISOString();
    await world.store.absences.add({
      ...{ id: 'away-1', person: 'bob', delegate: 'carol', by: 'bob' },
      ...{ madeAt: at(-7_200_000), from: at(-7_200_000), until: at(7_200_000) },
    });
    const pointer = await world.raise();
    const carol = await world.signedIn('carol');
    expect((await answer(carol, pointer, {})).text).toContain('Your approval is recorded');
    await world.store.absences.end('away-1', 'bob');
  });

  it.each([
    ['nothing we know', 'req_unknown.1.1a2b3c4d', 'Countersign knows no such request'],
    ['no pointer', 'x', 'does not match any request'],
  ])('a pointer to %s is answered with a sentence', async (_, pointer, sentence) => {
    const page = await alice.open(`/decide/${pointer}`);
    expect(page.status).toBe(404);
    expect(page.text).toContain(sentence);
  });

  it.each(['waiting', 'closed'] as const)(
    'shows what would be done to those whom it concerns, and to no other colleague: %s',
    async (state) => {
      const pointer = await world.raise({ state });
      const read = async (id: string) => (await world.signedIn(id)).open(`/decide/${pointer}`);
      for (const id of ['bob', 'dana']) expect((await read(id)).text).toContain('What would be done');
      const page = await read('erin');
      expect(page.status).toBe(403);
      expect(page.text).not.toContain('Delete branch');
      const { people } = ACME;
      const operators = people.map((one) => (one.id === 'erin' ? { ...one, operator: true } : one));
      world.organisation.now = { ...ACME, people: operators };
      expect((await read('erin')).text).toContain('What would be done');
      world.organisation.now = ACME;
    },
  );

  it('a pointer with another digest shows nothing of the request', async () => {
    const pointer = await world.raise();
    const page = await alice.open(`/decide/${pointer.replace('1a2b3c4d', 'ffffffff')}`);
    expect(page.status).toBe(404);
    expect(page.text).not.toContain('Delete branch');
  });

  it.each([
    ['a newer version', { status: 'waiting', version: 2 }, 'please decide on version 2'],
    [
      'T56 a late click on an expired request',
      { status: 'closed', outcome: 'expired' },
      'the request is closed (expired)',
    ],
    ['a request that runs', { status: 'running' }, 'the request is already running'],
  ])('%s is refused with what happened', async (_, changes, sentence) => {
    const pointer = await world.raise();
    const page = await alice.open(`/decide/${pointer}`);
    const [request = ''] = pointer.split('.');
    world.requests.views.set(request, { id: request, version: 1, ...changes } as RequestView);
    await world.store.inbox.close(request, 1);
    const sent = { token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve' };
    const after = await alice.send(`/decide/${pointer}`, sent);
    expect(after.text).toContain('Not done');
    expect(after.text).toContain(sentence);
    expect(hidden(after, 'once')).toBe('');
    expect(world.requests.decided).toEqual([]);
  });

  it('a request that closed while the form was on its way is refused, and its row is put away', async () => {
    const pointer = await world.raise();
    world.requests.answer = async () => 'closed';
    expect((await answer(alice, pointer, {})).text).toContain('This request is closed');
    const [request = ''] = pointer.split('.');
    expect(await world.store.inbox.find(request, 1)).toMatchObject({ open: false });
  });

  it('an orchestrator that does not answer is never told as recorded', async () => {
    const pointer = await world.raise();
    world.requests.answer = () => Promise.reject(new Error('down'));
    expect((await answer(alice, pointer, {})).text).toContain(
      'could not be confirmed and may not be recorded',
    );
  });

  it('T15 a stolen session alone approves nothing critical, whatever its form says', async () => {
    const pointer = await world.raise({ tier: 'critical' });
    const page = await alice.open(`/decide/${pointer}`);
    expect(page.text).toContain('A critical request is approved with a passkey only');
    const sent = {
      token: hidden(page, 'token'),
      once: hidden(page, 'once'),
      answer: 'approve',
      reason: 'Me',
    };
    for (const more of [{}, { target: TARGET }, { assertion: '{}' }, { assertion: 'x' }]) {
      const { text } = await alice.send(`/decide/${pointer}`, { ...sent, ...more });
      expect(text).toContain('Not done');
      expect(text).toMatch(/with your passkey only|The passkey could not be checked/);
    }
    expect(world.requests.decided).toEqual([]);
  });

  describe('T36 a form that no page of ours sent', () => {
    it.each([
      ['from another origin', { origin: 'https://evil.example' }],
      ['from a sandboxed frame', { origin: 'null' }],
      ['from a neighbour', { origin: 'http://localhost:1' }],
      ['that says nothing of where it comes from', {}],
      ['from another site by its browser’s word', { 'sec-fetch-site': 'cross-site' }],
      ['with a true origin and a foreign site', { origin: 'own', 'sec-fetch-site': 'same-site' }],
    ])('%s records nothing', async (_, headers) => {
      const pointer = await world.raise();
      const page = await alice.open(`/decide/${pointer}`);
      const sent = { token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve' };
      const told =
        'origin' in headers && headers.origin === 'own' ? { ...headers, origin: world.baseUrl } : headers;
      const answered = await alice.send(`/decide/${pointer}`, sent, told as Record<string, string>);
      expect(answered.status).toBe(403);
      expect(world.requests.decided).toEqual([]);
    });

    it.each([
      ['without a token', () => ''],
      ['with a made-up token', () => 'A'.repeat(43)],
      [
        'with the token of somebody else',
        async () => hidden(await (await world.signedIn('bob')).open('/'), 'token'),
      ],
      [
        'with the token of an earlier session',
        async () => hidden(await (await world.signedIn('alice')).open('/'), 'token'),
      ],
    ])('%s records nothing', async (_, token) => {
      const pointer = await world.raise();
      const once = hidden(await alice.open(`/decide/${pointer}`), 'once');
      const answered = await alice.send(`/decide/${pointer}`, {
        token: await token(),
        once,
        answer: 'approve',
      });
      expect(answered.status).toBe(403);
      expect(answered.text).toContain('it is not from a page of this session; nothing was recorded');
      expect(world.requests.decided).toEqual([]);
    });

    it('without a session it sends its sender to sign in and records nothing', async () => {
      const pointer = await world.raise();
      const page = await alice.open(`/decide/${pointer}`);
      const sent = { token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve' };
      expect((await world.browser().send(`/decide/${pointer}`, sent)).text).toContain('Who are you?');
      expect(world.requests.decided).toEqual([]);
    });

    it('larger than any form is refused unread', async () => {
      const pointer = await world.raise();
      const sent = { token: 'x', reason: 'x'.repeat(70_000) };
      expect((await alice.send(`/decide/${pointer}`, sent)).status).toBe(413);
    });
  });

  it('T38 a form sent twice is one decision', async () => {
    const pointer = await world.raise();
    const page = await alice.open(`/decide/${pointer}`);
    const sent = { token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve' };
    await alice.send(`/decide/${pointer}`, sent);
    expect((await alice.send(`/decide/${pointer}`, sent)).text).toContain('Your approval is recorded');
    expect(world.requests.decided).toHaveLength(1);
  });

  it('T38 a form of another request does not fit this one', async () => {
    const [one, other] = [await world.raise(), await world.raise({ digest: 'f'.repeat(64) })];
    const page = await alice.open(`/decide/${one}`);
    const sent = { token: hidden(page, 'token'), once: hidden(page, 'once'), answer: 'approve' };
    await alice.send(`/decide/${one}`, sent);
    await alice.send(`/decide/${other}`, sent);
    const decisions = await world.decisions();
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(2);
  });

  it('following a link changes nothing: GET of every path that takes a form records nothing', async () => {
    const pointer = await world.raise();
    for (const path of [
      `/decide/${pointer}?answer=approve`,
      `/decide/${pointer}/challenge`,
      '/sign-out',
      '/passkeys/remove',
    ])
      await alice.open(path);
    expect(world.requests.decided).toEqual([]);
    expect((await alice.open('/')).text).toContain('Signed in as Alice');
  });

  it('what was said is believed only in the session it was said to', async () => {
    const pointer = await world.raise();
    const forged = Buffer.from(JSON.stringify({ tone: 'done', sentence: 'Forged' })).toString('base64url');
    alice.cookies.set('said', `${forged}.${'A'.repeat(43)}`);
    expect((await alice.open(`/decide/${pointer}`)).text).not.toContain('Forged');
  });
});
