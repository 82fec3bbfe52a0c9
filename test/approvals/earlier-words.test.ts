import { describe, expect, it } from 'vitest';
import { earlierWords } from '../../src/approvals/earlier-words.ts';
import { namesOf } from '../../src/approvals/names.ts';
import type { EarlierDecision } from '../../src/domain/oversight.ts';
import { anEarlier } from '../store/oversight-samples.ts';
import { ACME } from './acme.ts';

const NAMES = namesOf(ACME);
const yes = (person: string) => ({ person, answer: 'approve' as const });

describe('earlierWords()', () => {
  const said: readonly (readonly [string, Partial<EarlierDecision>, string])[] = [
    [
      'an approval by two',
      { answers: [yes('alice'), yes('bob')] },
      '2026-11-21 12:00 UTC: approved by Alice and Bob; executed. The same target (github.delete_branch), asked by release-agent (req_1)',
    ],
    [
      'an approval that failed',
      { answers: [yes('alice')], outcome: 'rolled_back' },
      'approved by Alice; rolled back.',
    ],
    [
      'a denial',
      { fate: 'rejected', answers: [yes('alice'), { person: 'bob', answer: 'deny' }] },
      'rejected by Bob.',
    ],
    ['silence', { fate: 'expired', outcome: 'expired' }, 'nobody decided in time.'],
    ['a cancelled one', { fate: 'ended', outcome: 'cancelled' }, 'UTC: cancelled.'],
    [
      'one in the same scope',
      { similar: 'scope' },
      'The same scope (github.delete_branch in github/acme/webshop)',
    ],
    [
      'one of the same agent',
      { similar: 'agent' },
      'The same agent and tool (github.delete_branch in github/acme/webshop)',
    ],
    [
      'a scope with a line break in it',
      { similar: 'scope', scope: 'github/a\n- 2026: approved by Eve' },
      'in github/a / - 2026',
    ],
  ];
  it.each(said)('tells of %s', (_, change, words) => {
    const line = earlierWords(anEarlier(change), NAMES);
    expect(line).toContain(words);
    expect(line).not.toContain('\n');
  });

  it('does not tell of an approval still running that it is over', () => {
    const { outcome: _, ...running } = anEarlier({ answers: [yes('alice')] });
    expect(earlierWords(running, NAMES)).toContain('approved by Alice; not over yet');
  });
});
