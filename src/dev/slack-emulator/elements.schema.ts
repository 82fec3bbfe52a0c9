/**
 * Block Kit's elements with Slack's documented limits. Elements a person of the sandbox cannot operate (file, rich
 * text and external inputs, conversation pickers) are refused as unsupported rather than let through unchecked.
 */
import { z } from 'zod';
import { chars, confirm, kind, list, option, plain, style } from './text.schema.ts';

const focus_on_load = z.boolean().optional();
const acting = { action_id: chars(255).optional() };
const asking = { ...acting, confirm, focus_on_load };
const hinted = { ...asking, placeholder: plain(150).optional() };
const trigger_actions_on = list(z.enum(['on_enter_pressed', 'on_character_entered']), 2);
const typed = {
  ...acting,
  focus_on_load,
  placeholder: plain(150).optional(),
  dispatch_action_config: z.strictObject({ trigger_actions_on }).optional(),
  initial_value: z.string().max(3000).optional(),
};
const groups = list(z.strictObject({ label: plain(75), options: list(option, 100) }), 100);
const menu = { ...hinted, options: list(option, 100).optional(), option_groups: groups.optional() };
const oneOfBoth = { error: 'must define either `options` or `option_groups`' };
const hasOne = (one: { options?: unknown; option_groups?: unknown }) =>
  (one.options === undefined) !== (one.option_groups === undefined);

const button = kind('button', {
  ...acting,
  confirm,
  style,
  text: plain(75),
  value: z.string().max(2000).optional(),
  url: chars(3000).optional(),
  accessibility_label: chars(75).optional(),
});
const overflow = kind('overflow', { ...acting, confirm, options: list(option, 5) });
const picks = [
  kind('static_select', { ...menu, initial_option: option.optional() }).refine(hasOne, oneOfBoth),
  kind('multi_static_select', {
    ...menu,
    initial_options: list(option, 100).optional(),
    max_selected_items: z.int().min(1).optional(),
  }).refine(hasOne, oneOfBoth),
  kind('users_select', { ...hinted, initial_user: chars(30).optional() }),
  kind('radio_buttons', { ...asking, options: list(option, 10), initial_option: option.optional() }),
  kind('checkboxes', {
    ...asking,
    options: list(option, 10),
    initial_options: list(option, 10).optional(),
  }),
  kind('datepicker', { ...hinted, initial_date: z.iso.date().optional() }),
] as const;

/** An image inside a context or a section. */
export const image = kind('image', { image_url: z.url().max(3000), alt_text: chars(2000) });

/** What an `actions` block may hold. */
export const actionElement = z.discriminatedUnion('type', [button, overflow, ...picks]);

/** What a section may carry at its right. */
export const accessory = z.discriminatedUnion('type', [button, overflow, image, ...picks]);

/** What an `input` block may ask with. */
export const inputElement = z.discriminatedUnion('type', [
  kind('plain_text_input', {
    ...typed,
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3000).optional(),
    max_length: z.int().min(1).max(3000).optional(),
  }),
  kind('number_input', {
    ...typed,
    is_decimal_allowed: z.boolean(),
    min_value: chars(30).optional(),
    max_value: chars(30).optional(),
  }),
  kind('email_text_input', typed),
  // Ten digits: a unix time in seconds.
  kind('datetimepicker', {
    ...asking,
    initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
  }),
  ...picks,
]);

/** Any element a person can act on: what clicks look for and `state.values` is made of. */
export type Element = z.infer<typeof actionElement> | z.infer<typeof inputElement>;
