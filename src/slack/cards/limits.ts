/**
 * Slack's documented limits (docs.slack.dev, Block Kit reference), as a checker. Slack refuses a whole message over one
 * block, and the sandbox or a mistake of ours should not be the first to notice.
 */
import type { KnownBlock, ModalView } from '@slack/types';

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
  'actions.elements.value': 2_000,
  'actions.elements.action_id': 255,
  'actions.elements.accessibility_label': 75,
  'actions.elements.confirm.title.text': 100,
  'actions.elements.confirm.text.text': 300,
  'actions.elements.confirm.confirm.text': 30,
  'actions.elements.confirm.deny.text': 30,
  'input.label.text': 2_000,
  'input.hint.text': 2_000,
  'input.element.action_id': 255,
  'rich_text.elements.elements.text': 3_000,
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

/** As `blockProblems`, for a modal. */
export function viewProblems(view: ModalView): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(view));
  const labels = { title: view.title.text, submit: view.submit?.text ?? '-', close: view.close?.text ?? '-' };
  return [
    ...listProblems(view.blocks as readonly KnownBlock[], VIEW_BLOCKS_MAX),
    ...(bytes > VIEW_BYTES_MAX ? [`view has ${bytes} bytes, at most ${VIEW_BYTES_MAX}`] : []),
    ...((view.private_metadata?.length ?? 0) > 3_000 ? ['private_metadata is too long'] : []),
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
  return Object.entries(node).flatMap(([name, value]) => nodeProblems(value, `${path}.${name}`));
}

function stringProblems(text: string, path: string): readonly string[] {
  const max = CHARS_MAX[path];
  if (path.endsWith('.text') && text === '') return [`${path} is empty`];
  return max !== undefined && text.length > max
    ? [`${path} has ${text.length} characters, at most ${max}`]
    : [];
}
