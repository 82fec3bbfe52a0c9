import { describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/domain/errors.ts';
import { boundJson, DEPTH_MAX, KEY_LENGTH_MAX, VALUES_MAX } from '../../src/gateway/json-bounds.ts';

function nested(depth: number): unknown {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

function problemsOf(value: unknown) {
  try {
    boundJson(value);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(CountersignError);
    return (error as CountersignError).problems;
  }
}

describe('boundJson()', () => {
  test.each([
    ['null', null],
    ['an ordinary body', { tool: 't', args: { a: [1, 'é', true, null] }, reason: '👍 done' }],
    ['the greatest depth', nested(DEPTH_MAX)],
    ['the greatest count', Array(VALUES_MAX - 1).fill(0)],
    ['the longest key', { ['k'.repeat(KEY_LENGTH_MAX)]: 1 }],
  ])('lets %s pass', (_, value) => {
    expect(problemsOf(value)).toEqual([]);
  });

  test.each([
    ['one level too deep', nested(DEPTH_MAX + 1), '/0'.repeat(DEPTH_MAX)],
    ['a depth that would exhaust a stack', nested(100_000), '/0'.repeat(DEPTH_MAX)],
    ['one value too many', Array(VALUES_MAX).fill(0), ''],
    ['too many in parts', { a: Array(6000).fill(0), b: Array(6000).fill(0) }, ''],
    ['a key that is too long', { a: { ['k'.repeat(KEY_LENGTH_MAX + 1)]: 1 } }, '/a'],
    ['NUL in a text', { args: { branch: 'a\0b' } }, '/args/branch'],
    ['NUL in a key', { args: { 'a\0': 1 } }, '/args'],
    ['half a surrogate pair', { reason: '\ud800' }, '/reason'],
    ['a number beyond all', JSON.parse('{"confidence":1e999}'), '/confidence'],
    ['a place whose key needs escaping', { 'a/b~c': '\0' }, '/a~1b~0c'],
  ])('refuses %s and says where', (_, value, field) => {
    expect(problemsOf(value)).toMatchObject([{ field }]);
  });
});
