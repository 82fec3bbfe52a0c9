/** Request ids: public, used as workflow ids, and free of customer text. */
import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 26;

/**
 * The id of a request: derived from agent and idempotency key, so that a retry can never open a second request;
 * random where the caller gave no key. 130 bits either way.
 */
export function requestId(agent: string, key: string | undefined): string {
  const bits =
    key === undefined ? randomBytes(32) : createHash('sha256').update(`${agent}\u0000${key}`).digest();
  return `req_${[...bits.subarray(0, LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
}

/** Whether a text can be a request id at all; anything else is not looked up. */
export function isRequestId(text: string): boolean {
  return /^req_[a-z2-7]{26}$/.test(text);
}
