import { describe, expect, it } from 'vitest';
import { paceOf, REASON_CHARS_MIN, shortReasonSentence, wantedOf } from '../../src/approvals/slow-down.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
/** Approvals newest first: `count` of them, `every` seconds apart, the newest `ago` seconds ago. */
const approvals = (count: number, { every = 600, ago = 0, seconds = 60 } = {}) =>
  Array.from({ length: count }, (_, at) => ({
    at: new Date(NOW.getTime() - (ago + at * every) * 1_000).toISOString(),
    seconds,
  }));

describe('paceOf()', () => {
  it.each([
    ['nobody who never approved', [], 'usual'],
    ['who takes a minute for each', approvals(20), 'usual'],
    ['ten within two minutes', approvals(10, { every: 13 }), 'streak'],
    ['ten within two minutes and a bit', approvals(10, { every: 13.4 }), 'usual'],
    ['nine within two minutes', approvals(9, { every: 1 }), 'usual'],
    ['ten within two minutes, an hour ago', approvals(10, { every: 10, ago: 3_600 }), 'streak'],
    ['ten within two minutes, longer ago', approvals(10, { every: 10, ago: 3_601 }), 'usual'],
    [
      'ten within two minutes, then one in its own time',
      [...approvals(1), ...approvals(9, { every: 1, ago: 300 })],
      'usual',
    ],
    [
      'half of twenty under 5 s',
      [...approvals(10, { seconds: 4 }), ...approvals(10, { ago: 9_000 })],
      'usual',
    ],
    [
      'more than half of twenty under 5 s',
      [...approvals(11, { seconds: 4.9 }), ...approvals(9, { ago: 9_000 })],
      'streak',
    ],
    ['all in exactly 5 s', approvals(20, { seconds: 5 }), 'usual'],
    ['eleven under 5 s in all', approvals(11, { seconds: 1 }), 'streak'],
    ['fast ones a month ago', approvals(20, { seconds: 1, ago: 31 * 86_400 }), 'usual'],
    [
      'fast ones before the last twenty',
      [...approvals(20), ...approvals(20, { seconds: 1, ago: 90_000 })],
      'usual',
    ],
  ] as const)('of somebody with %s', (_, list, pace) => {
    expect(paceOf(list, NOW)).toBe(pace);
  });
});

describe('wantedOf()', () => {
  it.each([
    ['usual', 'low', 'click', 0],
    ['usual', 'medium', 'click', 0],
    ['usual', 'high', 'reviewed', 0],
    ['usual', 'critical', 'passkey', 0],
    ['streak', 'low', 'click', 0],
    ['streak', 'medium', 'reviewed', 0],
    ['streak', 'high', 'reviewed', REASON_CHARS_MIN],
    ['streak', 'critical', 'passkey', REASON_CHARS_MIN],
    ['unknown', 'low', 'click', 0],
    ['unknown', 'medium', 'click', 0],
    ['unknown', 'high', 'reviewed', REASON_CHARS_MIN],
    ['unknown', 'critical', 'passkey', REASON_CHARS_MIN],
  ] as const)(
    'at %s pace asks %s risk for %s and a reason of %d',
    (pace, tier, assurance, reasonCharsMin) => {
      expect(wantedOf(pace, tier)).toEqual({ assurance, reasonCharsMin });
    },
  );
});

describe('shortReasonSentence()', () => {
  it('says why a longer reason is wanted, and does not blame whose pace is not known', () => {
    expect(shortReasonSentence('streak')).toMatch(
      /^You have approved many requests very quickly: .* at least 20/,
    );
    expect(shortReasonSentence('unknown')).toMatch(/^Your pace cannot be read/);
  });
});
