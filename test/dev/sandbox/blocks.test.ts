/** Our Block Kit renderer in a real browser, through the whole page: what a hostile or unknown block looks like. */
import type { KnownBlock } from '@slack/types';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.ts';
import { type OpenSandbox, openPage, openSandbox } from './open-sandbox.ts';

const plain = (text: string) => ({ type: 'plain_text', text }) as const;
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text }) as const;
const option = (value: string) => ({ text: plain(`Option ${value}`), value });

/** Ten texts an agent or a vendor could smuggle in; each must be shown to its last letter and do nothing. */
const INJECTIONS = [
  '<script>window.hacked = 1</script> after script',
  '<img src=x onerror="window.hacked = 1"> after image',
  '"><svg onload=window.hacked=1> after svg',
  '<a href="javascript:window.hacked=1">click me</a> after anchor',
  '<javascript:window.hacked=1|open the runbook> after link',
  '<data:text/html;base64,PHNjcmlwdD4=|open the report> after data',
  '&lt;script&gt;window.hacked=1&lt;/script&gt; after entities',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template that must stay text
  '{{constructor.constructor("window.hacked=1")()}} ${window.hacked=1} after template',
  '</pre></code></div><style>*{display:none}</style> after style',
  '# no heading\n- no list\n[label](javascript:window.hacked=1)\n\u202Eright to left\u202C after markdown',
];

/** One of every block and element the page draws, with a text to find it by. */
const EVERY_BLOCK: readonly (readonly [KnownBlock, string])[] = [
  [{ type: 'header', text: plain('A header') }, 'A header'],
  [{ type: 'section', text: mrkdwn('*A section* with `code`') }, 'A section with code'],
  [{ type: 'section', fields: [plain('Field one'), mrkdwn('_Field two_')] }, 'Field two'],
  [{ type: 'context', elements: [plain('A context'), mrkdwn('*more*')] }, 'A context'],
  [{ type: 'divider' }, ''],
  [
    {
      type: 'image',
      image_url: 'https://elsewhere.example/x.png',
      alt_text: 'a diagram',
      title: plain('Title'),
    },
    'Image: a diagram',
  ],
  [{ type: 'markdown', text: '## Markdown\n\n- **item**' }, 'item'],
  [
    {
      type: 'actions',
      block_id: 'acts',
      elements: [
        { type: 'button', action_id: 'go', text: plain('Go'), style: 'danger' },
        { type: 'button', action_id: 'link', text: plain('Docs'), url: 'https://docs.example/' },
        { type: 'button', action_id: 'bad', text: plain('Bad link'), url: 'javascript:window.hacked=1' },
        { type: 'overflow', action_id: 'more', options: [option('1')] },
      ],
    },
    'Bad link (javascript:window.hacked=1)',
  ],
  [
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Rich ', style: { bold: true, italic: true } },
            { type: 'text', text: 'coded', style: { code: true } },
            { type: 'user', user_id: 'U0BOB' },
            { type: 'channel', channel_id: 'C0GENERAL' },
            { type: 'usergroup', usergroup_id: 'S0TEAM' },
            { type: 'broadcast', range: 'here' },
            { type: 'emoji', name: 'tada' },
            { type: 'emoji', name: 'warning', unicode: '26a0' },
            { type: 'date', timestamp: 1_795_274_400, format: '{date_num}', fallback: 'then' },
            { type: 'color', value: '#ff0000' },
            { type: 'link', url: 'javascript:window.hacked=1', text: 'evil' },
          ],
        },
        {
          type: 'rich_text_list',
          style: 'ordered',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'first' }] }],
        },
        { type: 'rich_text_quote', elements: [{ type: 'text', text: 'quoted' }] },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'let x = 1;\n  y' }] },
      ],
    },
    'Rich coded@Bob Brandt#general@S0TEAM@here:tada:⚠2026-11-21#ff0000evil (javascript:window.hacked=1)',
  ],
  [
    {
      type: 'input',
      label: plain('Name'),
      element: { type: 'plain_text_input', action_id: 'a' },
      hint: plain('A hint'),
    },
    'A hint',
  ],
  [{ type: 'video' } as KnownBlock, '[block type video is not shown here]'],
  [{ type: 'from_the_future' } as unknown as KnownBlock, '[block type from_the_future is not shown here]'],
  [{ type: 'header' } as KnownBlock, '[block of type header could not be drawn]'],
];

describeInChromium('Block Kit on the sandbox page', (browser) => {
  let sandbox: OpenSandbox;
  let page: Page & { problems: string[] };
  beforeAll(async () => {
    sandbox = await openSandbox();
    page = await openPage(browser(), sandbox.url, '#user=U0BOB&channel=C0GENERAL');
  }, 30_000);
  // A refused style or script, an error or an outside request fails the test that made it.
  afterEach(() => expect(page.problems.splice(0)).toEqual([]));
  afterAll(async () => {
    await page.close();
    await sandbox.close();
  });

  /** Posts the blocks and answers the message they are drawn in. */
  async function drawn(blocks: readonly KnownBlock[]) {
    const ts = sandbox.slack.post({ channel: 'C0GENERAL', blocks });
    const message = page.locator(`[data-ts="${ts}"] .message-main`);
    await message.waitFor();
    return message;
  }

  it.each(INJECTIONS)('shows %j complete and harmless wherever it stands', async (text) => {
    const message = await drawn([
      { type: 'header', text: plain(text) },
      { type: 'section', text: plain(text), fields: [plain(text)] },
      { type: 'context', elements: [plain(text)] },
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
      },
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] },
      {
        type: 'actions',
        block_id: 'acts',
        elements: [{ type: 'button', action_id: 'a', text: plain(text) }],
      },
    ]);
    const shown = (await message.locator('.bk').allTextContents()).join('');
    expect(shown.split(text)).toHaveLength(8);
    expect(await message.locator('script, img, style, svg[onload], a[href]').count()).toBe(0);
    expect(await page.evaluate('"hacked" in window')).toBe(false);
  });

  it.each(INJECTIONS)('shows %j to its last word even as mrkdwn and markdown', async (text) => {
    const message = await drawn([
      { type: 'section', text: mrkdwn(text) },
      { type: 'markdown', text },
    ]);
    const last = text.slice(text.indexOf('after'));
    expect((await message.locator('.bk > *').allTextContents()).map((shown) => shown.endsWith(last))).toEqual(
      [true, true],
    );
    expect(await message.locator('script, img, style, a[href^="javascript"], a[href^="data"]').count()).toBe(
      0,
    );
    expect(await page.evaluate('"hacked" in window')).toBe(false);
  });

  it.each(EVERY_BLOCK.map(([block, words]) => [block.type, words, block] as const))(
    'draws %s: %s',
    async (_, words, block) => {
      const message = await drawn([block]);
      expect(await message.locator('.bk').textContent()).toContain(words);
    },
  );

  it('links to web and mail only, in a new tab that knows nothing of this one', async () => {
    const message = await drawn([
      {
        type: 'section',
        text: mrkdwn(
          '<https://docs.example/a|docs> <mailto:a@b.example|mail> <ftp://x.example|ftp> <slack://open|app>',
        ),
      },
    ]);
    const links = await message
      .locator('a')
      .evaluateAll((all) =>
        all.map((a) => [a.getAttribute('href'), a.getAttribute('target'), a.getAttribute('rel')]),
      );
    expect(links).toEqual([
      ['https://docs.example/a', '_blank', 'noopener noreferrer nofollow'],
      ['mailto:a@b.example', '_blank', 'noopener noreferrer nofollow'],
    ]);
    expect(await message.textContent()).toContain('<ftp://x.example|ftp> <slack://open|app>');
  });

  it('shows dates in the time zone of the person who looks', async () => {
    const text = mrkdwn('<!date^1795274400^{date_num} {time}|never>');
    expect(await (await drawn([{ type: 'section', text }])).textContent()).toContain('2026-11-21 16:20');
    await page.getByRole('radio', { name: 'Carol' }).check();
    await page.getByText('2026-11-21 10:20').last().waitFor();
    await page.getByRole('radio', { name: 'Bob' }).check();
  });

  it('draws a message without blocks by its text', async () => {
    sandbox.slack.post({ channel: 'C0GENERAL', text: 'Only *text* here' });
    await page.locator('.message b', { hasText: 'text' }).waitFor();
  });
});
