/** Takes keys, tokens and private keys out of a text before it is shown where they do not belong. */
import { credentials } from './credentials.ts';
import { plainView } from './plain-view.ts';
import { merged } from './spans.ts';

/** A text with more of them says nothing else, and is shown as that. */
const SPANS_MAX = 200;

/**
 * The text with what looks like a credential replaced by words that say so. Pure, in time linear to the text. What is
 * encoded or spelled out is not found: whoever is shown a text must not rely on it being clean.
 */
export function hideCredentials(text: string): string {
  const view = plainView(text);
  const found = credentials(view.text);
  if (found.length === 0) return text;
  const spans = merged(found);
  if (spans.length > SPANS_MAX) return '[withheld: many secrets]';
  const parts: string[] = [];
  let at = 0;
  for (const span of spans) {
    const [start, end] = view.origin(span.start, span.end);
    parts.push(text.slice(at, start), `[withheld: ${span.what}]`);
    at = end;
  }
  return parts.join('') + text.slice(at);
}
