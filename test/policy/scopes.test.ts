import { describe, expect, it } from 'vitest';
import { readScopes, SCOPE, scopeChain } from '../../src/policy/scopes.ts';

const read = (text: string) => readScopes({ file: 'scopes.yaml', text });

describe('scopeChain()', () => {
  it('lists a scope with its parents, narrow first', () => {
    expect(scopeChain('github/acme/webshop')).toEqual(['github/acme/webshop', 'github/acme', 'github']);
    expect(scopeChain('mail')).toEqual(['mail']);
  });
});

describe('readScopes()', () => {
  it('adds every parent once', () => {
    expect(read('scopes: [a/b/c, a/d]')).toEqual({ scopes: ['a', 'a/b', 'a/b/c', 'a/d'], problems: [] });
  });

  it.each(['', '[]', 'scopes: []', 'scopes: a/b', 'scopes: [7]', 'scopes: [a, "a b"]', 'a: &x [*x]'])(
    'refuses %j',
    (text) => {
      const { scopes, problems } = read(text);
      expect(scopes).toEqual([]);
      expect(problems.length).toBeGreaterThan(0);
    },
  );
});

describe('a scope', () => {
  it.each(['github', 'github/acme/.github', 'a/b_c/D-1.x', 'a/...'])('may be %j', (scope) => {
    expect(scope).toMatch(SCOPE);
  });

  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    '.',
    'a/..',
    '../a',
    'a/./b',
    'a b',
    'a"b',
    'a/b/c/d/e/f/g',
    'a\nb',
    'ä',
  ])('is never %j', (scope) => {
    expect(scope).not.toMatch(SCOPE);
  });
});
