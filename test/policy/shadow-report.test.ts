import { describe, expect, it } from 'vitest';
import type { JudgedStep } from '../../src/domain/plan.ts';
import type { VerdictEffect } from '../../src/domain/verdict.ts';
import { shadowBook } from '../../src/policy/shadow-report.ts';
import type { PastRequest } from '../../src/policy/simulate.ts';

interface Answer {
  readonly effect: VerdictEffect;
  readonly rules: readonly string[];
}

const answer = (effect: VerdictEffect, ...rules: readonly string[]): Answer => ({ effect, rules });

function step(enforced: Answer, shadow?: Answer, policyVersion = 'p-next'): JudgedStep {
  return {
    verdict: {
      effect: enforced.effect,
      rules: enforced.rules.map((id) => ({ id, sentence: `The rule ${id}.` })),
      ...{ gates: [], policyVersion: 'p-now' },
    },
    ...{ tool: 'crm.edit', effect: 'write', reversibility: 'reversible' },
    target: { kind: 'thing', id: 'thing', label: 'a thing', scope: 'crm', tier: 1, traits: [] },
    ...(shadow === undefined ? {} : { shadow: { policyVersion, ...shadow } }),
  };
}

const past = (id: string, ...steps: readonly JudgedStep[]): PastRequest => ({
  id,
  at: '2026-11-20T09:00:00.000Z',
  judgement: { policyVersion: 'p-now', owner: 'olga', digest: '', steps },
});

function reportOf(...requests: readonly PastRequest[]) {
  const book = shadowBook();
  for (const one of requests) book.add(one);
  return book.report();
}

describe('shadowBook()', () => {
  it('says nothing of a time without a shadow', () => {
    const unjudged = { id: 'req_b', at: '2026-11-20T09:00:00.000Z' };
    expect(reportOf(past('req_a', step(answer('allow', 'a'))), unjudged)).toEqual({
      ...{ requests: 2, notShadowed: 1 },
      versions: [],
    });
  });

  it('counts agreement by effect, whatever the rules', () => {
    const { versions } = reportOf(
      past(
        'req_a',
        step(answer('allow', 'a'), answer('allow', 'b')),
        step(answer('deny', 'x'), answer('deny', 'x')),
      ),
      past('req_b', step(answer('allow', 'a'), answer('approve', 'c'))),
      past('req_c', step(answer('approve', 'd'), answer('notify', 'e'))),
    );
    expect(versions).toEqual([
      expect.objectContaining({
        ...{ policyVersion: 'p-next', steps: 4, agreed: 2, stricter: 1, milder: 1 },
        agreement: 0.5,
      }),
    ]);
  });

  it('groups differences by rule with the requests to look at, the most frequent first', () => {
    const { versions } = reportOf(
      past('req_a', step(answer('approve', 'd'), answer('allow', 'e'))),
      past('req_b', step(answer('allow', 'grant'), answer('approve', 'new'))),
      past('req_c', step(answer('allow', 'grant'), answer('approve', 'new'))),
      past('req_d', step(answer('approve', 'same'), answer('notify', 'same'))),
    );
    const between = { enforced: 'allow', shadow: 'approve', steps: 2, examples: ['req_b', 'req_c'] };
    expect(versions[0]?.differences).toEqual([
      { rule: 'new', ...between },
      { rule: 'grant', ...between },
      { rule: 'e', enforced: 'approve', shadow: 'allow', steps: 1, examples: ['req_a'] },
      { rule: 'd', enforced: 'approve', shadow: 'allow', steps: 1, examples: ['req_a'] },
      { rule: '(same rules)', enforced: 'approve', shadow: 'notify', steps: 1, examples: ['req_d'] },
    ]);
  });

  it('keeps the versions of a candidate apart', () => {
    const { versions } = reportOf(
      past('req_a', step(answer('allow', 'a'), answer('allow', 'a'), 'p-1')),
      past('req_b', step(answer('allow', 'a'), answer('deny', 'b'), 'p-2')),
    );
    expect(versions.map(({ policyVersion, agreement }) => [policyVersion, agreement])).toEqual([
      ['p-1', 1],
      ['p-2', 0],
    ]);
  });

  it('names five requests for a difference and counts all', () => {
    const requests = Array.from({ length: 9 }, (_, index) =>
      past(`req_${index}`, step(answer('allow', 'a'), answer('deny', 'a'))),
    );
    expect(reportOf(...requests).versions[0]?.differences).toMatchObject([
      { steps: 9, examples: ['req_0', 'req_1', 'req_2', 'req_3', 'req_4'] },
    ]);
  });
});
