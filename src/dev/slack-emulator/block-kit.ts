/** Judges blocks and views as Slack would before anything is shown, and gives blocks the ids they lack. */
import { randomBytes } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { type Refusal, refuse } from './api-call.ts';
import { block, type CheckedBlock } from './blocks.schema.ts';
import type { Element } from './elements.schema.ts';
import { plain } from './text.schema.ts';

const VIEW_BYTES_MAX = 250_000;
const MARKDOWN_MAX = 12_000;

const view = z.strictObject({
  type: z.enum(['modal', 'home']),
  title: plain(24).optional(),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  blocks: z.array(block).max(100).superRefine(uniqueIds),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
});
const messageBlocks = z.array(block).max(50).superRefine(uniqueIds);

/** A view as an app sends it, checked, with ids on every block and element. */
export type CheckedView = Omit<z.infer<typeof view>, 'blocks'> & { readonly blocks: readonly KnownBlock[] };

/** Checks the blocks of a message; absent counts as none. */
export function checkBlocks(
  value: unknown,
): { readonly ok: true; readonly blocks: readonly KnownBlock[] } | Refusal {
  if (value === undefined || value === null) return { ok: true, blocks: [] };
  if (!Array.isArray(value)) return refuse('invalid_blocks_format');
  const parsed = messageBlocks.safeParse(value, { reportInput: true });
  if (!parsed.success) return refuse('invalid_blocks', problems(parsed.error, '/blocks'));
  const markdown = parsed.data.reduce((sum, one) => sum + (one.type === 'markdown' ? one.text.length : 0), 0);
  return markdown > MARKDOWN_MAX ? refuse('msg_blocks_too_long') : { ok: true, blocks: withIds(parsed.data) };
}

/** Checks a view for one place: `markdown` is for messages only, and a modal that asks needs a submit button. */
export function checkView(
  value: unknown,
  place: 'modal' | 'home',
): { readonly ok: true; readonly view: CheckedView } | Refusal {
  if (Buffer.byteLength(JSON.stringify(value ?? null)) > VIEW_BYTES_MAX) return refuse('view_too_large');
  const parsed = view.safeParse(value, { reportInput: true });
  if (!parsed.success) return refuse('invalid_arguments', problems(parsed.error, '/view'));
  const { data } = parsed;
  const wrong = [
    ...(data.type === place ? [] : [`[ERROR] must be a ${place} here [json-pointer:/view/type]`]),
    ...(place === 'modal' && data.title === undefined
      ? ['[ERROR] missing required field: title [json-pointer:/view]']
      : []),
    ...(place === 'modal' && data.submit === undefined && data.blocks.some((one) => one.type === 'input')
      ? ['[ERROR] missing required field: submit [json-pointer:/view]']
      : []),
    ...data.blocks.flatMap((one, at) =>
      one.type === 'markdown'
        ? [`[ERROR] unsupported type: markdown [json-pointer:/view/blocks/${at}/type]`]
        : [],
    ),
  ];
  if (wrong.length > 0) return refuse('invalid_arguments', wrong);
  return { ok: true, view: { ...data, blocks: withIds(data.blocks) } };
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

function withIds(blocks: readonly CheckedBlock[]): readonly KnownBlock[] {
  const fresh = () => randomBytes(4).toString('base64url');
  const named = <E extends { action_id?: string | undefined }>(element: E): E => ({
    action_id: fresh(),
    ...element,
  });
  const complete = blocks.map((one): CheckedBlock => {
    const block_id = one.block_id ?? fresh();
    if (one.type === 'actions') return { ...one, block_id, elements: one.elements.map(named) };
    if (one.type === 'input') return { ...one, block_id, element: named(one.element) };
    if (one.type !== 'section' || one.accessory === undefined || one.accessory.type === 'image')
      return { ...one, block_id };
    return { ...one, block_id, accessory: named(one.accessory) };
  });
  // The schema follows @slack/types; they differ only in how they spell an absent field.
  return complete as readonly KnownBlock[];
}

function uniqueIds(blocks: readonly CheckedBlock[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  const once = (id: string | undefined, path: (string | number)[], what: string) => {
    if (id !== undefined && seen.has(id))
      context.addIssue({ code: 'custom', path, message: `${what} already exists` });
    if (id !== undefined) seen.add(id);
  };
  for (const [at, one] of blocks.entries()) {
    once(one.block_id, [at, 'block_id'], 'block_id');
    if (one.type !== 'actions') continue;
    for (const [place, { action_id }] of one.elements.entries()) {
      once(action_id && `${at}\n${action_id}`, [at, 'elements', place, 'action_id'], 'action_id');
    }
  }
}

function problems(error: z.ZodError, root: string): readonly string[] {
  return error.issues.slice(0, 20).map((issue) => {
    const [path, what] = worded(issue);
    return `[ERROR] ${what} [json-pointer:${[root, ...path.map(String)].join('/')}]`;
  });
}

/** Slack's wording of a problem, so that what is learnt here helps there. */
function worded(issue: z.core.$ZodIssue): [readonly PropertyKey[], string] {
  const unit =
    (issue.code === 'too_big' || issue.code === 'too_small') && issue.origin === 'string'
      ? 'characters'
      : 'items';
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [issue.path.slice(0, -1), `missing required field: ${String(issue.path.at(-1))}`];
  }
  if (issue.code === 'too_big') return [issue.path, `must be less than ${Number(issue.maximum) + 1} ${unit}`];
  if (issue.code === 'too_small')
    return [issue.path, `must be more than ${Number(issue.minimum) - 1} ${unit}`];
  if (issue.code === 'unrecognized_keys')
    return [issue.path, `invalid additional property: ${issue.keys.join(', ')}`];
  if (issue.code === 'invalid_union') {
    const type = (issue.input as { type?: unknown } | undefined)?.type;
    return [issue.path, `unsupported type: ${String(type)}`];
  }
  return [issue.path, issue.message];
}
