/** Block Kit's composition objects with Slack's documented limits (docs.slack.dev/reference/block-kit). */
import { z } from 'zod';

const style = z.enum(['primary', 'danger']);

/** A `plain_text` object of 1 to `max` characters. */
export const plain = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });

/** A `plain_text` or `mrkdwn` object of 1 to `max` characters. */
export const text = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)]);

/** The dialog between a click and its payload. */
export const confirm = z.strictObject({
  title: plain(100).optional(),
  text: text(300),
  confirm: plain(30).optional(),
  deny: plain(30).optional(),
  style: style.optional(),
});

/** One choice of a menu, of radio buttons or of checkboxes. */
export const option = z.strictObject({
  text: text(75),
  value: z.string().min(1).max(150),
  description: text(75).optional(),
  url: z.string().max(3000).optional(),
});

/** The colours a button may have. */
export const buttonStyle = style;
