/** The few kinds of blocks our cards are made of. Outside text enters through `plain` and `preformatted` only. */
import type {
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  PlainTextElement,
  RichTextBlock,
  SectionBlock,
} from '@slack/types';

/** Literal text: no links, no mentions, and no emoji codes turned into signs that could pass for ours. */
export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text) };
}

export function section(text: string): SectionBlock {
  return { type: 'section', text: plain(text) };
}

/** Labels with values, side by side; at most ten. */
export function fields(pairs: readonly (readonly [label: string, value: string])[]): SectionBlock {
  return { type: 'section', fields: pairs.map(([label, value]) => plain(`${label}\n${value}`)) };
}

export function context(text: string): ContextBlock {
  return { type: 'context', elements: [plain(text)] };
}

/** Fenced text, shown exactly as it is. */
export function preformatted(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  };
}

/** Several lines of ours, each with somebody's words fenced under it, in one block. */
export function quoted(parts: readonly (readonly [line: string, words?: string])[]): RichTextBlock {
  const text = (words: string) => ({ type: 'text' as const, text: words });
  return {
    type: 'rich_text',
    elements: parts.flatMap(([line, words]) => [
      { type: 'rich_text_section' as const, elements: [text(line)] },
      ...(words === undefined ? [] : [{ type: 'rich_text_preformatted' as const, elements: [text(words)] }]),
    ]),
  };
}

/** A line Slack shows in each reader's own time zone. Built from a checked instant and our own words, nothing else. */
export function instantLine(before: string, instant: string): KnownBlock {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return context(`${before} at an unreadable time`);
  const unix = Math.floor(at.getTime() / 1_000);
  const text = `${before} <!date^${unix}^{date_short_pretty} {time}|${utc(instant)}> (${utc(instant)})`;
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] };
}

/** `2026-11-21 14:05 UTC`. */
export function utc(instant: string): string {
  const at = new Date(instant);
  return Number.isNaN(at.getTime())
    ? 'an unreadable time'
    : `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
