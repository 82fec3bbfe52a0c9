/**
 * Block Kit's elements with Slack's documented limits. Elements a person of the sandbox cannot operate (file, rich
 * text and external inputs, conversation pickers) are refused as unsupported rather than let through unchecked.
 */
import { z } from 'zod';
import { buttonStyle, confirm, option, plain } from './text.schema.ts';

const acting = { action_id: z.string().min(1).max(255).optional() };
const asking = { ...acting, confirm: confirm.optional(), focus_on_load: z.boolean().optional() };
const hinted = { ...asking, placeholder: plain(150).optional() };
const dispatch_action_config = z
  .strictObject({ trigger_actions_on: z.array(z.enum(['on_enter_pressed', 'on_character_entered'])).min(1) })
  .optional();
const typed = {
  ...acting,
  focus_on_load: z.boolean().optional(),
  placeholder: plain(150).optional(),
  dispatch_action_config,
  initial_value: z.string().max(3000).optional(),
};
const choices = {
  options: z.array(option).min(1).max(100).optional(),
  option_groups: z
    .array(z.strictObject({ label: plain(75), options: z.array(option).min(1).max(100) }))
    .min(1)
    .max(100)
    .optional(),
};

const hasChoices = (menu: { options?: unknown; option_groups?: unknown }) =>
  (menu.options === undefined) !== (menu.option_groups === undefined);
const oneOfBoth = { error: 'must define either `options` or `option_groups`' };

const element = {
  button: z.strictObject({
    type: z.literal('button'),
    ...acting,
    confirm: confirm.optional(),
    text: plain(75),
    value: z.string().max(2000).optional(),
    url: z.string().max(3000).optional(),
    style: buttonStyle.optional(),
    accessibility_label: z.string().max(75).optional(),
  }),
  image: z.strictObject({
    type: z.literal('image'),
    image_url: z.url().max(3000),
    alt_text: z.string().min(1).max(2000),
  }),
  overflow: z.strictObject({
    type: z.literal('overflow'),
    ...acting,
    confirm: confirm.optional(),
    options: z.array(option).min(1).max(5),
  }),
  staticSelect: z
    .strictObject({
      type: z.literal('static_select'),
      ...hinted,
      ...choices,
      initial_option: option.optional(),
    })
    .refine(hasChoices, oneOfBoth),
  multiSelect: z
    .strictObject({
      type: z.literal('multi_static_select'),
      ...hinted,
      ...choices,
      initial_options: z.array(option).min(1).max(100).optional(),
      max_selected_items: z.int().min(1).optional(),
    })
    .refine(hasChoices, oneOfBoth),
  usersSelect: z.strictObject({
    type: z.literal('users_select'),
    ...hinted,
    initial_user: z.string().optional(),
  }),
  radioButtons: z.strictObject({
    type: z.literal('radio_buttons'),
    ...asking,
    options: z.array(option).min(1).max(10),
    initial_option: option.optional(),
  }),
  checkboxes: z.strictObject({
    type: z.literal('checkboxes'),
    ...asking,
    options: z.array(option).min(1).max(10),
    initial_options: z.array(option).min(1).max(10).optional(),
  }),
  datepicker: z.strictObject({
    type: z.literal('datepicker'),
    ...hinted,
    initial_date: z.iso.date().optional(),
  }),
  timepicker: z.strictObject({
    type: z.literal('timepicker'),
    ...hinted,
    initial_time: z
      .string()
      .regex(/^\d\d:\d\d$/)
      .optional(),
    timezone: z.string().optional(),
  }),
  plainText: z.strictObject({
    type: z.literal('plain_text_input'),
    ...typed,
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3000).optional(),
    max_length: z.int().min(1).max(3000).optional(),
  }),
  number: z.strictObject({
    type: z.literal('number_input'),
    ...typed,
    is_decimal_allowed: z.boolean(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
  email: z.strictObject({ type: z.literal('email_text_input'), ...typed }),
  url: z.strictObject({ type: z.literal('url_text_input'), ...typed }),
};

const { button, image, overflow, plainText, number, email, url, ...pickers } = element;
const { staticSelect, multiSelect, usersSelect, radioButtons, checkboxes, datepicker, timepicker } = pickers;
const picks = [
  staticSelect,
  multiSelect,
  usersSelect,
  radioButtons,
  checkboxes,
  datepicker,
  timepicker,
] as const;

/** What an `actions` block may hold. */
export const actionElement = z.discriminatedUnion('type', [button, overflow, ...picks]);

/** What a section may carry at its right. */
export const accessory = z.discriminatedUnion('type', [button, image, overflow, ...picks]);

/** What an `input` block may ask with. */
export const inputElement = z.discriminatedUnion('type', [plainText, number, email, url, ...picks]);

/** An image inside a context or a section. */
export const imageElement = image;

/** Any element a person can act on: what clicks look for and `state.values` is made of. */
export type Element = z.infer<typeof actionElement> | z.infer<typeof inputElement>;
