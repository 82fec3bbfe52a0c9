import { describe, expect, test } from 'vitest';
import { checkBlocks, checkView } from '../../../src/dev/slack-emulator/block-kit.ts';
import { card, reasonModal } from './bolt-app.ts';

const x = (length: number) => 'x'.repeat(length);
const plain = (text: string) => ({ type: 'plain_text', text });
const button = (over: object = {}) => ({ type: 'button', action_id: 'a', text: plain('Go'), ...over });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const section = (over: object = {}) => ({ type: 'section', text: { type: 'mrkdwn', text: 'Hi' }, ...over });
const options = (count: number, text = 'One') =>
  Array.from({ length: count }, (_, at) => ({ text: plain(text), value: `v${at}` }));
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const input = (element: object) => ({ type: 'input', label: plain('Why?'), element });
const many = (count: number, one: object) => Array.from({ length: count }, () => one);

/** What Slack would say about these blocks: nothing, or every message. */
function verdict(blocks: unknown): unknown {
  const checked = checkBlocks(blocks);
  return checked.ok ? 'ok' : (checked.response_metadata?.messages ?? checked.error);
}

describe('checkBlocks()', () => {
  test.each([
    ['no blocks at all', undefined],
    ['an empty list', []],
    ['fifty blocks', many(50, { type: 'divider' })],
    ['a section of 3,000 characters', [section({ text: plain(x(3000)) })]],
    ['ten fields of 2,000', [{ type: 'section', fields: many(10, plain(x(2000))) }]],
    ['a header of 150', [{ type: 'header', text: plain(x(150)) }]],
    ['ten context elements', [{ type: 'context', elements: many(10, plain('a')) }]],
    ['25 buttons', [actions(...Array.from({ length: 25 }, (_, at) => button({ action_id: `a${at}` })))]],
    [
      'a button at every limit',
      [actions(button({ text: plain(x(75)), value: x(2000), url: x(3000), action_id: x(255) }))],
    ],
    [
      'a confirm dialog at its limits',
      [
        actions(
          button({
            confirm: { title: plain(x(100)), text: plain(x(300)), confirm: plain(x(30)), deny: plain('No') },
          }),
        ),
      ],
    ],
    ['a select of 100 options', [actions({ type: 'static_select', options: options(100, x(75)) })]],
    ['12,000 characters of markdown', [{ type: 'markdown', text: x(12_000) }]],
    ['an accessory', [section({ accessory: button() })]],
    ['an input', [input({ type: 'plain_text_input', multiline: true })]],
    [
      'rich text of every kind',
      [
        rich(
          { type: 'rich_text_section', elements: [{ type: 'text', text: 'a', style: { bold: true } }] },
          { type: 'rich_text_preformatted', elements: [{ type: 'text', text: '<!here>' }] },
          { type: 'rich_text_quote', elements: [{ type: 'user', user_id: 'U0BOB' }] },
          {
            type: 'rich_text_list',
            style: 'bullet',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'emoji', name: 'wave' }] }],
          },
        ),
      ],
    ],
    [
      'an image beside text in a context',
      [
        {
          type: 'context',
          elements: [{ type: 'image', image_url: 'https://a.example/a.png', alt_text: 'a' }, plain('b')],
        },
      ],
    ],
    ['the card of the other tests', card],
  ])('checkBlocks() passes %s', (_what, blocks) => {
    expect(verdict(blocks)).toBe('ok');
  });

  test.each([
    ['something that is no list', 'text', 'invalid_blocks_format'],
    ['51 blocks', many(51, { type: 'divider' }), 'must be less than 51 items [json-pointer:/blocks]'],
    ['an unknown block', [{ type: 'nope' }], 'unsupported type: nope [json-pointer:/blocks/0/type]'],
    [
      'a time picker, which the sandbox lacks',
      [actions({ type: 'timepicker' })],
      'unsupported type: timepicker',
    ],
    ['a block without a type', [{}], 'unsupported type: undefined [json-pointer:/blocks/0/type]'],
    [
      'an unknown element',
      [actions({ type: 'nope' })],
      'unsupported type: nope [json-pointer:/blocks/0/elements/0/type]',
    ],
    [
      'a section of 3,001 characters',
      [section({ text: plain(x(3001)) })],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'an empty text',
      [section({ text: plain('') })],
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a section of nothing',
      [{ type: 'section' }],
      'must define either `text` or `fields` [json-pointer:/blocks/0]',
    ],
    [
      'eleven fields',
      [{ type: 'section', fields: many(11, plain('a')) }],
      'must be less than 11 items [json-pointer:/blocks/0/fields]',
    ],
    [
      'a field of 2,001',
      [{ type: 'section', fields: [plain(x(2001))] }],
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'a header of 151',
      [{ type: 'header', text: plain(x(151)) }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a header in mrkdwn',
      [{ type: 'header', text: { type: 'mrkdwn', text: 'a' } }],
      'json-pointer:/blocks/0/text/type]',
    ],
    [
      'eleven context elements',
      [{ type: 'context', elements: many(11, plain('a')) }],
      'must be less than 11 items',
    ],
    ['no actions', [actions()], 'must be more than 0 items [json-pointer:/blocks/0/elements]'],
    ['26 buttons', [actions(...many(26, button({ action_id: undefined })))], 'must be less than 26 items'],
    ['a label of 76', [actions(button({ text: plain(x(76)) }))], 'must be less than 76 characters'],
    [
      'a value of 2,001',
      [actions(button({ value: x(2001) }))],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    ['an action_id of 256', [actions(button({ action_id: x(256) }))], 'must be less than 256 characters'],
    [
      'a block_id of 256',
      [section({ block_id: x(256) })],
      'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
    ],
    [
      'a confirm text of 301',
      [actions(button({ confirm: { text: plain(x(301)) } }))],
      'must be less than 301 characters',
    ],
    [
      'a confirm button of 31',
      [actions(button({ confirm: { text: plain('a'), deny: plain(x(31)) } }))],
      'must be less than 31 characters',
    ],
    ['an unknown style', [actions(button({ style: 'rainbow' }))], 'json-pointer:/blocks/0/elements/0/style]'],
    [
      'a missing label',
      [actions({ type: 'button' })],
      'missing required field: text [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'a property Slack does not know',
      [section({ colour: 'red' })],
      'invalid additional property: colour [json-pointer:/blocks/0]',
    ],
    [
      '101 options',
      [actions({ type: 'static_select', options: options(101) })],
      'must be less than 101 items',
    ],
    [
      'a select of nothing',
      [actions({ type: 'static_select' })],
      'must define either `options` or `option_groups`',
    ],
    [
      'eleven checkboxes',
      [input({ type: 'checkboxes', options: options(11) })],
      'must be less than 11 items',
    ],
    [
      'an option text of 76',
      [input({ type: 'radio_buttons', options: options(1, x(76)) })],
      'must be less than 76 characters',
    ],
    [
      'a button as an input',
      [input(button())],
      'unsupported type: button [json-pointer:/blocks/0/element/type]',
    ],
    ['a list without a style', [rich({ type: 'rich_text_list', elements: [] })], 'missing required field'],
    ['markdown of 12,001', [{ type: 'markdown', text: x(12_001) }], 'must be less than 12001 characters'],
    [
      'markdown of 12,001 in two',
      [
        { type: 'markdown', text: x(12_000) },
        { type: 'markdown', text: 'x' },
      ],
      'msg_blocks_too_long',
    ],
    [
      'a block_id twice',
      [section({ block_id: 'b' }), section({ block_id: 'b' })],
      'block_id already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      'an action_id twice in a block',
      [actions(button(), button())],
      'action_id already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
  ])('checkBlocks() refuses %s', (_what, blocks, expected) => {
    const said = [verdict(blocks)].flat();
    expect(said).toContainEqual(expect.stringContaining(expected));
  });

  test('checkBlocks() names every block and element that has no id', () => {
    const checked = checkBlocks([
      actions(button({ action_id: undefined })),
      section({ accessory: button() }),
    ]);
    expect(checked).toMatchObject({
      blocks: [
        { block_id: expect.any(String), elements: [{ action_id: expect.any(String) }] },
        { block_id: expect.any(String), accessory: { action_id: 'a' } },
      ],
    });
  });

  test('checkBlocks() says at most twenty things', () => {
    expect(verdict(many(50, { type: 'nope' }))).toHaveLength(20);
  });
});

describe('checkView()', () => {
  test('checkView() passes a modal and a home tab in their own places', () => {
    expect(checkView(reasonModal, 'modal').ok).toBe(true);
    expect(checkView({ type: 'home', blocks: many(100, { type: 'divider' }) }, 'home').ok).toBe(true);
  });

  test.each([
    ['nothing', undefined, 'invalid_arguments', '/view'],
    ['text that is no JSON', '{', 'invalid_arguments', '/view'],
    ['a home tab as a modal', { ...reasonModal, type: 'home' }, 'invalid_arguments', '/view/type'],
    [
      'a modal without a title',
      { type: 'modal', blocks: [] },
      'invalid_arguments',
      'missing required field: title',
    ],
    ['a title of 25', { ...reasonModal, title: plain(x(25)) }, 'invalid_arguments', '/view/title/text'],
    ['a submit of 25', { ...reasonModal, submit: plain(x(25)) }, 'invalid_arguments', '/view/submit/text'],
    [
      'a question without submit',
      { ...reasonModal, submit: undefined },
      'invalid_arguments',
      'missing required field: submit',
    ],
    [
      '101 blocks',
      { ...reasonModal, blocks: many(101, { type: 'divider' }) },
      'invalid_arguments',
      'less than 101 items',
    ],
    [
      'private_metadata of 3,001',
      { ...reasonModal, private_metadata: x(3001) },
      'invalid_arguments',
      'less than 3001',
    ],
    ['a callback_id of 256', { ...reasonModal, callback_id: x(256) }, 'invalid_arguments', 'less than 256'],
    [
      'markdown',
      { ...reasonModal, blocks: [{ type: 'markdown', text: 'a' }] },
      'invalid_arguments',
      'unsupported type: markdown',
    ],
    [
      'a bad block',
      { ...reasonModal, blocks: [{ type: 'nope' }] },
      'invalid_arguments',
      '/view/blocks/0/type',
    ],
    ['more than 250 KB', { ...reasonModal, private_metadata: x(250_000) }, 'view_too_large', undefined],
  ])('checkView() refuses %s', (_what, view, error, said) => {
    const checked = checkView(view, 'modal');
    expect(checked).toMatchObject({ ok: false, error });
    if (said !== undefined)
      expect(checked).toMatchObject({ response_metadata: { messages: [expect.stringContaining(said)] } });
  });
});
