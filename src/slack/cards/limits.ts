/**
 * Slack's documented limits (docs.slack.dev, Block Kit reference), as a checker. Slack refuses a whole message over one
 * block, and the sandbox or a mistake of ours should not be the first to notice.
 */
import type { HomeView, KnownBlock, ModalView } from '@slack/types';

const MESSAGE_BLOCKS_MAX = 50;
const VIEW_BLOCKS_MAX = 100;
/** `chat.update` refuses more, although `chat.postMessage` takes ten times that. */
const TEXT_CHARS_MAX = 4_000;
const VIEW_BYTES_MAX = 250_000;
const VIEW_TITLE_CHARS_MAX = 24;

/** Longest text by the place it stands in: the property path with array positions left out. */
const CHARS_MAX: Readonly<Record<string, number>> = {
  'header.text.text': 150,
  'section.text.text': 3_000,
  'section.fields.text': 2_000,
  'context.elements.text': 3_000,
  'actions.elements.text.text': 75,
  'section.accessory.text.text': 75,
  'input.label.text': 2_000,
  'input.hint.text': 2_000,
  'image.title.text': 2_000,
  'rich_text.elements.elements.text': 3_000,
  'markdown.text': 12_000,
};
/** Longest text by how the path ends, wherever an element or a composition object stands. */
const CHARS_MAX_ENDING: readonly (readonly [ending: string, max: number])[] = [
  ['.options.text.text', 75],
  ['.options.description.text', 75],
  ['.options.value', 150],
  ['.initial_option.text.text', 75],
  ['.initial_option.value', 150],
  ['.initial_options.text.text', 75],
  ['.initial_options.value', 150],
  ['.option_groups.label.text', 75],
  ['.confirm.title.text', 100],
  ['.confirm.text.text', 300],
  ['.confirm.confirm.text', 30],
  ['.confirm.deny.text', 30],
  ['.placeholder.text', 150],
  ['.initial_value', 3_000],
  ['.accessibility_label', 75],
  ['.action_id', 255],
  ['.url', 3_000],
  ['.image_url', 3_000],
  ['.alt_text', 2_000],
  ['.value', 2_000],
];
/** Most options of an element, by its type. */
const OPTIONS_MAX: Readonly<Record<string, number>> = {
  static_select: 100,
  multi_static_select: 100,
  radio_buttons: 10,
  checkboxes: 10,
  overflow: 5,
};
const ITEMS_MAX: Readonly<Record<string, number>> = {
  'section.fields': 10,
  'context.elements': 10,
  'actions.elements': 25,
};

/** Every way a message breaks a limit; empty when Slack will take it. */
export function blockProblems(blocks: readonly KnownBlock[], text: string): readonly string[] {
  return [
    ...(text.trim() === '' ? ['text is empty'] : []),
    ...(text.length > TEXT_CHARS_MAX
      ? [`text has ${text.length} characters, at most ${TEXT_CHARS_MAX}`]
      : []),
    ...listProblems(blocks, MESSAGE_BLOCKS_MAX),
  ];
}

/** As `blockProblems`, for a modal or a home tab. */
export function viewProblems(view: ModalView | HomeView): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(view));
  const { title, submit, close } = { title: undefined, submit: undefined, close: undefined, ...view };
  const labels = { title: title?.text ?? '-', submit: submit?.text ?? '-', close: close?.text ?? '-' };
  return [
    ...listProblems(view.blocks as readonly KnownBlock[], VIEW_BLOCKS_MAX),
    ...(bytes > VIEW_BYTES_MAX ? [`view has ${bytes} bytes, at most ${VIEW_BYTES_MAX}`] : []),
    ...((view.private_metadata?.length ?? 0) > 3_000 ? ['private_metadata is too long'] : []),
    ...((view.callback_id?.length ?? 0) > 255 ? ['callback_id is too long'] : []),
    ...((view.external_id?.length ?? 0) > 255 ? ['external_id is too long'] : []),
    ...Object.entries(labels)
      .filter(([, label]) => label === '' || label.length > VIEW_TITLE_CHARS_MAX)
      .map(([name]) => `${name} is empty or longer than ${VIEW_TITLE_CHARS_MAX}`),
  ];
}

function listProblems(blocks: readonly KnownBlock[], blocksMax: number): readonly string[] {
  const ids = blocks.flatMap((block) => (block.block_id === undefined ? [] : [block.block_id]));
  return [
    ...(blocks.length > blocksMax ? [`${blocks.length} blocks, at most ${blocksMax}`] : []),
    ...(new Set(ids).size < ids.length ? ['a block_id appears twice'] : []),
    ...ids.filter((id) => id.length > 255).map((id) => `block_id "${id.slice(0, 20)}…" is too long`),
    ...blocks.flatMap((block) => nodeProblems(block, block.type)),
  ];
}

function nodeProblems(node: unknown, path: string): readonly string[] {
  if (typeof node === 'string') return stringProblems(node, path);
  if (Array.isArray(node)) {
    const max = ITEMS_MAX[path];
    const many =
      max !== undefined && (node.length > max || node.length === 0)
        ? [`${path} has ${node.length} items`]
        : [];
    return [...many, ...node.flatMap((item) => nodeProblems(item, path))];
  }
  if (typeof node !== 'object' || node === null) return [];
  return [
    ...optionProblems(node, path),
    ...Object.entries(node).flatMap(([name, value]) => nodeProblems(value, `${path}.${name}`)),
  ];
}

function optionProblems(node: object, path: string): readonly string[] {
  if (!('type' in node) || !('options' in node) || !Array.isArray(node.options)) return [];
  const max = OPTIONS_MAX[String(node.type)] ?? 0;
  const { length } = node.options;
  return length === 0 || length > max ? [`${path} offers ${length} options, at most ${max}`] : [];
}

function stringProblems(text: string, path: string): readonly string[] {
  const max = CHARS_MAX[path] ?? CHARS_MAX_ENDING.find(([ending]) => path.endsWith(ending))?.[1];
  if (path.endsWith('.text') && text === '') return [`${path} is empty`];
  return max !== undefined && text.length > max
    ? [`${path} has ${text.length} characters, at most ${max}`]
    : [];
}
