import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Ballot,
  foldVotes,
  mayBreakGlass,
  standingOf,
  type Vote,
  type Voter,
  type Voters,
} from '../../src/domain/tally.ts';

const NOW = new Date('2026-11-28T12:00:00Z');
const BALLOT: Ballot = {
  needs: [{ groups: ['platform'], count: 2 }],
  excluded: ['dana'],
  assurance: 'click',
  needsReason: false,
  breakGlass: { group: 'leads', people: 2, minutes: 15 },
  now: NOW,
};

const voter = (person: string, groups: readonly string[], more: Partial<Voter> = {}): Voter => ({
  ...{ person, groups, active: true, standsInFor: [] },
  ...more,
});
const votersOf = (...list: readonly Voter[]): Voters => new Map(list.map((one) => [one.person, one]));
const PEOPLE = votersOf(
  voter('alice', ['platform']),
  voter('bob', ['platform']),
  voter('dana', ['platform']),
  voter('ivan', ['platform'], { active: false }),
  voter('carol', ['leads', 'finance']),
  voter('dan', ['leads', 'finance']),
  voter('erin', ['support'], { standsInFor: [{ person: 'zoe', groups: ['platform'] }] }),
  voter('frank', ['support'], { standsInFor: [{ person: 'zoe', groups: ['platform'] }] }),
  voter('hugo', ['support'], { standsInFor: [{ person: 'alice', groups: ['platform'] }] }),
  voter('gina', ['support'], { standsInFor: [{ person: 'dana', groups: ['platform'] }] }),
);

const yes = (person: string, more: Partial<Vote> = {}): Vote => ({
  ...{ person, answer: 'approve', at: '2026-11-28T11:59:00Z' },
  ...more,
});
const no = (person: string): Vote => ({ person, answer: 'deny', at: '2026-11-28T11:59:00Z' });
const glass = (person: string, more: Partial<Vote> = {}) =>
  yes(person, { breakGlass: true, reason: 'The site is down', ...more });

describe('standingOf()', () => {
  it.each([
    ['a member', 'alice', 'eligible'],
    ['somebody nobody knows', 'ghost', 'unknown-person'],
    ['somebody inactive', 'ivan', 'inactive'],
    ['an excluded member (T5)', 'dana', 'excluded'],
    ['an outsider (T1)', 'carol', 'not-eligible'],
    ['who stands in for a member', 'erin', 'eligible'],
    ['who stands in for an excluded member (T16)', 'gina', 'not-eligible'],
  ] as const)('answers for %s', (_, person, answer) => {
    expect(standingOf(PEOPLE.get(person), BALLOT)).toBe(answer);
  });

  it('answers that nobody is eligible where nobody is asked (T2)', () => {
    expect(standingOf(PEOPLE.get('alice'), { ...BALLOT, needs: [] })).toBe('not-eligible');
  });
});

describe('mayBreakGlass()', () => {
  it.each([
    ['somebody named for it', 'carol', BALLOT, true],
    ['somebody else', 'alice', BALLOT, false],
    ['somebody excluded (T65)', 'carol', { ...BALLOT, excluded: ['carol'] }, false],
    ['somebody nobody knows', 'ghost', BALLOT, false],
  ] as const)('answers for %s', (_, person, ballot, answer) => {
    expect(mayBreakGlass(PEOPLE.get(person), ballot)).toBe(answer);
  });

  it('answers no where the organisation has no glass to break', () => {
    const { breakGlass: _, ...without } = BALLOT;
    expect(mayBreakGlass(PEOPLE.get('carol'), without)).toBe(false);
  });
});

describe('foldVotes()', () => {
  const rows: readonly [title: string, votes: readonly Vote[], wanted: object, ballot?: Partial<Ballot>][] = [
    ['is not met by nobody', [], { quorum: { need: 2, have: 0, met: false }, denied: false }],
    ['is met by two members', [yes('alice'), yes('bob')], { quorum: { need: 2, have: 2, met: true } }],
    ['counts a person once', [yes('alice'), yes('alice')], { quorum: { have: 1, met: false } }],
    ['counts nobody excluded (T4)', [yes('alice'), yes('dana')], { quorum: { have: 1, met: false } }],
    ['counts nobody inactive (T12)', [yes('alice'), yes('ivan')], { quorum: { have: 1, met: false } }],
    ['counts nobody unknown', [yes('alice'), yes('ghost')], { quorum: { have: 1, met: false } }],
    ['is denied by one member', [yes('alice'), yes('bob'), no('alice')], { denied: true }],
    ['is not denied by an outsider', [no('carol')], { denied: false }],
    ['is not denied by the owner', [no('dana')], { denied: false }],
    [
      'counts a delegate for somebody, and says so',
      [yes('alice'), yes('erin')],
      {
        quorum: { have: 2, met: true },
        approvedBy: [{ person: 'alice' }, { person: 'erin', forPerson: 'zoe' }],
      },
    ],
    [
      'lends no authority of somebody who voted themselves',
      [yes('alice'), yes('hugo')],
      { quorum: { have: 1, met: false } },
    ],
    [
      'counts no approval by whom the edit is of, not even with a broken glass',
      [yes('alice'), yes('bob'), glass('carol'), glass('dan')],
      { quorum: { have: 1, met: false }, brokenBy: [], approvedBy: [{ person: 'bob' }] },
      { editors: ['alice', 'carol'] },
    ],
    ['is denied by whom the edit is of', [no('alice')], { denied: true }, { editors: ['alice'] }],
    [
      'lends no authority of whom the edit is of',
      [yes('alice'), yes('erin')],
      { quorum: { have: 1, met: false } },
      { editors: ['zoe'] },
    ],
    ['lends one authority once', [yes('erin'), yes('frank')], { quorum: { have: 1, met: false } }],
    [
      'lends no authority of an excluded person (T16)',
      [yes('alice'), yes('gina')],
      { quorum: { have: 1, met: false } },
    ],
    [
      'leaves out what was given too lightly (T15)',
      [yes('alice', { assurance: 'reviewed' }), yes('bob')],
      { quorum: { have: 1, met: false } },
      { assurance: 'reviewed' },
    ],
    [
      'leaves out what came without a reason where one is wanted',
      [yes('alice', { reason: 'Checked' }), yes('bob', { reason: '  ' })],
      { quorum: { have: 1, met: false } },
      { needsReason: true },
    ],
    [
      'is met where two people break the glass (T65)',
      [glass('carol'), glass('dan')],
      { quorum: { have: 0, met: true }, brokenBy: ['carol', 'dan'] },
    ],
    ['is not met where one does', [glass('carol')], { quorum: { met: false }, brokenBy: [] }],
    ['is not met where one does twice', [glass('carol'), glass('carol')], { quorum: { met: false } }],
    [
      'is met where one does with a passkey',
      [glass('carol', { assurance: 'passkey' })],
      { quorum: { met: true }, brokenBy: ['carol'] },
    ],
    [
      'is not met by a broken glass of longer ago',
      [glass('carol', { at: '2026-11-28T11:44:59Z' }), glass('dan')],
      { quorum: { met: false } },
    ],
    ['breaks no glass without a reason', [glass('carol', { reason: ' ' }), glass('dan')], { brokenBy: [] }],
    [
      'breaks no glass where nobody is asked',
      [glass('carol'), glass('dan')],
      { quorum: { met: false } },
      { needs: [] },
    ],
    ['lets a deny beat a broken glass', [glass('carol'), glass('dan'), no('alice')], { denied: true }],
    [
      'takes a plain approval for no broken glass',
      [yes('carol'), yes('dan')],
      { brokenBy: [], quorum: { met: false } },
    ],
  ];
  it.each(rows)('%s', (_, votes, wanted, ballot = {}) => {
    expect(foldVotes(votes, { ...BALLOT, ...ballot }, PEOPLE)).toMatchObject(wanted);
  });

  const anyVote = fc.record({
    person: fc.constantFrom(...PEOPLE.keys(), 'ghost'),
    answer: fc.constantFrom('approve', 'approve', 'approve', 'deny'),
    at: fc.constantFrom('2026-11-28T11:59:00Z', '2026-11-28T11:00:00Z'),
    assurance: fc.constantFrom('click', 'reviewed', 'passkey'),
    reason: fc.constantFrom('', 'Checked'),
  }) as fc.Arbitrary<Vote>;
  const anyVotes = fc.array(
    fc
      .tuple(anyVote, fc.boolean())
      .map(([vote, breaks]): Vote => (breaks ? { ...vote, breakGlass: true } : vote)),
    { maxLength: 12 },
  );

  it('gives one state whatever order votes come in, and however often (T45, T46)', () => {
    const votesTwice = anyVotes.chain((votes) =>
      fc.tuple(
        fc.constant(votes),
        fc.shuffledSubarray([...votes, ...votes, ...votes], { minLength: votes.length * 3 }),
      ),
    );
    fc.assert(
      fc.property(votesTwice, fc.boolean(), ([once, often], needsReason) => {
        const ballot = { ...BALLOT, needsReason };
        expect(foldVotes(often, ballot, PEOPLE)).toEqual(foldVotes(once, ballot, PEOPLE));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never nearer to approval for one more exclusion', () => {
    fc.assert(
      fc.property(anyVotes, fc.constantFrom(...PEOPLE.keys()), (votes, person) => {
        const open = foldVotes(votes, BALLOT, PEOPLE);
        const barred = foldVotes(votes, { ...BALLOT, excluded: [...BALLOT.excluded, person] }, PEOPLE);
        expect(barred.quorum.have).toBeLessThanOrEqual(open.quorum.have);
        if (barred.quorum.met) expect(open.quorum.met).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
