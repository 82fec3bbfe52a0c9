/** Payment card numbers: 13 to 19 digits of a known range with Luhn's check digit, as people and machines write them. */
import validator from 'validator';
import type { Span } from '../../domain/secrets/spans.ts';

const DIGITS_MIN = 13;
const DIGITS_MAX = 19;

// Digits with at most three blanks, dashes, dots or underscores between two of them.
const RUN = /\d(?:[ \t._-]{0,3}\d){12,}/g;

// Visa, Diners, American Express and JCB, the sixteen digits of all others, and the longer ones of some.
const ISSUED =
  /^(?:4\d{12}|3(?:0[0-5]|[689]\d)\d{11}|(?:3[47]\d\d|1800|2131)\d{11}|(?:2[2-7]|35|4\d|5\d|6\d|81)\d{14}|(?:4\d|5[06-9]|6\d|81)\d{15,17})$/;

/** American Express and Diners are written in groups of their own. */
const OWN_GROUPS = new Set(['4,6,5', '4,6,4']);
/** How much longer than the others the last group may be. */
const LAST_LONGER_MAX = 3;

/** Whether the digits are those of a card. */
export function isCardNumber(digits: string): boolean {
  return ISSUED.test(digits) && validator.isLuhnNumber(digits);
}

export function cardNumbers(text: string): readonly Span[] {
  return [...text.matchAll(RUN)].flatMap(({ 0: run, index }) =>
    inRun(run)
      .filter(({ start, end }) => standsAlone(text, index + start, index + end))
      .map(({ start, end }) => ({ start: index + start, end: index + end, what: 'card number' })),
  );
}

interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** What stands between this group and the one before it. */
  readonly separator: string;
}

/** Whole groups only, so that a stretch of a longer number is not taken for one. */
function inRun(run: string): readonly Pick<Span, 'start' | 'end'>[] {
  const groups = [...run.matchAll(/(\D*)(\d+)/g)].map(({ 1: separator = '', 2: digits = '', index }) => {
    const start = index + separator.length;
    return { start, end: start + digits.length, digits, separator };
  });
  return groups.flatMap(({ start }, from) => {
    const end = endOfCard(groups.slice(from, from + DIGITS_MAX));
    return end === undefined ? [] : [{ start, end }];
  });
}

/** Where the longest card number ends that begins with the first group and is separated alike all through. */
function endOfCard(groups: readonly Group[]): number | undefined {
  let digits = '';
  let end: number | undefined;
  for (const [at, group] of groups.entries()) {
    if (at > 1 && group.separator !== groups[1]?.separator) break;
    digits += group.digits;
    if (digits.length > DIGITS_MAX) break;
    const whole = digits.length >= DIGITS_MIN && isCardNumber(digits);
    if (whole && evenlyWritten(groups.slice(0, at + 1))) end = group.end;
  }
  return end;
}

/** Lists of dates and of addresses hold as many digits, but in groups of different lengths. */
function evenlyWritten(groups: readonly Group[]): boolean {
  const lengths = groups.map(({ digits }) => digits.length);
  const [first = 0, last = 0] = [lengths[0], lengths.at(-1)];
  const even = lengths.slice(0, -1).every((length) => length === first);
  return (
    (even && (lengths.length === 1 || last <= first + LAST_LONGER_MAX)) || OWN_GROUPS.has(lengths.join())
  );
}

/** Not inside an id of letters and digits; a word right before or after it is not part of it. */
function standsAlone(text: string, start: number, end: number): boolean {
  const before = /[A-Za-z0-9]{0,40}$/.exec(text.slice(Math.max(0, start - 40), start))?.[0] ?? '';
  const after = /^[A-Za-z0-9]{0,40}/.exec(text.slice(end, end + 40))?.[0] ?? '';
  const digits = text.slice(start, end).replace(/\D/g, '').length;
  const phone = text[start - 1] === '+' && digits <= 15;
  return !phone && /^[A-Za-z]{0,20}$/.test(before) && /^[A-Za-z]{0,20}$/.test(after);
}
