import { describe, expect, it } from 'vitest';
import { isTyped, phraseToType } from '../../src/approvals/phrase.ts';
import { step, view } from '../slack/views.ts';

const target = (label: string) => view({ steps: [step({ target: { ...step().target, label } })] });

describe('phraseToType()', () => {
  it.each([
    ['the target', target('acme/webshop branch x'), 'acme/webshop branch x'],
    ['the target with its spaces folded', target(' a \n b '), 'a b'],
    ['the code for a long target', target('x'.repeat(61)), '1a2b3c4d'],
    ['the code for an invisible target', target('a\u200Bb'), '1a2b3c4d'],
    ['the code for an empty target', target('  '), '1a2b3c4d'],
    [
      'the first step people are asked about',
      view({
        steps: [step({ verdict: 'allow', target: { ...step().target, label: 'free' } }), step({ index: 1 })],
      }),
      'acme/webshop branch old-checkout',
    ],
  ])('is %s', (_, one, phrase) => {
    expect(phraseToType(one)).toBe(phrase);
  });
});

describe('isTyped()', () => {
  it.each([
    ['the phrase itself', 'acme/webshop branch x', true],
    ['other spaces', '  acme/webshop   branch x ', true],
    ['composed characters that look alike', 'caf\u0065\u0301', true, 'caf\u00e9'],
    ['another case', 'Acme/webshop branch x', false],
    ['a part of it', 'acme/webshop branch', false],
    ['nothing', '', false],
  ])('takes or refuses %s', (_, typed, is, wanted = 'acme/webshop branch x') => {
    expect(isTyped(typed, wanted)).toBe(is);
  });
});
