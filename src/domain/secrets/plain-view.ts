/**
 * Text as a machine would read it, for looking through only: full-width and other digits are plain ones, accents,
 * invisible characters and control characters are gone, dashes and blanks are all alike.
 */

export interface PlainView {
  readonly text: string;
  /** Where a stretch of `text` is in the original: its first unit, and the one after its last. */
  origin(start: number, end: number): readonly [number, number];
}

const ORDINARY = /^[\t\n\r\x20-\x7e]*$/;
const UNSEEN = /[\p{M}\p{Cf}\p{DI}]|(?![\t\n\r])\p{Cc}/gu;
const SIMPLER = /\p{Nd}|\p{Pd}|\u2212|\p{Zs}/gu;

/** In time linear to the text. */
export function plainView(original: string): PlainView {
  if (ORDINARY.test(original)) return { text: original, origin: (start, end) => [start, end] };
  const parts: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of original) {
    const plain = plainCharacter(character);
    for (let unit = 0; unit < plain.length; unit += 1) {
      starts.push(at);
      ends.push(at + character.length);
    }
    parts.push(plain);
    at += character.length;
  }
  return {
    text: parts.join(''),
    origin: (start, end) => [starts[start] ?? at, ends[end - 1] ?? at],
  };
}

function plainCharacter(character: string): string {
  if (ORDINARY.test(character)) return character;
  return character.normalize('NFKD').replace(UNSEEN, '').replace(SIMPLER, simpler);
}

function simpler(character: string): string {
  if (/\p{Nd}/u.test(character)) return String(digitOf(character.codePointAt(0) ?? 0));
  return /\p{Zs}/u.test(character) ? ' ' : '-';
}

/** Digits of every script stand in rows from zero to nine. */
function digitOf(codePoint: number): number {
  let digit = 0;
  while (digit < 9 && /\p{Nd}/u.test(String.fromCodePoint(codePoint - digit - 1))) digit += 1;
  return digit;
}
