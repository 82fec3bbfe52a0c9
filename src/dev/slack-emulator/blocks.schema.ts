/** Block Kit's blocks with Slack's documented limits; kinds the sandbox does not know are refused by name. */
import { z } from 'zod';
import { accessory, actionElement, image, inputElement } from './elements.schema.ts';
import { chars, kind, list, plain, text } from './text.schema.ts';

const any = { block_id: chars(255).optional() };
const on = z.boolean().optional();
const style = z.strictObject({ bold: on, italic: on, strike: on, code: on, underline: on }).optional();
const border = z.literal([0, 1]).optional();

const words = kind('text', { text: chars(12_000), style });
const link = kind('link', { url: chars(3000), text: z.string().optional(), unsafe: on, style });
const inline = z.array(
  z.discriminatedUnion('type', [
    words,
    link,
    kind('emoji', { name: chars(100), unicode: z.string().optional(), style }),
    kind('user', { user_id: chars(30), style }),
    kind('usergroup', { usergroup_id: chars(30), style }),
    kind('channel', { channel_id: chars(30), style }),
    kind('broadcast', { range: z.enum(['here', 'channel', 'everyone']), style }),
    kind('date', {
      timestamp: z.int(),
      format: chars(200),
      url: chars(3000).optional(),
      fallback: z.string().optional(),
      style,
    }),
  ]),
);
const paragraph = kind('rich_text_section', { elements: inline });
const richPart = z.discriminatedUnion('type', [
  paragraph,
  kind('rich_text_list', {
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(paragraph),
    indent: z.int().min(0).max(8).optional(),
    offset: z.int().min(0).optional(),
    border,
  }),
  kind('rich_text_quote', { elements: inline, border }),
  kind('rich_text_preformatted', {
    elements: z.array(z.discriminatedUnion('type', [words, link])),
    language: z.string().optional(),
    border,
  }),
]);
const section = kind('section', {
  ...any,
  text: text(3000).optional(),
  fields: list(text(2000), 10).optional(),
  accessory: accessory.optional(),
  expand: on,
}).refine((block) => block.text !== undefined || block.fields !== undefined, {
  error: 'must define either `text` or `fields`',
});

/** One block of a message, a modal or a home tab. */
export const block = z.discriminatedUnion('type', [
  kind('actions', { ...any, elements: list(actionElement, 25) }),
  kind('context', { ...any, elements: list(z.union([image, text(3000)]), 10) }),
  kind('divider', any),
  kind('header', { ...any, text: plain(150) }),
  kind('image', {
    ...any,
    image_url: z.url().max(3000),
    alt_text: chars(2000),
    title: plain(2000).optional(),
  }),
  kind('input', {
    ...any,
    label: plain(2000),
    hint: plain(2000).optional(),
    optional: on,
    dispatch_action: on,
    element: inputElement,
  }),
  kind('markdown', { ...any, text: chars(12_000) }),
  kind('rich_text', { ...any, elements: z.array(richPart).min(1) }),
  section,
]);

/** A block that passed. */
export type CheckedBlock = z.infer<typeof block>;
