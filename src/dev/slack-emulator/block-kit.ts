/** Judges blocks and views as Slack would before anything is shown, and gives blocks the ids they lack. */
import { randomBytes } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { type Refusal, refuse } from './api-call.ts';
import { blockProblems } from './block-problems.ts';
import { block, type CheckedBlock } from './blocks.schema.ts';
import type { Element } from './elements.schema.ts';
import { kind, plain } from './text.schema.ts';

const VIEW_BYTES_MAX = 250_000;
const MARKDOWN_MAX = 12_000;

const messageBlocks = z.array(block).max(50).superRefine(uniqueIds);
const common = {
  blocks: z
    .array(block.refine((one) => one.type !== 'markdown', { error: 'unsupported type: markdown' }))
    .max(100)
    .superRefine(uniqueIds),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};
const views = {
  home: kind('home', common),
  modal: kind('modal', {
    ...common,
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
  }).refine((one) => one.submit !== undefined || one.blocks.every(({ type }) => type !== 'input'), {
    error: 'missing required field: submit',
  }),
};

/** A view as an app sends it, checked, with ids on every block and element. */
export type CheckedView = Omit<z.infer<(typeof views)['home' | 'modal']>, 'blocks'> & {
  readonly blocks: readonly KnownBlock[];
};

/** Checks the blocks of a message; absent counts as none. */
export function checkBlocks(
  value: unknown,
): { readonly ok: true; readonly blocks: readonly KnownBlock[] } | Refusal {
  if (value === undefined || value === null) return { ok: true, blocks: [] };
  if (!Array.isArray(value)) return refuse('invalid_blocks_format');
  const parsed = messageBlocks.safeParse(value, { reportInput: true });
  if (!parsed.success) return refuse('invalid_blocks', blockProblems(parsed.error, '/blocks'));
  const markdown = parsed.data.reduce((sum, one) => sum + (one.type === 'markdown' ? one.text.length : 0), 0);
  return markdown > MARKDOWN_MAX
    ? refuse('msg_blocks_too_long')
    : { ok: true, blocks: parsed.data.map(withIds) };
}

/** Checks a view for its place: `markdown` is for messages only, and a modal that asks needs a submit button. */
export function checkView(
  value: unknown,
  place: 'modal' | 'home',
): { readonly ok: true; readonly view: CheckedView } | Refusal {
  if (Buffer.byteLength(JSON.stringify(value ?? null)) > VIEW_BYTES_MAX) return refuse('view_too_large');
  const parsed = views[place].safeParse(value, { reportInput: true });
  if (!parsed.success) return refuse('invalid_arguments', blockProblems(parsed.error, '/view'));
  return { ok: true, view: { ...parsed.data, blocks: parsed.data.blocks.map(withIds) } };
}

/** Every element of a block a person can act on, in order. */
export function elementsOf(one: KnownBlock): readonly Element[] {
  // Only blocks that passed `block` are kept, so their elements are of the kinds it lets through.
  const checked = one as CheckedBlock;
  if (checked.type === 'actions') return checked.elements;
  if (checked.type === 'input') return [checked.element];
  const side = checked.type === 'section' ? checked.accessory : undefined;
  return side === undefined || side.type === 'image' ? [] : [side];
}

function withIds(one: CheckedBlock): KnownBlock {
  const fresh = () => randomBytes(4).toString('base64url');
  const named = <E extends Element>(element: E): E => ({
    ...element,
    action_id: element.action_id ?? fresh(),
  });
  const complete = { ...one, block_id: one.block_id ?? fresh() };
  if (complete.type === 'actions') complete.elements = complete.elements.map(named);
  if (complete.type === 'input') complete.element = named(complete.element);
  const side = complete.type === 'section' ? complete.accessory : undefined;
  // The schema follows @slack/types; they differ only in how they spell an absent field.
  if (side === undefined || side.type === 'image') return complete as KnownBlock;
  return { ...complete, accessory: named(side) } as KnownBlock;
}

function uniqueIds(blocks: readonly CheckedBlock[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  const once = (key: string, path: (string | number)[]) => {
    if (seen.has(key))
      context.addIssue({ code: 'custom', path, message: `${String(path.at(-1))} already exists` });
    seen.add(key);
  };
  for (const [at, one] of blocks.entries()) {
    if (one.block_id !== undefined) once(one.block_id, [at, 'block_id']);
    for (const [place, { action_id: id }] of (one.type === 'actions' ? one.elements : []).entries()) {
      if (id !== undefined) once(`${at}\n${id}`, [at, 'elements', place, 'action_id']);
    }
  }
}
