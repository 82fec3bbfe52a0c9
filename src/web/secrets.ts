/** Secrets of the pages: made here, compared here, and never kept but as hashes. */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** Easy to read aloud and to type; no vowels, so that no word appears. */
const CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const CODE_LENGTH = 8;

/** 256 random bits, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What stands in the database for a secret. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether a text can be a secret of `newSecret`. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** A code that people compare, such as `BCDF-GHJK`: about 34 bits, so only for minutes and behind a rate limit. */
export function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]);
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** The code as `newCode` writes it, however it was typed; undefined when it cannot be one. */
export function readCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[\s-]/g, '');
  if (!new RegExp(`^[${CODE_LETTERS}]{${CODE_LENGTH}}$`).test(letters)) return undefined;
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** A value that only somebody with this session's secret id can make, for one purpose. */
export function mark(sessionId: string, purpose: string, content = ''): string {
  return createHmac('sha256', sessionId)
    .update(JSON.stringify([purpose, content]))
    .digest('base64url');
}

/** Compares in constant time. */
export function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
