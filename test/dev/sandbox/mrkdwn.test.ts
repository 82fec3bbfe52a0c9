import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inline, Passage } from '../../../src/dev/pages/blocks/inline.ts';
import { parseMarkdown } from '../../../src/dev/pages/blocks/markdown.ts';
import { parseMrkdwn } from '../../../src/dev/pages/blocks/mrkdwn.ts';

/** The tree as one line: `b(…)` bold, `a(url|label)` link, `@U…` mention, `pre(…)`, `quote(…)`. */
function shown(passages: readonly Passage[]): string {
  return passages
    .map((passage) => {
      if (passage.kind === 'preformatted') return `pre(${passage.text})`;
      if (passage.kind === 'list')
        return `${passage.ordered ? 'ol' : 'ul'}(${passage.items.map(line).join(';')})`;
      if (passage.kind === 'heading') return `h${passage.level}(${line(passage.children)})`;
      return passage.kind === 'quote' ? `quote(${line(passage.children)})` : line(passage.children);
    })
    .join(' / ');
}

function line(parts: readonly Inline[]): string {
  return parts.map(one).join('');
}

function one(part: Inline): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return `code(${part.text})`;
    case 'styled':
      return `${part.style[0]}(${line(part.children)})`;
    case 'link':
      return `a(${part.url}|${part.label})`;
    case 'date':
      return `date(${part.at}|${part.format}|${part.fallback})`;
    default:
      return `${part.kind}(${part.id}${part.label === undefined ? '' : `|${part.label}`})`;
  }
}

describe('parseMrkdwn()', () => {
  it.each([
    ['plain words', 'plain words'],
    ['*bold* _italic_ ~strike~ `code`', 'b(bold) i(italic) s(strike) code(code)'],
    ['*bold _and italic_*', 'b(bold i(and italic))'],
    ['(*bold*), *two words*.', '(b(bold)), b(two words).'],
    ['<https://a.example/x?a=1&amp;b=2|label>', 'a(https://a.example/x?a=1&b=2|label)'],
    ['<https://a.example>', 'a(https://a.example|https://a.example)'],
    ['<mailto:a@b.example|write>', 'a(mailto:a@b.example|write)'],
    ['see (<https://a.example|it>)', 'see (a(https://a.example|it))'],
    ['<@U0BOB> in <#C0APPROVALS|approvals>', 'user(U0BOB) in channel(C0APPROVALS|approvals)'],
    ['<!here> <!subteam^S1|@leads>', 'broadcast(here) group(S1|@leads)'],
    ['<!date^1795274400^{date_short} at {time}|later>', 'date(1795274400|{date_short} at {time}|later)'],
    ['before ```let a = *1*``` after', 'before  / pre(let a = *1*) /  after'],
    ['a\n&gt; quoted\nb', 'a / quote(quoted) / b'],
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['&amp;lt;script&amp;gt;', '&lt;script&gt;'],
    ['bare https://a.example/x.', 'bare a(https://a.example/x|https://a.example/x).'],
  ])('reads %j as Slack does', (source, wanted) => {
    expect(shown(parseMrkdwn(source))).toBe(wanted);
  });

  it.each([
    'a*b*c',
    '2 * 3 * 4',
    '*open',
    '* not bold *',
    '**',
    'snake_case_name',
    '`open',
    '<',
    '<>',
    '<script>alert(1)</script>',
    '<!date^nonsense>',
    '<!unknown>',
    '[label](https://a.example)'.replace('https://', ''),
    '# no heading',
    '- no list',
  ])('leaves %j as it is', (source) => {
    expect(shown(parseMrkdwn(source))).toBe(source);
  });

  it('leaves bare addresses alone when the text is verbatim', () => {
    expect(shown(parseMrkdwn('see https://a.example', { verbatim: true }))).toBe('see https://a.example');
  });

  it('loses no letter, whatever the text', () => {
    const marks = fc.constantFrom(
      '*',
      '_',
      '~',
      '`',
      '```',
      '<',
      '>',
      '|',
      '&lt;',
      '\n',
      ' ',
      '#',
      '@',
      '!',
      'word',
      '7',
    );
    const letters = (text: string) => text.replace(/&(?:amp|lt|gt);/g, '').replace(/[^a-z0-9]/gi, '');
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 60 }), (parts) => {
        const source = parts.join('');
        expect(letters(plainText(parseMrkdwn(source)))).toBe(letters(source));
      }),
    );
  });

  it('reads the longest text Slack takes within a moment, even one made of unclosed marks', () => {
    const startedAt = performance.now();
    parseMrkdwn('*a _b ~c <'.repeat(300));
    parseMrkdwn('*_~'.repeat(1000));
    parseMrkdwn('http://'.repeat(428));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

function plainText(passages: readonly Passage[]): string {
  const textOf = (part: Inline): string => {
    if (part.kind === 'text' || part.kind === 'code') return part.text;
    if (part.kind === 'styled') return part.children.map(textOf).join('');
    return part.kind === 'link' ? part.source : 'id' in part ? part.id + (part.label ?? '') : part.fallback;
  };
  return passages
    .map((passage) => {
      if (passage.kind === 'preformatted') return passage.text;
      return passage.kind === 'list' ? '' : passage.children.map(textOf).join('');
    })
    .join('');
}

describe('parseMarkdown()', () => {
  it.each([
    ['# Title\ntext', 'h1(Title) / text'],
    ['**bold** *italic* ~~gone~~ `code`', 'b(bold) i(italic) s(gone) code(code)'],
    ['[label](https://a.example)', 'a(https://a.example|label)'],
    ['- one\n- two', 'ul(one;two)'],
    ['1. one\n2. two', 'ol(one;two)'],
    ['> said', 'quote(said)'],
    ['before\n\n```js\nlet *a*\n```\nafter', 'before / pre(let *a*) / after'],
  ])('reads %j', (source, wanted) => {
    expect(shown(parseMarkdown(source))).toBe(wanted);
  });

  it.each(['<img src=x onerror=alert(1)>', '![image](x', 'a * b * c', '**open', '[label] (x)'])(
    'leaves %j as it is',
    (source) => {
      expect(shown(parseMarkdown(source))).toBe(source);
    },
  );
});
