/**
 * Text fields. For tool arguments: bounded, and without characters that hide or reorder what people read. For what
 * vendors answer: cut to a length.
 */
import { z } from 'zod';

// Control characters, lone surrogates, line separators, and the marks that change reading direction.
const HIDDEN = String.raw`\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069`;
const LINE = new RegExp(`^[^${HIDDEN}]*$`, 'u');
const PARAGRAPHS = new RegExp(`^(?:[\\n\\t]|[^${HIDDEN}])*$`, 'u');

/** One line of 1 to `lengthMax` characters; surrounding blanks are cut off. */
export function line(lengthMax: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(lengthMax)
    .regex(LINE, 'Want one line without control or direction characters');
}

/** Text of 1 to `lengthMax` characters in which only line feed and tab may be control characters. */
export function paragraphs(lengthMax: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(lengthMax)
    .regex(PARAGRAPHS, 'Want text without control or direction characters');
}

/** Text of another's making for a card or a result, cut to `lengthMax` characters. Not for ids: half an id is another. */
export function clipped(lengthMax: number) {
  return z.string().transform((text) => text.slice(0, lengthMax));
}
