/** What a step takes along between judging and executing, and what comes back from it. */
import { expect, test } from 'vitest';
import type { StepResult } from '../../activities/contract.ts';
import { gate, onStage, ran } from './stage.ts';

test('Request goes back to people with the reason when policy changed, and tells executors what they were asked', async () => {
  const sentence = 'Policy changed (p-test → p-2): rule "ask-leads" now asks for 1 of leads.';
  const verdict = {
    effect: 'approve' as const,
    rules: [{ id: 'ask-leads', sentence: 'Leads have to agree as well.' }],
    gates: [gate('platform'), gate('leads')],
    policyVersion: 'p-2',
    explanation: [sentence, 'rule ask-leads asks'],
  };
  const unapproved = { kind: 'refused' as const, why: 'unapproved' as const, sentence, verdict };
  const steps = [{ gates: [gate('platform')], results: [unapproved, ran('with both')] }];
  await onStage({ steps, record: 'policy-changed' }, async ({ handle, cards, executed, waiting, decide }) => {
    await waiting(1);
    await decide('platform-1', 'approve');
    const again = await waiting(2);
    expect(again.steps[0]?.verdict).toEqual({
      effect: 'approve',
      rules: verdict.rules,
      explanation: verdict.explanation,
    });
    expect(again.waitingFor).toMatchObject({ groups: ['platform', 'leads'], need: 2, have: 0 });
    await decide('platform-1', 'approve');
    await decide('leads-1', 'approve');
    expect(await handle.result()).toMatchObject({ outcome: 'executed', steps: [{ result: 'with both' }] });
    expect(cards.at(-1)?.steps[0]).toMatchObject({ explanation: verdict.explanation });
    expect(executed.map(({ judgedGates, judgedPolicy }) => ({ judgedGates, judgedPolicy }))).toEqual([
      { judgedGates: [gate('platform')], judgedPolicy: 'p-test' },
      { judgedGates: verdict.gates, judgedPolicy: 'p-2' },
    ]);
  });
});

test('Request hands on what was left of a result and says what was taken out', async () => {
  const less = (...fields: readonly string[]): StepResult => ({
    ...{ kind: 'done', tool: 'test.tool', result: { id: 1 } },
    withheld: fields.map((field) => ({ field, what: 'tier 3' })),
  });
  const steps = [
    { effect: 'read' as const, results: [less('/email', '/phone')] },
    { results: [less('/key')] },
  ];
  await onStage({ steps, record: 'withheld', session: 'ses_1' }, async ({ handle, view }) => {
    const closed = await handle.result();
    expect(closed).toMatchObject({
      outcome: 'executed',
      steps: [
        {
          result: { id: 1 },
          withheld: [
            { field: '/email', what: 'tier 3' },
            { field: '/phone', what: 'tier 3' },
          ],
        },
        { withheld: [{ field: '/key', what: 'tier 3' }] },
      ],
    });
    expect(await view()).toEqual(closed);
  });
});
