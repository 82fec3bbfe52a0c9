import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRequestId, requestIds } from '../../src/orchestrator/request-id.ts';

const requestId = requestIds('the secret of one installation');

const text = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });

describe('requestIds()', () => {
  test('is the same for the same agent and key, and looks like an id', () => {
    fc.assert(
      fc.property(text, text, (agent, key) => {
        const id = requestId(agent, key);
        expect(requestId(agent, key)).toBe(id);
        expect(isRequestId(id)).toBe(true);
      }),
    );
  });

  test('differs where agent or key differ', () => {
    fc.assert(
      fc.property(text, text, text, text, (agent, key, otherAgent, otherKey) => {
        fc.pre(agent !== otherAgent || key !== otherKey);
        fc.pre(![agent, otherAgent].some((one) => one.includes('\u0000')));
        expect(requestId(agent, key)).not.toBe(requestId(otherAgent, otherKey));
      }),
    );
  });

  test('holds nothing of what the caller wrote', () => {
    const word = fc.stringMatching(/^[a-z2-7]{5,26}$/);
    fc.assert(
      fc.property(word, word, (agent, key) => {
        const id = requestId(agent, key);
        expect(id).not.toContain(agent);
        expect(id).not.toContain(key);
      }),
    );
  });

  test('stays what it was for keys already in use', () => {
    expect(requestId('release-agent', 'ticket-4711')).toBe('req_asafw3ttlbp3agioywwzuqum7j');
  });

  test('can not be told without the secret: another one makes other ids', () => {
    const plain = createHash('sha256').update('release-agent\u0000ticket-4711').digest();
    const guesses = [
      requestIds('the secret of another installation'),
      requestIds('the secret of one installatio'),
      requestIds(new Uint8Array(32)),
      requestIds(plain),
    ].map((guess) => guess('release-agent', 'ticket-4711'));
    expect(new Set([...guesses, requestId('release-agent', 'ticket-4711')]).size).toBe(5);
  });

  test('takes a secret as text or as bytes', () => {
    const bytes = new TextEncoder().encode('the secret of one installation');
    expect(requestIds(bytes)('release-agent', 'k')).toBe(requestId('release-agent', 'k'));
  });

  test.each(['', new Uint8Array()])('refuse an empty secret: %j', (secret) => {
    expect(() => requestIds(secret)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  });

  test('is new each time without a key, also beside an empty one', () => {
    const ids = Array.from({ length: 200 }, () => requestId('release-agent', undefined));
    expect(new Set(ids).size).toBe(200);
    expect(ids.every(isRequestId)).toBe(true);
    expect(ids).not.toContain(requestId('release-agent', ''));
  });
});

describe('isRequestId()', () => {
  test.each([
    '',
    'req_',
    'req_ABC',
    `req_${'a'.repeat(25)}`,
    `req_${'a'.repeat(27)}`,
    `req_${'1'.repeat(26)}`,
  ])('refuses "%s"', (id) => {
    expect(isRequestId(id)).toBe(false);
  });

  test.each([`req_${'a'.repeat(26)}\n`, ` req_${'a'.repeat(26)}`, `req_${'a'.repeat(26)}' OR ''='`])(
    'refuses an id with something around it: %j',
    (id) => {
      expect(isRequestId(id)).toBe(false);
    },
  );
});
