/** Block Kit's composition objects with Slack's documented limits (docs.slack.dev/reference/block-kit). */
import { z } from 'zod';

/** An object of one `type`; Slack refuses properties it does not know, and so does this. */
export const kind = <const T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

/** A text of 1 to `max` characters. */
export const chars = (max: number) => z.string().min(1).max(max);

/** A list of 1 to `max` items. */
export const list = <I extends z.ZodType>(item: I, max: number) => z.array(item).min(1).max(max);

/** A `plain_text` object of 1 to `max` characters. */
export const plain = (max: number) => kind('plain_text', { text: chars(max), emoji: z.boolean().optional() });

/** A `plain_text` or `mrkdwn` object of 1 to `max` characters. */
export const text = (max: number) =>
  z.discriminatedUnion('type', [
    plain(max),
    kind('mrkdwn', { text: chars(max), verbatim: z.boolean().optional() }),
  ]);

/** The colours of a button, also of the one in a confirm dialog. */
export const style = z.enum(['primary', 'danger']).optional();

/** The dialog between a click and its payload. */
export const confirm = z
  .strictObject({
    title: plain(100).optional(),
    text: text(300),
    confirm: plain(30).optional(),
    deny: plain(30).optional(),
    style,
  })
  .optional();

/** One choice of a menu, of radio buttons or of checkboxes. */
export const option = z.strictObject({
  text: text(75),
  value: chars(150),
  description: text(75).optional(),
  url: chars(3000).optional(),
});
