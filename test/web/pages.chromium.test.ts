/** The approver pages in a real browser: a phone's width, the keyboard alone, a virtual passkey, and axe on every page. */
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { step } from '../slack/views.ts';
import { describeInChromium } from '../support/chromium.ts';
import { until } from '../support/until.ts';
import { createWebWorld, type WebWorld } from './world.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Set: pictures of each page are kept there. */
const PICTURES = process.env.COUNTERSIGN_TEST_PICTURES;

describeInChromium('approver pages in Chromium', (browser) => {
  let world: WebWorld;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    world = await createWebWorld();
    const context = await browser().newContext({ viewport: { width: 390, height: 844 }, bypassCSP: true });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => errors.push(error.message));
    const devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }, 240_000);
  afterAll(() => world.close());

  const heading = async () => (await page.locator('h1').textContent()) ?? '';
  const said = async () => (await page.locator('.said').textContent()) ?? '';

  /** Tab by tab to what a reader hears as `name`, then types into it, or presses Enter. */
  async function go(name: string, typed?: string): Promise<void> {
    for (let tabs = 0; tabs < 60; tabs += 1) {
      await page.keyboard.press('Tab');
      const heard = await page.evaluate(() => {
        const at = document.activeElement;
        const labels = (at as HTMLInputElement | null)?.labels;
        return labels?.[0]?.textContent ?? at?.getAttribute('aria-label') ?? at?.textContent ?? '';
      });
      if (!heard.trim().startsWith(name)) continue;
      if (typed === undefined) await page.keyboard.press('Enter');
      else await page.keyboard.type(typed);
      return;
    }
    throw new Error(`no "${name}" can be reached by the keyboard on "${await heading()}"`);
  }

  /** No serious fault, nothing wider than the phone; a picture where pictures are kept. */
  async function look(name: string): Promise<void> {
    await page.addScriptTag({ path: AXE });
    const faults = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(faults, name).toEqual([]);
    const { wide, view } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      view: document.documentElement.clientWidth,
    }));
    expect(wide, `${name} is as wide as the phone`).toBeLessThanOrEqual(view);
    if (PICTURES === undefined) return;
    await mkdir(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  }

  it('somebody signs in, adds a passkey and approves a critical request, by keyboard on a phone', async () => {
    const pointer = await world.raise({
      tier: 'critical',
      steps: [
        step({ explanation: ['github.add_collaborator is an admin grant', 'rule branch-delete fires'] }),
        step({ index: 1, title: 'Merge pull request 12', undo: null, verdict: 'allow', status: 'pending' }),
      ],
      votes: [{ person: 'bob', answer: 'approve', reason: 'Looked at it', at: '2026-11-21T14:00:00.000Z' }],
    });
    await page.goto(`${world.baseUrl}/decide/${pointer}`);
    expect(await heading()).toBe('Who are you?');
    await look('1-who-are-you');
    await go('Alice');
    await until('the request is shown', async () => (await heading()).startsWith('Delete branch'));
    await look('2-critical-without-passkey');
    await go('Add a passkey');
    await until('passkeys are shown', async () => (await heading()) === 'Passkeys');
    await look('3-passkeys-empty');
    await go('Name, so that you know it again', 'My phone');
    await page.keyboard.press('Enter');
    await until('the passkey is kept', async () => (await said()).includes('is yours now'));
    await look('4-passkeys');
    await page.goto(`${world.baseUrl}/decide/${pointer}`);
    await look('5-critical');
    await go('Reason', 'Checked with the owner');
    await go('Approve with passkey');
    await until('the decision is recorded', async () => (await said()).includes('is recorded'));
    await look('6-recorded');
    expect(await world.decisions()).toMatchObject([
      { person: 'alice', assurance: 'passkey', surface: 'web', reason: 'Checked with the owner' },
    ]);
    expect(errors).toEqual([]);
  }, 240_000);

  it('every other page is without serious faults too, in the dark as well', async () => {
    const high = await world.raise({ tier: 'high' });
    const medium = await world.raise({ tier: 'medium', reason: '<b>x</b> '.repeat(200) });
    const link = new URL(await world.pages.createLinkTicket({ team: 'T0ACME', user: 'U0NEW' })).pathname;
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const [name, path] of [
      ['7-high', `/decide/${high}`],
      ['8-medium', `/decide/${medium}`],
      ['9-home', '/'],
      ['10-link', link],
      ['11-device', '/device'],
      ['12-nothing', '/nowhere'],
    ] as const) {
      await page.goto(`${world.baseUrl}${path}`);
      await look(name);
    }
    expect(errors).toEqual([]);
  }, 240_000);
});
