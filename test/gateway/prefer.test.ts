import { describe, expect, test } from 'vitest';
import { parsePrefer } from '../../src/gateway/prefer.ts';

describe('parsePrefer()', () => {
  test.each([
    ['wait=0', 0, 'wait=0'],
    ['wait=10', 10, 'wait=10'],
    ['Wait=10', 10, 'wait=10'],
    [' wait = 7 ', 7, 'wait=7'],
    ['wait="12"', 12, 'wait=12'],
    ['wait=30', 30, 'wait=30'],
    ['wait=31', 30, 'wait=30'],
    ['wait=999999', 30, 'wait=30'],
    ['respond-async, wait=3', 3, 'wait=3'],
    ['wait=3; foo=bar', 3, 'wait=3'],
    ['wait=3, wait=9', 3, 'wait=3'],
    ['foo="a, wait=9", wait=2', 2, 'wait=2'],
  ])('grants %j as %i s', (header, seconds, applied) => {
    expect(parsePrefer(header)).toEqual({ waitMs: seconds * 1000, applied });
  });

  test.each([
    undefined,
    '',
    'respond-async',
    'wait',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=abc',
    'wait="3',
    'wait=99999999999999999999',
    'foo="a, wait=9"',
    'await=9',
    `${'x'.repeat(600)}, wait=9`,
  ])('ignores %j and waits 5 s', (header) => {
    expect(parsePrefer(header)).toEqual({ waitMs: 5000 });
  });
});
