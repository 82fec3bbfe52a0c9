/** How two lists of arguments of one tool differ, in words: complete, part by part, and without what is secret. */
import type { ArgumentChange } from '../domain/amendment.ts';
import type { JsonObject, JsonValue } from '../domain/ask.ts';
import { argumentParts, valueAt } from './argument-parts.ts';
import type { Tool } from './define-tool.ts';

const SECRET = { was: '(secret)', now: '(another secret)' } as const;

/** Both as the tool's schema made them. Empty where they do not differ. */
export function argumentChanges(tool: Tool, was: JsonObject, now: JsonObject): readonly ArgumentChange[] {
  return argumentParts(tool).flatMap(({ path, secret }) => {
    const [before, after] = [valueAt(was, path), valueAt(now, path)];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    const [old, fresh] = secret ? [SECRET.was, SECRET.now] : [inWords(before), inWords(after)];
    return [
      {
        field: path.join('.'),
        ...(before === undefined ? {} : { was: old ?? '' }),
        ...(after === undefined ? {} : { now: fresh ?? '' }),
      },
    ];
  });
}

/** Texts as they are, lists of texts a line each, everything else as JSON. */
function inWords(value: JsonValue | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('\n');
  return JSON.stringify(value);
}
