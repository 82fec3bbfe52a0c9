import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approversOf, eligibility, excludedPeople } from '../../src/approvals/eligibility.ts';
import { person } from './acme.ts';

const NEEDS = [{ groups: ['platform'], count: 1 }];

describe('eligibility()', () => {
  it.each([
    ['a member', person('alice', ['platform']), [], 'eligible'],
    ['a member of one of several groups', person('alice', ['support', 'platform']), [], 'eligible'],
    ['nobody', undefined, [], 'unknown-person'],
    ['somebody inactive', person('ivan', ['platform'], { active: false }), [], 'inactive'],
    ['an excluded member', person('dana', ['platform']), ['dana'], 'excluded'],
    ['an outsider', person('erin', ['support']), [], 'not-eligible'],
    ['somebody in no group', person('zoe', []), [], 'not-eligible'],
  ] as const)('answers for %s', (_, who, excluded, answer) => {
    expect(eligibility(who, { needs: NEEDS, excluded })).toBe(answer);
  });

  it('never lets an excluded person decide, whatever groups they are in (T5)', () => {
    const groups = fc.array(fc.constantFrom('platform', 'finance', 'support'));
    fc.assert(
      fc.property(groups, groups, fc.nat(3), (mine, asked, count) => {
        const answer = eligibility(person('dana', mine), {
          needs: [{ groups: asked, count }],
          excluded: ['dana'],
        });
        expect(answer).toBe('excluded');
      }),
    );
  });
});

describe('excludedPeople()', () => {
  it('names owner, the person acted for and the requester, each once', () => {
    expect(excludedPeople({ owner: 'dana', onBehalfOf: 'bob', requester: 'dana' })).toEqual(['dana', 'bob']);
    expect(excludedPeople({ owner: 'dana', onBehalfOf: null })).toEqual(['dana']);
  });
});

describe('approversOf()', () => {
  it('counts each eligible approver once and nobody else', () => {
    const people = new Map(
      [person('alice', ['platform']), person('dana', ['platform']), person('erin', ['support'])].map(
        (one) => [one.id, one],
      ),
    );
    const votes = ['alice', 'alice', 'dana', 'erin', 'ghost'].map((id) => ({
      person: id,
      answer: 'approve' as const,
    }));
    const denial = { person: 'alice', answer: 'deny' as const };
    const electorate = { needs: NEEDS, excluded: ['dana'] };
    expect(approversOf(votes, people, electorate)).toEqual([{ person: 'alice', groups: ['platform'] }]);
    expect(approversOf([denial], people, electorate)).toEqual([]);
  });
});
