import { describe, expect, it } from 'vitest';
import { type SourceFile, sources } from './sources.ts';

const everything = sources(
  ['src', 'workflows', 'activities', 'test', 'bench', 'bin', 'config', 'scripts', 'deploy', '.ci'],
  /\.(tsx?|mjs|json|ya?ml|cedar|md|css|html)$|\/run$/,
).filter(({ path }) => !path.startsWith('test/style/'));

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly within: RegExp;
  readonly caught: string;
}

// The patterns are put together so that this file does not match itself where the same search is made elsewhere.
const rules: readonly Rule[] = [
  {
    name: 'unfinished words',
    pattern: new RegExp(
      `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b|\\b(not implemented|for now|coming soon)\\b`,
    ),
    within: /./,
    caught: '// TO' + 'DO: later',
  },
  {
    name: 'paths of a machine',
    pattern: /(?<![\w.])\/(work|root|home\/[a-z]+|Users\/[A-Za-z]+)\/[A-Za-z]/,
    within: /./,
    caught: `const path = '/ro${''}ot/x';`,
  },
  {
    name: 'focused, skipped or empty tests',
    pattern: /\b(it|test|describe)\.(only|skip|todo)\b(?!If)/,
    within: /^test\//,
    caught: `it.${'only'}('x')`,
  },
  {
    name: 'mock libraries',
    pattern: /\bvi\.(mock|spyOn|fn|doMock)\(|from '(sinon|nock|msw)'/,
    within: /^test\//,
    caught: `vi.${'mock'}('./x.ts')`,
  },
  {
    name: 'silenced checks',
    pattern: /@ts-(ignore|nocheck)|@ts-expect-error(?!: \w)|biome-ignore(?!.*: \w)/,
    within: /\.tsx?$/,
    caught: `// @ts-${'ignore'}`,
  },
];

function hits({ path, text }: SourceFile, pattern: RegExp): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}

/** Credentials as their vendors shape them. Fixtures use words instead, e.g. `xoxb-sandbox`. */
const credentials =
  /xox[a-z]-\d{8,}-|xapp-1-[A-Z0-9]{9,}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50,}|[sr]k_live_[A-Za-z0-9]{10,}|\bre_[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}|AKIA[A-Z0-9]{16}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]/;

describe('forbidden words', () => {
  it.each(rules)('repository holds no $name', ({ pattern, within }) => {
    const searched = everything.filter(({ path }) => within.test(path));
    expect(searched.length).toBeGreaterThan(10);
    expect(searched.flatMap((file) => hits(file, pattern))).toEqual([]);
  });

  it.each(rules)('search for $name would find one', ({ pattern, caught }) => {
    expect(caught).toMatch(pattern);
  });

  it('repository holds no credential, in recorded histories and fixtures neither', () => {
    const recorded = sources(['test'], /\.(json|ndjson|txt|bin|hex)$/);
    expect(
      [...everything, ...recorded].filter(({ text }) => credentials.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  it.each([`gh${'p'}_${'a1'.repeat(18)}`, `xox${'b'}-123456789012-abc`, `sk_${'live'}_${'4'.repeat(20)}`])(
    'search for credentials would find %s',
    (credential) => {
      expect(credential).toMatch(credentials);
    },
  );
});
