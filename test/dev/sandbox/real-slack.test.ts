/** The page over the real emulator and the product's own Bolt app and cards: what it draws is what approvers get. */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SlackEmulator } from '../../../src/dev/slack-emulator/contract.ts';
import { step, view } from '../../slack/views.ts';
import { createWorld, type World } from '../../slack/world.ts';
import { describeInChromium } from '../../support/chromium.ts';
import { type OpenSandbox, openPage, openSandboxOver } from './open-sandbox.ts';

const REQUEST = 'req_7f3kq2d9';

describeInChromium('the sandbox page over real Bolt', (browser) => {
  let world: World;
  let sandbox: OpenSandbox<SlackEmulator>;
  let page: Page & { problems: string[] };
  beforeEach(async () => {
    world = await createWorld();
    sandbox = await openSandboxOver(world.slack);
    const hostile = step({
      facts: [{ label: 'Last commit', value: '<script>1</script> <https://evil.example|x> *y*' }],
    });
    await world.raise(view({ request: REQUEST, steps: [hostile], reason: 'Merged <!here> in March' }));
    page = await openPage(browser(), sandbox.url, '#user=U0BOB');
  }, 60_000);
  afterEach(async () => {
    expect(page.problems).toEqual([]);
    await page.close();
    await sandbox.close();
    await world.close();
  });

  it('draws the whole card, outside words as words, with nothing left undrawn', async () => {
    const card = page.locator('.message');
    await card.getByRole('heading', { name: 'Delete branch: acme/webshop branch old-checkout' }).waitFor();
    const words = await card.textContent();
    expect(words).toContain('<script>1</script> <https://evil.example|x> *y*');
    expect(words).toContain('Merged <!here> in March');
    expect(words).not.toMatch(/is not shown here|could not be drawn/);
    expect(await card.locator('a, script').count()).toBe(0);
  });

  it('carries an approval with its confirm to a signed decision', async () => {
    await page.getByRole('button', { name: /^Approve/ }).click();
    await page.getByRole('dialog').locator('.bk-button-primary').click();
    await expect
      .poll(() => world.decisions(), { timeout: 5000 })
      .toMatchObject([{ request: REQUEST, version: 1, person: 'bob', answer: 'approve', surface: 'slack' }]);
  });

  it('carries a denial through the modal, which asks for the reason first', async () => {
    await page.locator('[data-action="deny"]').click();
    const dialog = page.getByRole('dialog', { name: 'Deny request' });
    await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
    await dialog.getByText('Please complete this required field.').waitFor();
    await dialog.getByLabel('Reason').fill('Not before the release');
    await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect
      .poll(() => world.decisions(), { timeout: 5000 })
      .toMatchObject([{ person: 'bob', answer: 'deny', reason: 'Not before the release' }]);
  });

  it('opens the details and closes them with Esc', async () => {
    await page.locator('[data-action="details"]').click();
    await page.getByRole('dialog', { name: 'Request details' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => world.slack.snapshot('U0BOB').modals).toEqual([]);
  });

  it('tells a guest privately that a click does not count', async () => {
    await page.getByRole('radio', { name: 'Gus' }).check();
    await page.locator('[data-action="deny"]').click();
    await page.locator('.message-private').waitFor();
    expect(await world.decisions()).toEqual([]);
  });
});
