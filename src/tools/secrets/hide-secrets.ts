/** Takes out of a text what looks like a secret, or like a number that names a person or an account. */

import { credentials } from '../../domain/secrets/credentials.ts';
import { plainView } from '../../domain/secrets/plain-view.ts';
import { merged } from '../../domain/secrets/spans.ts';
import { cardNumbers } from './card-numbers.ts';
import { internalAddresses } from './internal-addresses.ts';
import { nationalIds } from './national-ids.ts';

const SPANS_MAX = 200;

/** Whatever is looked for is longer, but for addresses, which are made with one of these signs. */
const NOTHING = /^[^.:/]{0,7}$/;

export interface Hidden {
  readonly text: string;
  /** What was taken out, each kind once, in order of appearance; empty when the text is as it was. */
  readonly what: readonly string[];
}

/**
 * Pure, in time linear to the text. Looks at the text as a machine would read it, so that full-width digits or
 * invisible characters in between hide nothing. What is encoded (base64, percent signs) or spelled out is not found.
 */
export function hideSecrets(text: string): Hidden {
  const view = plainView(text);
  if (NOTHING.test(view.text)) return { text, what: [] };
  const looks = [credentials, internalAddresses, ...(/\d/.test(view.text) ? [cardNumbers, nationalIds] : [])];
  const found = looks.flatMap((look) => look(view.text));
  if (found.length === 0) return { text, what: [] };
  const spans = merged(found);
  // Each replacement is longer than what it may stand for; a text full of them says nothing else anyway.
  if (spans.length > SPANS_MAX) return { text: '[withheld: many secrets]', what: ['many secrets'] };
  const parts: string[] = [];
  const what = new Set<string>();
  let at = 0;
  for (const span of spans) {
    const [start, end] = view.origin(span.start, span.end);
    parts.push(text.slice(at, start), `[withheld: ${span.what}]`);
    what.add(span.what);
    at = end;
  }
  return { text: parts.join('') + text.slice(at), what: [...what] };
}
