/** Request ids: public, used as workflow ids, free of customer text, and not to be guessed from what somebody asked. */
import { createHmac, randomBytes } from 'node:crypto';
import { CountersignError } from '../domain/errors.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 26;

/** Makes the id of a request from its agent and the caller's idempotency key, if any. */
export type MakeRequestId = (agent: string, key: string | undefined) => string;

/**
 * Ids derived from agent and idempotency key under the installation's secret, so that a retry can never open a second
 * request and nobody else can tell the id; random where the caller gave no key. 130 bits either way. Another secret
 * makes other ids: changing it forgets the keys of earlier requests. Throws `misconfigured` for an empty secret.
 */
export function requestIds(secret: string | Uint8Array): MakeRequestId {
  if (secret.length === 0)
    throw new CountersignError('misconfigured', 'Cannot make request ids: the secret for them is empty');
  return (agent, key) => {
    const bits =
      key === undefined
        ? randomBytes(32)
        : createHmac('sha256', secret).update(`${agent}\u0000${key}`).digest();
    return `req_${[...bits.subarray(0, LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
  };
}

/** Whether decisions can be sent there: to a request, or to the review that follows a broken glass. */
export function takesDecisions(text: string): boolean {
  return isRequestId(text) || /^rev_[a-z2-7]{26}$/.test(text);
}

/** Whether a text can be a request id at all; anything else is not looked up. */
export function isRequestId(text: string): boolean {
  return /^req_[a-z2-7]{26}$/.test(text);
}
