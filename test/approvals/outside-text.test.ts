import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, outside, outsideLine, shortCode } from '../../src/approvals/outside-text.ts';

describe('outside()', () => {
  it.each([
    ['short text as it is', 'Fix <b> & *stars*', 'Fix <b> & *stars*'],
    ['line breaks of any system as one kind', 'a\r\nb\rc', 'a\nb\nc'],
    ['emptiness visibly', ' \n ', '(empty)'],
    ['nothing visibly', '', '(empty)'],
    ['hidden and turning characters spelt out', 'a\u202Eb\u200Bc\u0007d', 'a[U+202E]b[U+200B]c[U+0007]d'],
    ['half characters spelt out', 'a\uD800b', 'a[U+D800]b'],
    ['tabs as they are', 'a\tb', 'a\tb'],
    ['a token as withheld (T25)', `use ghp_${'q7Wz'.repeat(9)} now`, 'use [withheld: key or token] now'],
    [
      'a token with hidden characters in it as withheld',
      `ghp_\u200B${'q7Wz'.repeat(9)}`,
      '[withheld: key or token]',
    ],
    ['a private key as withheld', '-----BEGIN PRIVATE KEY-----\nMIIB\n', '[withheld: private key]'],
    [
      'ids and card numbers, which people have to compare, as they are',
      'pi_1 4242 4242 4242 4242',
      'pi_1 4242 4242 4242 4242',
    ],
  ])('shows %s', (_, text, wanted) => {
    expect(outside(text, { charsMax: 200 })).toBe(wanted);
  });

  it('says how long a cut text was and gives its code', () => {
    const text = 'x'.repeat(500);
    const cut = outside(text, { charsMax: 100 });
    expect(cut).toHaveLength(100);
    expect(cut).toMatch(new RegExp(`^x+ … \\[cut: 500 characters in all, code ${shortCode(text)}\\]$`));
    expect(outside(`${text}y`, { charsMax: 100 })).not.toBe(cut);
  });

  it('counts lines too', () => {
    expect(outside('a\nb\nc', { charsMax: 200, linesMax: 2 })).toMatch(/^a\nb … \[cut: 5 characters/);
  });

  it('never exceeds its bound, never halves a character and never cuts without a word', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 80, max: 300 }),
        (text, charsMax) => {
          const shown = outside(text, { charsMax });
          expect(shown.length).toBeLessThanOrEqual(charsMax);
          expect(shown).not.toMatch(/\p{Cs}/u);
          if (text.length > charsMax && text.trim() !== '') expect(shown).toContain('[cut: ');
        },
      ),
    );
  });
});

describe('outsideLine()', () => {
  it('puts lines behind one another', () => {
    expect(outsideLine('a \r\n b\n\nc', 50)).toBe('a / b / c');
  });
});

describe('escaped()', () => {
  it('leaves no mention and no link', () => {
    expect(escaped('<!here> & <https://evil|x>')).toBe('&lt;!here&gt; &amp; &lt;https://evil|x&gt;');
  });
});
