/** The middle column in a real browser: acting as a person in Slack. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.ts';
import { denyModal, exampleCard, REQUEST_ID, waitingRequest } from './example-card.ts';
import { type OpenSandbox, openPage, openSandbox } from './open-sandbox.ts';

const APPROVALS = 'C0APPROVALS';

describeInChromium('Slack on the sandbox page', (browser) => {
  let sandbox: OpenSandbox;
  let page: Page & { problems: string[] };
  const look = async (address = '#user=U0BOB'): Promise<void> => {
    page = await openPage(browser(), sandbox.url, address);
    await page.getByRole('log').waitFor();
  };
  const acts = () => sandbox.slack.acts.map(({ act }) => act);
  /** Waits until the emulator was told `count` things. */
  const acted = (count: number) =>
    expect.poll(() => sandbox.slack.acts.length, { timeout: 5000 }).toBe(count);
  beforeEach(async () => {
    sandbox = await openSandbox();
  }, 30_000);
  afterEach(async () => {
    expect(page.problems).toEqual([]);
    await page.close();
    await sandbox.close();
  });

  describe('a button', () => {
    it('with a confirm asks first, and sends nothing when the person steps back', async () => {
      const ts = sandbox.slack.post({ channel: APPROVALS, blocks: exampleCard() });
      await look();
      const approve = page.locator('.message').getByRole('button', { name: 'Approve delete' });
      const dialog = page.getByRole('dialog', { name: 'Approve this delete?' });
      for (const back of ['Go back', 'Close dialog']) {
        await approve.click();
        await dialog.getByRole('button', { name: back }).click();
        await dialog.waitFor({ state: 'detached' });
      }
      await approve.click();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(acts()).toEqual([]);
      await approve.click();
      expect(await dialog.textContent()).toContain('Branch old-checkout of acme/webshop is deleted at once.');
      await dialog.getByRole('button', { name: 'Approve delete' }).click();
      await acted(1);
      expect(sandbox.slack.acts[0]).toEqual({
        act: 'click',
        with: { user: 'U0BOB', channel: APPROVALS, ts, blockId: `req:${REQUEST_ID}:v1`, actionId: 'approve' },
      });
    });

    it('without a confirm is sent at once, and a refusal of the app is said beneath the message', async () => {
      sandbox.slack.post({ channel: APPROVALS, blocks: exampleCard() });
      sandbox.slack.respond(() => ({ status: 401 }));
      await look();
      await page.getByRole('button', { name: 'Details' }).click();
      await page.getByText('“Details” did not go through: the app answered 401.').waitFor();
      expect(acts()).toEqual(['click']);
    });
  });

  it('shows an updated card at once', async () => {
    const ts = sandbox.slack.post({ channel: APPROVALS, blocks: exampleCard() });
    await look();
    await page.getByRole('button', { name: 'Details' }).waitFor();
    sandbox.slack.update(ts, exampleCard({ buttons: false }));
    await page.getByRole('button', { name: 'Details' }).waitFor({ state: 'detached' });
  });

  it('shows an ephemeral to its person only', async () => {
    sandbox.slack.post({ channel: APPROVALS, text: 'Hello all' });
    sandbox.slack.post({ channel: APPROVALS, text: 'You own this agent', ephemeralFor: 'U0DANA' });
    await look();
    await page.getByText('Hello all').waitFor();
    expect(await page.getByText('You own this agent').count()).toBe(0);
    await page.getByRole('radio', { name: 'Dana' }).check();
    const whisper = page.locator('.message', { hasText: 'You own this agent' });
    await whisper.getByText('Only visible to you').waitFor();
    expect(await page.locator('.people-role').textContent()).toContain('owner of release-agent');
  });

  it('shows answers beneath their message, and many of them only when asked', async () => {
    const parent = sandbox.slack.post({ channel: APPROVALS, text: 'The parent' });
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) {
      sandbox.slack.post({ channel: APPROVALS, text: `Reply ${number}`, threadTs: parent });
    }
    await look();
    const replies = page.locator('.thread', { hasText: 'The parent' }).locator('.replies .message');
    expect(await replies.count()).toBe(6);
    await page.getByRole('button', { name: 'Show 2 earlier replies' }).click();
    expect(await replies.allTextContents()).toHaveLength(8);
  });

  it('counts what is new until it was seen, for each person', async () => {
    sandbox.slack.post({ channel: 'C0NOTICES', text: 'One' });
    sandbox.slack.post({
      channel: 'C0NOTICES',
      text: 'Two',
      author: { id: 'U0BOB', name: 'Bob', bot: false },
    });
    sandbox.slack.post({ channel: 'D0BOB', text: 'Just for you' });
    await look();
    await page.getByRole('button', { name: 'Countersign 1 new' }).click();
    await page.getByText('Just for you').waitFor();
    await page.getByRole('button', { name: 'agent-notices 1 new' }).click();
    await page.getByText('Two').waitFor();
    await page.getByRole('button', { name: 'general' }).click();
    expect(await page.getByText(' new').count()).toBe(0);
    sandbox.slack.post({ channel: 'C0NOTICES', text: 'Three' });
    await page.getByRole('button', { name: 'agent-notices 1 new' }).waitFor();
    await page.getByRole('radio', { name: 'Alice' }).check();
    await page.getByRole('button', { name: 'agent-notices 3 new' }).waitFor();
  });

  describe('a modal', () => {
    it('is a dialog that takes answers, shows errors beside their fields, and keeps what was typed', async () => {
      sandbox.slack.openModal('U0BOB', denyModal());
      sandbox.slack.respond(() => ({ status: 200, errors: { reason: 'Say a little more.' } }));
      await look();
      const dialog = page.getByRole('dialog', { name: 'Deny request' });
      const reason = dialog.getByLabel('Why not?');
      await expect.poll(() => reason.and(page.locator(':focus')).count()).toBe(1);
      await reason.fill('No');
      await dialog.getByRole('radio', { name: 'Yes, in another form' }).check();
      await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
      await dialog.getByRole('alert').getByText('Say a little more.').waitFor();
      expect(await reason.getAttribute('aria-invalid')).toBe('true');
      expect(await reason.inputValue()).toBe('No');

      sandbox.slack.respond(() => ({ status: 200 }));
      await reason.fill('Not before the release');
      await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(sandbox.slack.acts.map((one) => one.with.values)).toEqual([
        { reason: { text: 'No' }, again: { choice: 'revise' } },
        { reason: { text: 'Not before the release' }, again: { choice: 'revise' } },
      ]);
    });

    it.each([
      ['Esc', () => page.keyboard.press('Escape')],
      ['its close button', () => page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()],
      ['its corner', () => page.getByRole('dialog').getByRole('button', { name: 'Close dialog' }).click()],
    ])('closes by %s, once, and tells the emulator', async (_, close) => {
      sandbox.slack.openModal('U0BOB', denyModal());
      await look();
      await page.getByRole('dialog').waitFor();
      await close();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(sandbox.slack.acts).toEqual([{ act: 'closeView', with: { user: 'U0BOB', viewId: 'V0DENY' } }]);
    });

    it('belongs to one person, and shows the top of the stack', async () => {
      sandbox.slack.openModal('U0DANA', denyModal());
      sandbox.slack.openModal('U0DANA', {
        ...denyModal('V0TOP'),
        title: { type: 'plain_text', text: 'On top' },
      });
      await look();
      expect(await page.getByRole('dialog').count()).toBe(0);
      await page.getByRole('radio', { name: 'Dana' }).check();
      await page.getByRole('dialog', { name: 'On top' }).waitFor();
      expect(await page.getByRole('dialog').count()).toBe(1);
    });

    it('says so when the app does not take it, and stays open', async () => {
      sandbox.slack.openModal('U0BOB', denyModal());
      sandbox.slack.respond(() => ({ status: 500 }));
      await look();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Why not?').fill('No');
      await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
      await dialog.getByText('We had some trouble connecting. Try again? (The app answered 500.)').waitFor();
    });

    it('has no submit button where Slack says null instead of one', async () => {
      const { submit: _, ...view } = denyModal();
      sandbox.slack.openModal('U0BOB', { ...view, submit: null } as never);
      await look();
      await page.getByRole('dialog').waitFor();
      expect(await page.getByRole('dialog').locator('button[type=submit]').count()).toBe(0);
    });
  });

  describe('the slash command', () => {
    it('is sent with the channel it was typed in', async () => {
      await look('#user=U0BOB&channel=C0GENERAL');
      await page.getByLabel('Slash command').fill('/countersign  pending now ');
      await page.keyboard.press('Enter');
      await acted(1);
      expect(sandbox.slack.acts[0]?.with).toEqual({
        user: 'U0BOB',
        channel: 'C0GENERAL',
        command: '/countersign',
        text: 'pending now',
      });
      await expect.poll(() => page.getByLabel('Slash command').inputValue()).toBe('');
    });

    it('is the only thing sent: other words stay, with a hint', async () => {
      await look();
      await page.getByLabel('Slash command').fill('approve it');
      await page.keyboard.press('Enter');
      await page.getByText('Only slash commands are sent from here').waitFor();
      expect(acts()).toEqual([]);
    });
  });

  it('works by keyboard: person, channel, button, confirm', async () => {
    sandbox.slack.post({ channel: APPROVALS, blocks: exampleCard() });
    await look();
    await page.getByRole('radio', { name: 'Bob' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.locator('.people-role', { hasText: 'Alice' }).waitFor();
    const focused = async () => (await page.locator(':focus').allTextContents())[0] ?? '';
    const tabTo = async (words: string): Promise<void> => {
      for (let steps = 0; steps < 12 && (await focused()) !== words; steps += 1)
        await page.keyboard.press('Tab');
      expect(await focused()).toBe(words);
    };
    await tabTo('approvals');
    await tabTo('Approve delete');
    const ring = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(ring).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve delete' }).focus();
    await page.keyboard.press('Enter');
    await acted(1);
    expect(await focused()).toBe('Approve delete');
  });

  it('leads from a card to its timeline and marks who is asked', async () => {
    sandbox.requests.put(waitingRequest());
    sandbox.slack.post({ channel: APPROVALS, blocks: exampleCard() });
    await look();
    await page.getByRole('button', { name: 'Show timeline' }).click();
    await page.getByText('approvals from platform').waitFor();
    expect(await page.locator('.person-asked .person-name').allTextContents()).toEqual(['Alice', 'Bob']);
    expect(await page.locator('.message-selected').count()).toBe(1);
  });

  it('says what belongs in an empty channel', async () => {
    await look();
    await page.getByText('Nobody is asked yet').waitFor();
    await page.getByRole('button', { name: 'Countersign' }).click();
    await page.getByText('No direct messages').waitFor();
  });
});
