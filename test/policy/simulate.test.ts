import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepFacts } from '../../src/domain/facts.ts';
import type { JudgedStep, Judgement } from '../../src/domain/plan.ts';
import type { Policy } from '../../src/domain/ports.ts';
import { pastFrom } from '../../src/orchestrator/past-judgements.ts';
import { recordFacts } from '../../src/policy/facts.ts';
import { createSimulation, type PastRequest, type SimulationReport } from '../../src/policy/simulate.ts';
import { factsOf, GATES, loadText } from './sample.ts';

/** The sample's rules with other gates: edits need the desk, erasing is only announced. */
const CANDIDATE = {
  gates: GATES.replace(/@id\("edit-notice"\)[^;]*;/, (rule) =>
    rule
      .replace('edit-notice', 'edit-desk')
      .replace(
        '@gate("notify") @channel("notices")',
        '@gate("approval") @tier("low") @approvers("desk") @quorum("1") @ttl("1h")',
      ),
  ).replace(/@id\("erase"\)[^;]*;/, (rule) =>
    rule.replace(/@gate.*@escalate\("desk"\)/, '@gate("notify") @channel("notices")'),
  ),
};

let enforced: Policy;
let candidate: Policy;
beforeAll(async () => {
  [enforced, candidate] = await Promise.all([loadText(), loadText(CANDIDATE)]);
});

function judged(facts: StepFacts, changes: Partial<JudgedStep> = {}): JudgedStep {
  const { tool, effect, reversibility, target } = facts;
  const verdict = enforced.decide(facts);
  return { verdict, ...{ tool, effect, reversibility, target }, facts: recordFacts(facts), ...changes };
}

const judgement = (...steps: readonly JudgedStep[]): Judgement => ({
  policyVersion: enforced.version,
  owner: 'olga',
  digest: 'd'.repeat(64),
  steps,
});

const past = (id: string, day: string, ...steps: readonly JudgedStep[]): PastRequest => ({
  id,
  at: `${day}T09:00:00.000Z`,
  judgement: judgement(...steps),
});

function simulate(requests: readonly PastRequest[], by: Policy = candidate): SimulationReport {
  const simulation = createSimulation(by);
  for (const one of requests) simulation.add(one);
  return simulation.report();
}

const edit = () => judged(factsOf('crm.edit'));
const erase = () => judged(factsOf('crm.erase'));
const look = () => judged(factsOf('crm.look'));

describe('createSimulation()', () => {
  it('finds nothing where the candidate says the same', () => {
    const report = simulate([past('req_a', '2026-11-20', edit(), erase(), look())], enforced);
    expect(report).toEqual({
      candidate: enforced.version,
      ...{ requests: 1, notJudged: 0 },
      steps: { replayed: 3, changed: 0, notReplayable: { noFacts: 0, notGathered: 0 } },
      ...{ changes: [], prompts: [] },
      ...{ unasked: { count: 0, examples: [] }, denied: { count: 0, examples: [] } },
    });
  });

  it('groups changed verdicts by the rules that make the difference, the most frequent first', () => {
    const { changes, steps } = simulate([
      past('req_a', '2026-11-20', edit()),
      past('req_b', '2026-11-20', edit(), erase()),
    ]);
    expect(steps).toMatchObject({ replayed: 3, changed: 3 });
    const was = 'notify: #notices';
    const now = 'approve: 1 of desk (low, 1 h)';
    expect(changes.slice(0, 2)).toEqual([
      { rule: 'edit-desk', was, now, steps: 2, examples: ['req_a', 'req_b'] },
      { rule: 'edit-notice', was, now, steps: 2, examples: ['req_a', 'req_b'] },
    ]);
    expect(changes[2]).toMatchObject({
      rule: '(same rules)',
      was: 'approve: 2 of leads or desk after 1.5 h (high, 2 h)',
      now: 'notify: #notices',
    });
  });

  it('counts a request that asks a group once, by day and group', () => {
    const { prompts } = simulate([
      past('req_a', '2026-11-20', edit(), edit(), edit()),
      past('req_b', '2026-11-21', edit()),
      past('req_c', '2026-11-21', erase()),
    ]);
    expect(prompts).toEqual([
      { day: '2026-11-20', group: 'desk', added: 1, removed: 0 },
      { day: '2026-11-21', group: 'desk', added: 1, removed: 0 },
      { day: '2026-11-21', group: 'leads', added: 0, removed: 1 },
    ]);
  });

  it('counts no prompt for a request of which one step is denied: nobody was asked', () => {
    const denied = judged(
      factsOf('pay.refund', { agent: { ...factsOf('crm.look').agent, suspended: true } }),
    );
    expect(denied.verdict.effect).toBe('deny');
    expect(simulate([past('req_a', '2026-11-20', denied, edit())]).prompts).toEqual([]);
  });

  it('names what would run unasked', () => {
    const { unasked } = simulate([past('req_a', '2026-11-20', look(), erase())]);
    expect(unasked).toEqual({
      count: 1,
      examples: [
        {
          ...{ request: 'req_a', step: 1, tool: 'crm.erase' },
          was: 'approve: 2 of leads or desk after 1.5 h (high, 2 h)',
          now: 'notify: #notices',
        },
      ],
    });
  });

  it('names a denial that would run, and what would be denied', async () => {
    const open = await loadText({
      authority: `@id("pay-off") @owner("olga") @reason("No refunds.")
        forbid (principal, action == Action::"pay.refund", resource);`,
    });
    const refund = judged(factsOf('pay.refund'));
    const peek = judged(factsOf('crm.edit', { agent: { ...factsOf('crm.edit').agent, suspended: true } }));
    const report = simulate([past('req_a', '2026-11-20', refund, peek)], open);
    expect(report.denied.examples).toMatchObject([{ tool: 'pay.refund', now: 'deny: pay-off' }]);
    expect(report.unasked.examples).toMatchObject([{ tool: 'crm.edit', was: 'deny: suspended' }]);
  });

  it('shows ten examples and counts all', () => {
    const requests = Array.from({ length: 25 }, (_, index) => past(`req_${index}`, '2026-11-20', erase()));
    const { unasked, changes } = simulate(requests);
    expect(unasked.count).toBe(25);
    expect(unasked.examples).toHaveLength(10);
    expect(changes[0]).toMatchObject({ steps: 25, examples: requests.slice(0, 5).map(({ id }) => id) });
  });

  it('counts a request that was never judged', () => {
    const report = simulate([{ id: 'req_a', at: '2026-11-20T09:00:00.000Z' }]);
    expect(report).toMatchObject({ requests: 1, notJudged: 1, steps: { replayed: 0 } });
  });

  it.each([
    ['without facts', undefined],
    ['with facts that are no object', 'facts'],
    ['with facts out of bounds', { ...recordFacts(factsOf('crm.edit')), amountCents: -1 }],
    ['with facts of another shape', { tool: 'crm.edit' }],
    ['with a time that is none', { ...recordFacts(factsOf('crm.edit')), now: 'yesterday' }],
  ])('counts a step %s as not replayable, and as unchanged', (_, facts) => {
    const { facts: _dropped, ...bare } = edit();
    const step = facts === undefined ? bare : { ...bare, facts: facts as NonNullable<JudgedStep['facts']> };
    const { steps, changes, prompts } = simulate([past('req_a', '2026-11-20', step)]);
    expect(steps).toEqual({ replayed: 0, changed: 0, notReplayable: { noFacts: 1, notGathered: 0 } });
    expect([changes, prompts]).toEqual([[], []]);
  });

  it('counts a step as not replayable whose candidate reads what nobody gathered', async () => {
    const curious = await loadText({
      gates: GATES.replace(
        '@reason("Edits are announced.")\nforbid (principal, action == Action::"crm.edit", resource);',
        '@reason("Edits are announced.")\nforbid (principal, action == Action::"crm.edit", resource) when { context.recent.agentDay.steps > 5 };',
      ),
    });
    expect([...curious.mentions('crm.edit')]).toContain('recent');
    const step = judged(factsOf('crm.edit', { gathered: ['now'] }));
    expect(simulate([past('req_a', '2026-11-20', step)], curious).steps).toMatchObject({
      replayed: 0,
      notReplayable: { noFacts: 0, notGathered: 1 },
    });
  });

  it('counts every step of the recorded histories, which keep no facts, as not replayable', async () => {
    const folder = join(import.meta.dirname, '..', 'histories');
    const names = await readdir(folder);
    const requests = await Promise.all(
      names.map(async (name) => {
        const { events } = historyFromJSON(JSON.parse(await readFile(join(folder, name), 'utf8')));
        return pastFrom(name, events ?? []);
      }),
    );
    const { steps, ...report } = simulate(requests);
    const count = requests.reduce((sum, one) => sum + (one.judgement?.steps.length ?? 0), 0);
    expect(count).toBeGreaterThan(names.length);
    expect(steps).toEqual({ replayed: 0, changed: 0, notReplayable: { noFacts: count, notGathered: 0 } });
    expect(report).toMatchObject({ requests: names.length, changes: [], unasked: { count: 0 } });
  });
});
