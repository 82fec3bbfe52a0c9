/** Block Kit's blocks with Slack's documented limits; kinds the sandbox does not know are refused by name. */
import { z } from 'zod';
import { accessory, actionElement, imageElement, inputElement } from './elements.schema.ts';
import { plain, text } from './text.schema.ts';

const any = { block_id: z.string().min(1).max(255).optional() };
const style = z
  .strictObject({
    bold: z.boolean(),
    italic: z.boolean(),
    strike: z.boolean(),
    code: z.boolean(),
    underline: z.boolean(),
  })
  .partial()
  .optional();

const words = z.strictObject({ type: z.literal('text'), text: z.string().min(1), style });
const link = z.strictObject({
  type: z.literal('link'),
  url: z.string().min(1),
  text: z.string().optional(),
  unsafe: z.boolean().optional(),
  style,
});
const inline = z.discriminatedUnion('type', [
  words,
  link,
  z.strictObject({
    type: z.literal('emoji'),
    name: z.string().min(1),
    unicode: z.string().optional(),
    style,
  }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: z.string().min(1),
    url: z.string().optional(),
    fallback: z.string().optional(),
    style,
  }),
]);
const border = z.literal([0, 1]).optional();
const richSection = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(inline) });
const richPart = z.discriminatedUnion('type', [
  richSection,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(richSection),
    indent: z.int().min(0).max(8).optional(),
    offset: z.int().min(0).optional(),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(inline), border }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [words, link])),
    language: z.string().optional(),
    border,
  }),
]);

const richText = z.strictObject({ type: z.literal('rich_text'), ...any, elements: z.array(richPart).min(1) });
const cell = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('raw_text'), text: z.string().min(1) }),
  richText,
]);

const section = z
  .strictObject({
    type: z.literal('section'),
    ...any,
    text: text(3000).optional(),
    fields: z.array(text(2000)).min(1).max(10).optional(),
    accessory: accessory.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    error: 'must define either `text` or `fields`',
  });

const input = z.strictObject({
  type: z.literal('input'),
  ...any,
  label: plain(2000),
  hint: plain(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: inputElement,
});

/** One block of a message, a modal or a home tab. */
export const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('actions'), ...any, elements: z.array(actionElement).min(1).max(25) }),
  z.strictObject({
    type: z.literal('context'),
    ...any,
    elements: z
      .array(z.union([imageElement, text(3000)]))
      .min(1)
      .max(10),
  }),
  z.strictObject({ type: z.literal('divider'), ...any }),
  z.strictObject({ type: z.literal('header'), ...any, text: plain(150) }),
  z.strictObject({
    type: z.literal('image'),
    ...any,
    image_url: z.url().max(3000),
    alt_text: z.string().min(1).max(2000),
    title: plain(2000).optional(),
  }),
  input,
  z.strictObject({ type: z.literal('markdown'), ...any, text: z.string().min(1).max(12_000) }),
  richText,
  section,
  z.strictObject({
    type: z.literal('table'),
    ...any,
    rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
    column_settings: z
      .array(
        z.strictObject({
          align: z.enum(['left', 'center', 'right']).optional(),
          is_wrapped: z.boolean().optional(),
        }),
      )
      .max(20)
      .optional(),
  }),
]);

/** A block that passed; after `withIds` every `block_id` and `action_id` is there. */
export type CheckedBlock = z.infer<typeof block>;
