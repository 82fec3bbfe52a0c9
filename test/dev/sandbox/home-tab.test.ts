/** The home tab on the sandbox page, over the real emulator and the product's own Bolt app, with the keyboard only. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SlackEmulator } from '../../../src/dev/slack-emulator/contract.ts';
import { view } from '../../slack/views.ts';
import { createWorld, type World } from '../../slack/world.ts';
import { describeInChromium } from '../../support/chromium.ts';
import { type OpenSandbox, openPage, openSandboxOver } from './open-sandbox.ts';

describeInChromium('the home tab on the sandbox page', (browser) => {
  let world: World;
  let sandbox: OpenSandbox<SlackEmulator>;
  let page: Page & { problems: string[] };
  beforeAll(async () => {
    world = await createWorld();
    sandbox = await openSandboxOver(world.slack);
    await world.raise(view({ request: 'req_home', expiresAt: '2027-01-01T12:00:00.000Z' }));
    page = await openPage(browser(), sandbox.url, '#user=U0DANA&channel=home');
  }, 60_000);
  afterAll(async () => {
    expect(page.problems).toEqual([]);
    await page.close();
    await sandbox.close();
    await world.close();
  });
  const press = async (name: RegExp | string) => {
    const button = page.getByRole('button', { name }).first();
    await button.focus();
    await page.keyboard.press('Enter');
  };

  it('shows what the app published, with nothing left undrawn', async () => {
    await page.getByRole('heading', { name: 'Waiting for me' }).waitFor();
    const words = await page.locator('.home-tab').textContent();
    expect(words).toContain('release-agent: running');
    expect(words).not.toMatch(/is not shown here|could not be drawn/);
    const shot = process.env.HOME_TAB_SHOT;
    if (shot !== undefined) await page.screenshot({ path: shot });
  });

  it('sets an absence and pauses an agent by keyboard', async () => {
    await press('Set…');
    const dialog = page.getByRole('dialog', { name: 'Away' });
    await dialog.getByLabel(/Stands in for you/).focus();
    await page.keyboard.type('Alice');
    await dialog.getByRole('button', { name: 'Save' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('For the first hour a new delegate').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/Alice stands in/).waitFor();
    expect(await world.options.affairs.absences.openOf('dana', new Date())).toMatchObject([
      { delegate: 'alice' },
    ]);

    await press(/^Pause release-agent/);
    const reason = page.getByRole('dialog', { name: 'Pause' }).getByLabel('Reason');
    await reason.focus();
    await page.keyboard.type('Looks odd');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/PAUSED by Dana/).waitFor();
    expect(await world.options.affairs.halts.active(new Date())).toMatchObject([
      { by: 'dana', reason: 'Looks odd' },
    ]);
  });
});
