/**
 * Text from outside (agents, vendors, people) made fit for a card: literal, visible, bounded, never cut silently, and
 * without what looks like a credential: Slack keeps what it is shown, and so does everybody who reads it.
 * It goes into plain_text and preformatted elements only; nothing here makes it safe for mrkdwn.
 */
import { createHash } from 'node:crypto';
import { hideCredentials } from '../domain/secrets/hide-credentials.ts';

export interface Bounds {
  readonly charsMax: number;
  readonly linesMax?: number;
}

/**
 * The text with credentials withheld and invisible or direction-changing characters spelt out, cut to its bounds. A cut says how long the
 * whole is and gives a short code of it (SHA-256 of the original), so that two long texts can be told apart.
 */
export function outside(text: string, { charsMax, linesMax = Number.POSITIVE_INFINITY }: Bounds): string {
  const visible = spelledOut(hideCredentials(text));
  if (visible.trim() === '') return '(empty)';
  const lines = visible.split('\n');
  const kept = lines.slice(0, linesMax).join('\n');
  if (kept.length <= charsMax && kept.length === visible.length) return visible;
  const note = ` … [cut: ${text.length} characters in all, code ${shortCode(text)}]`;
  return `${head(kept, charsMax - note.length)}${note}`;
}

/** As `outside`, on one line: line breaks become ` / `. For headers, fields and top-level texts. */
export function outsideLine(text: string, charsMax: number): string {
  return outside(text.replace(/\s*[\r\n]+\s*/g, ' / '), { charsMax });
}

/** Eight hex digits that tell one long text from another; for eyes only. */
export function shortCode(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Slack's three escapes, for top-level texts, which are always read as mrkdwn: no link and no mention survives. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Bidi overrides, zero-width characters and the like can make a text read as something it is not. */
function spelledOut(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) =>
      character === '\n' || character === '\t' ? character : `[U+${hex(character)}]`,
    );
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** The first `charsMax` characters, never half of a surrogate pair. */
export function head(text: string, charsMax: number): string {
  const cut = text.slice(0, Math.max(0, charsMax));
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
