/** The left and right columns in a real browser: asking as an agent, and following what came of it. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.ts';
import { executedRequest, REQUEST_ID, TIMELINE, waitingRequest } from './example-card.ts';
import { EXAMPLES } from './example-world.ts';
import { type OpenSandbox, openPage, openSandbox } from './open-sandbox.ts';

describeInChromium('Asking and following on the sandbox page', (browser) => {
  let sandbox: OpenSandbox;
  let page: Page & { problems: string[] };
  let expected: RegExp[] = [];
  const look = async (address = ''): Promise<void> => {
    page = await openPage(browser(), sandbox.url, address);
    await page.getByLabel(/^Request body/).waitFor();
  };
  const left = () => page.getByRole('region', { name: 'Ask as an agent' });
  const right = () => page.getByRole('complementary', { name: 'Timeline' });
  const done = (what: unknown) => expect.poll(() => sandbox.done.at(-1), { timeout: 5000 }).toEqual(what);
  beforeEach(async () => {
    expected = [];
    sandbox = await openSandbox();
  }, 30_000);
  afterEach(async () => {
    expect(page.problems.filter((problem) => !expected.some((known) => known.test(problem)))).toEqual([]);
    await page.close();
    await sandbox.close();
  });

  it('sends a prepared request as its agent and selects what came of it', async () => {
    sandbox.requests.put(waitingRequest(), TIMELINE);
    sandbox.answer({
      status: 202,
      body: { id: REQUEST_ID, status: 'waiting', waitingFor: { groups: ['platform'], need: 2, have: 1 } },
    });
    await look();
    await left().getByText('release-agent', { exact: false }).filter({ hasText: '4' }).first().click();
    await left().getByRole('button', { name: 'Delete a stale branch' }).click();
    expect(await left().getByLabel('Agent', { exact: true }).inputValue()).toBe('release-agent');
    await left().getByText('Approve it in Slack as somebody who may.').waitFor();
    await left().getByRole('button', { name: 'Send request' }).click();
    await done({
      ask: 'release-agent',
      body: EXAMPLES.find(({ name }) => name === 'Delete a stale branch')?.request,
    });
    const answer = left().getByRole('region', { name: 'Answer' });
    expect(await answer.textContent()).toMatch(/HTTP 202.*waiting.*1 of 2 from platform/);
    await right().getByText('approvals from platform').waitFor();
    expect(new URL(page.url()).hash).toContain(REQUEST_ID);
  });

  it('says what follows for examples that need more than approvals', async () => {
    await look();
    await left().getByRole('button', { name: 'Refund 7,200 EUR' }).click();
    await left().getByText('Deny it in Slack, with a reason.').waitFor();
  });

  it('keeps what is no JSON from being sent and says where it breaks', async () => {
    await look();
    const editor = left().getByLabel(/^Request body/);
    await editor.fill('{\n  "tool": 1,\n  oops\n}');
    await left()
      .getByText(/^Not JSON: .*line 3, column 3/)
      .waitFor();
    expect(await left().getByRole('button', { name: 'Send request' }).isDisabled()).toBe(true);
    await editor.fill('{"tool": "a.b", "args": {}}');
    await left().getByText('The door will refuse this: “reason” is missing').waitFor();
    expect(await left().getByRole('button', { name: 'Send request' }).isEnabled()).toBe(true);
  });

  it('shows a refusal of the door with its code and fields', async () => {
    sandbox.answer({
      status: 400,
      body: {
        title: 'Cannot read /args: no',
        code: 'invalid-field',
        errors: [{ field: '/args/x', problem: 'text wanted' }],
      },
    });
    await look();
    await left().getByRole('button', { name: 'Send request' }).click();
    const answer = left().getByRole('region', { name: 'Answer' });
    await answer.getByText('invalid-field', { exact: true }).waitFor();
    expect(await answer.textContent()).toMatch(/HTTP 400.*Cannot read \/args: no.*\/args\/x text wanted/);
  });

  it('shows a dry run: each step with its verdict and the sentence for it', async () => {
    const rules = [{ id: 'r', sentence: 'Support may read customers.' }];
    sandbox.answer({
      status: 200,
      body: {
        effect: 'allow',
        steps: [{ tool: 'stripe.get_customer', verdict: { effect: 'allow', rules } }],
      },
    });
    await look();
    await left().getByRole('button', { name: 'Dry run' }).click();
    await left().getByText('Support may read customers.', { exact: true }).waitFor();
    await done({ dryRun: EXAMPLES[0]?.agent, body: EXAMPLES[0]?.request });
  });

  it('lists recent requests, follows the chosen one until it is closed, and links to its history', async () => {
    sandbox.requests.put(executedRequest('req_other'));
    sandbox.requests.put(waitingRequest(), TIMELINE);
    await look();
    await page.getByText('1 waiting').waitFor();
    await page.getByRole('region', { name: 'Recent requests' }).getByRole('button').first().click();
    await right().getByText('Bob approved').waitFor();
    expect(
      await right().getByRole('listitem').filter({ hasText: 'github.delete_branch' }).first().textContent(),
    ).toContain('Deleting a branch needs one person of platform.');
    expect(await right().getByRole('link', { name: 'History in Temporal' }).getAttribute('href')).toContain(
      REQUEST_ID,
    );
    sandbox.requests.put(executedRequest(), TIMELINE);
    await right().getByText('Both steps ran').waitFor({ timeout: 10_000 });
    await right().getByText('All of it stands in the outside world').waitFor();
    expect(await right().getByRole('button', { name: 'Cancel request' }).count()).toBe(0);
  });

  it('cancels an open request, and says so when it is too late', async () => {
    sandbox.requests.put(waitingRequest());
    sandbox.answer({
      status: 409,
      body: { title: 'Cannot cancel request: it is closed', code: 'already-closed' },
    });
    await look(`#request=${REQUEST_ID}`);
    await right().getByRole('button', { name: 'Cancel request' }).click();
    await right().getByText('Cannot cancel request: it is closed').waitFor();
    await done({ cancel: REQUEST_ID });
  });

  it('answers an open question as the agent, by keyboard, and says so when it is refused', async () => {
    const question = { id: 'q_1', by: 'alice', text: 'Who uses <b>it</b>?', at: '2026-11-21T10:00:00.000Z' };
    sandbox.requests.put({ ...waitingRequest(), questions: [question] });
    sandbox.answer({
      status: 409,
      body: { title: 'Question is already answered', code: 'already-answered' },
    });
    await look(`#request=${REQUEST_ID}`);
    const asked = right().getByRole('region', { name: 'Questions to the agent' });
    await asked.getByText('Who uses <b>it</b>?').waitFor();
    expect(await asked.getByRole('button', { name: 'Answer' }).isDisabled()).toBe(true);
    await asked.getByLabel('Answer as the agent').focus();
    await page.keyboard.type('Nobody.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await done({ answer: REQUEST_ID, question: 'q_1', text: 'Nobody.' });
    await asked.getByText('Question is already answered').waitFor();
    const answered = { ...question, answer: 'Nobody.', answeredAt: '2026-11-21T10:01:00.000Z' };
    sandbox.requests.put({ ...waitingRequest(), questions: [answered] });
    await asked.getByText('Written by the agent, unverified:').waitFor();
    expect(await asked.getByRole('button', { name: 'Answer' }).count()).toBe(0);
  });

  it('makes trouble when asked to, and says what was done', async () => {
    await look();
    for (const [button, deed, words] of [
      ['Move the branch', 'drift', 'The branch moved'],
      ['Halt everything', 'halt', 'Everything is halted'],
      ['Resume', 'resume', 'Resumed'],
    ] as const) {
      await right().getByRole('button', { name: button }).click();
      await right().getByText(words).waitFor();
      await done(deed);
    }
  });

  it('shows hostile words of a timeline as words', async () => {
    const text = '<img src=x onerror="window.hacked=1"> asked for <b>this</b>';
    sandbox.requests.put({ ...waitingRequest(), message: text }, [
      { at: 'no time', kind: 'asked', text, events: [] },
    ]);
    await look(`#request=${REQUEST_ID}`);
    await right().getByRole('list', { name: 'Timeline' }).getByText(text).waitFor();
    expect(await page.evaluate('"hacked" in window')).toBe(false);
  });

  it('says what is empty, what is unknown, and what is no longer up to date', async () => {
    expected = [/404/, /ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /ERR_EMPTY_RESPONSE/];
    await look();
    await page.getByText('No request yet').waitFor();
    await page.getByText('No request selected').waitFor();
    await page.goto(`${sandbox.url}/?again#request=req_nobody`);
    await right().getByText('Cannot show request: "req_nobody" is unknown').waitFor();
    await sandbox.close();
    await page.getByText('Connecting…').waitFor();
    await page
      .getByText(/The list is not up to date: The sandbox does not answer/)
      .waitFor({ timeout: 10_000 });
  });

  it.each([
    [1440, 900],
    [1100, 700],
  ])('fits %i × %i: no column spills, each scrolls by itself', async (width, height) => {
    for (const number of Array.from({ length: 30 }, (_, index) => index)) {
      sandbox.requests.put(executedRequest(`req_${number}`), TIMELINE);
      sandbox.slack.post({ channel: 'C0APPROVALS', text: `Message ${number} ${'word '.repeat(30)}` });
    }
    await look('#user=U0BOB&request=req_1');
    await page.setViewportSize({ width, height });
    await right().getByText('Bob approved').waitFor();
    const sizes = await page.evaluate<{ wide: number; high: number; ends: [number, number][] }>(`({
      wide: document.documentElement.scrollWidth,
      high: document.documentElement.scrollHeight,
      ends: [...document.querySelectorAll('.column')]
        .map((column) => column.getBoundingClientRect())
        .map(({ right, bottom }) => [right, bottom]),
    })`);
    expect(sizes.ends).toHaveLength(3);
    expect(sizes.wide).toBeLessThanOrEqual(width);
    expect(sizes.high).toBeLessThanOrEqual(height);
    for (const [end, bottom] of sizes.ends) {
      expect(end).toBeLessThanOrEqual(width);
      expect(bottom).toBeLessThanOrEqual(height);
    }
    expect(await left().getByRole('button', { name: 'Send request' }).isVisible()).toBe(true);
  });
});
