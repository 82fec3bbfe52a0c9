/** A newcomer's first minutes in a real browser: a read, a refused click, an approval, and a plan that fails. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openPage } from '../dev/sandbox/open-sandbox.ts';
import { describeInChromium } from '../support/chromium.ts';
import { newPlace, type Product, startProduct } from '../support/product.ts';

const { COUNTERSIGN_SCREENSHOTS: SCREENSHOTS } = process.env;

describeInChromium('the sandbox page', (browser) => {
  let product: Product;
  let page: Page & { readonly problems: string[] };
  beforeAll(async () => {
    product = await startProduct(await newPlace());
    page = await openPage(browser(), product.sandbox);
    page.setDefaultTimeout(15_000);
    await left().getByRole('button', { name: 'Send request' }).waitFor();
  }, 120_000);
  afterEach(async () => {
    expect(page.problems).toEqual([]);
    expect(await product.troubles()).toEqual([]);
  });
  afterAll(async () => {
    await page?.close();
    await product?.stop();
    await product?.remove();
  });

  const left = () => page.getByRole('region', { name: 'Ask as an agent' });
  const right = () => page.getByRole('complementary', { name: 'Timeline' });
  const status = () => right().locator('.status');
  const as = (name: string) => page.getByRole('radio', { name }).check();

  /** Kept for people to look at, where a folder for it is named. */
  async function picture(name: string): Promise<void> {
    if (SCREENSHOTS === undefined) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  /** Chooses a prepared request and sends it; resolves to its id. */
  async function send(agent: string, name: string): Promise<string> {
    const before = new URL(page.url()).hash;
    await left().getByLabel('Agent', { exact: true }).selectOption(agent);
    await left().getByRole('button', { name }).click();
    await left().getByRole('button', { name: 'Send request' }).click();
    await page.waitForURL((url) => url.hash !== before && url.hash.includes('req_'));
    return /req_[a-z0-9]+/.exec(new URL(page.url()).hash)?.[0] ?? '';
  }

  const cardOf = (request: string): Locator =>
    page.locator('.message:not(.message-small)', { hasText: request }).last();

  it('runs a read at once and shows its story', async () => {
    const id = await send('release-agent', 'List the branches');
    await status().getByText('executed', { exact: false }).first().waitFor();
    await right().getByText('Closed as executed: The step ran.').waitFor();
    await right().getByText(id).waitFor();
    const href = await right()
      .getByRole('link', { name: /History in Temporal/ })
      .getAttribute('href');
    expect(href).toMatch(new RegExp(`/namespaces/default/workflows/${id}$`));
    expect(await left().getByRole('region', { name: 'Answer' }).textContent()).toContain('HTTP 200');
    await picture('1-read');
  });

  it("refuses the owner's click where only the owner sees it, then takes an eligible person's approval", async () => {
    const id = await send('release-agent', 'Delete an old branch');
    await as('Dana');
    await cardOf(id)
      .getByRole('heading', { name: /Delete branch/ })
      .waitFor();
    await picture('2-waiting');
    await cardOf(id)
      .getByRole('button', { name: /^Approve/ })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Approve this request?' });
    await picture('3-confirm');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    const note = page.locator('.message-private').last();
    await note.getByText('Only visible to you').waitFor();
    expect(await note.textContent()).toContain('Dana Dvorak owns the agent');
    expect(await status().textContent()).toContain('waiting');
    await picture('4-owner-refused');

    await as('Alice');
    await page.getByText('Only visible to you').waitFor({ state: 'detached' });
    await cardOf(id)
      .getByRole('button', { name: /^Approve/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await cardOf(id).getByText('Executed. All of it stands.', { exact: false }).waitFor();
    await right().getByText('Closed as executed: All 2 steps ran.').waitFor();
    await right().getByText('alice said approve (1 of 1)').waitFor();
    await right()
      .getByText('Refused a decision: Only people in platform can approve this; Dana Dvorak owns the agent')
      .waitFor();
    expect(
      await cardOf(id)
        .getByRole('button', { name: /^Approve/ })
        .count(),
    ).toBe(0);
    const line = page.locator('.replies', { hasText: /closed as executed/i }).last();
    await line.waitFor();
    const { y = 0, height = 0 } = (await line.boundingBox()) ?? {};
    expect([y > 0, y + height < (page.viewportSize()?.height ?? 0)], 'the reader still sees the end').toEqual(
      [true, true],
    );
    await picture('5-executed');
  });

  it('shows how a plan that fails is taken back, on the card and in the timeline', async () => {
    const id = await send('release-agent', 'Comment, delete a branch, then fail');
    await as('Bob');
    await cardOf(id)
      .getByRole('button', { name: /^Approve/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await cardOf(id).getByText('Rolled back. Nothing of it stands.', { exact: false }).waitFor();
    await right()
      .getByText(/^Closed as rolled_back/)
      .waitFor();
    const steps = await right().getByRole('list', { name: 'Steps' }).getByRole('listitem').allTextContents();
    expect(steps.map((text) => /undone|failed|done|skipped/.exec(text ?? '')?.[0])).toEqual([
      'undone',
      'undone',
      'failed',
    ]);
    const undone = await right().locator('.entry', { hasText: 'Undo of step' }).allTextContents();
    expect(undone.map((text) => /Undo of step \d/.exec(text)?.[0])).toEqual(
      [3, 2, 1].map((step) => `Undo of step ${step}`),
    );
    expect(undone.slice(1).join('\n')).toMatch(
      /Branch "gift-cards" is back at [0-9a-f]{10}.*The comment is deleted/s,
    );
    await picture('6-rolled-back');
  });

  it('reviews what is grave in a modal, where the target is typed by hand', async () => {
    const id = await send('release-agent', 'Make a new colleague administrator');
    for (const name of ['Alice', 'Bob']) {
      await as(name);
      await cardOf(id)
        .getByRole('button', { name: /^Review/ })
        .click();
      const dialog = page.getByRole('dialog', { name: 'Review request' });
      const label = await dialog.locator('label', { hasText: 'Type this to confirm' }).textContent();
      const phrase = label?.replace(/^.*Type this to confirm: /, '') ?? '';
      await dialog.getByLabel(/^Type this to confirm/).fill(phrase.trim());
      await dialog.getByLabel('Reason').fill('Agreed in the meeting');
      await picture(`7-review-${name.toLowerCase()}`);
      await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    }
    await cardOf(id).getByText('Executed. All of it stands.', { exact: false }).waitFor();
    await picture('8-administrator');
  });

  it('says which field the door refuses', async () => {
    const editor = left().getByLabel(/^Request body/);
    await editor.fill(
      '{"tool": "github.list_branches", "args": {"repository": "acme/webshop", "force": true}, "reason": "x"}',
    );
    await left().getByRole('button', { name: 'Send request' }).click();
    const answer = left().getByRole('region', { name: 'Answer' });
    await answer.getByText('unknown-field', { exact: true }).waitFor();
    await answer.locator('.answer-problems', { hasText: '/args/force' }).waitFor();
    await picture('9-refused');
  });
});
