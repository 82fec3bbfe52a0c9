import { describe, expect, test } from 'vitest';
import { parseInt8 } from '../../src/store/int8.ts';

describe('parseInt8()', () => {
  test.each([
    ['0', 0],
    ['-1', -1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
  ])('reads %s as a number', (text, value) => {
    expect(parseInt8(text)).toBe(value);
  });

  test.each(['9007199254740992', '-9223372036854775808', '1.5', 'many', 'NaN', 'Infinity'])(
    'refuses %s instead of rounding or guessing',
    (text) => {
      expect(() => parseInt8(text)).toThrow(/impossible state/);
    },
  );
});
