/** How people are asked: reminders, further groups in stages, nobody left to ask, and a broken glass. */
import { expect, test } from 'vitest';
import type { ApprovalGate } from '../../src/domain/verdict.ts';
import { waitStages } from '../../workflows/wait-stages.ts';
import { gate, onStage } from './stage.ts';

const deciding = { remindAt: [0.5, 0.85] };
const HOUR_MS = 3_600_000;

test('waitStages() reminds at 50 % and 85 %, asks further groups in between, and ends expiring', () => {
  const stages = [
    { group: 'finance', afterMs: HOUR_MS },
    { group: 'leads', afterMs: 3 * HOUR_MS },
  ];
  const found = waitStages(4 * HOUR_MS, [gate('platform', 1, { ttlMs: 4 * HOUR_MS, stages })], deciding);
  expect(found.map(({ key, lastsMs, groups }) => [key, lastsMs / HOUR_MS, groups])).toEqual([
    ['escalate', 1, ['finance']],
    ['remind', 1, ['platform', 'finance']],
    ['escalate-2', 1, ['leads']],
    ['remind-2', expect.closeTo(0.4), ['platform', 'finance', 'leads']],
    ['expire', expect.closeTo(0.6), []],
  ]);
});

test('waitStages() draws the stages together where the agent waits for less than the rule allows', () => {
  const stages = [{ group: 'finance', afterMs: 2 * HOUR_MS }];
  const found = waitStages(HOUR_MS, [gate('platform', 1, { ttlMs: 4 * HOUR_MS, stages })], { remindAt: [] });
  expect(found.map(({ key, lastsMs }) => [key, lastsMs])).toEqual([
    ['escalate', HOUR_MS / 2],
    ['expire', HOUR_MS / 2],
  ]);
});

test.each<[string, ApprovalGate[]]>([
  ['with a further group', [gate('platform', 1, { escalateTo: 'leads' })]],
  ['without one', [gate('platform')]],
])('waitStages() divides waits of old as it did, %s', (_, gates) => {
  const found = waitStages(1201, gates, undefined);
  expect(found.map(({ key, lastsMs }) => [key, lastsMs])).toEqual([
    ['remind', 600],
    ['escalate', 300],
    ['expire', 301],
  ]);
});

test('waitStages() adds up to the wait whatever its parts', () => {
  for (let ttlMs = 1_000; ttlMs < 100_000; ttlMs += 777) {
    const stages = [{ group: 'b', afterMs: Math.floor(ttlMs / 3) }];
    const found = waitStages(ttlMs, [gate('a', 1, { ttlMs, stages })], deciding);
    expect(found.reduce((sum, { lastsMs }) => sum + lastsMs, 0)).toBe(ttlMs);
    expect(found.at(-1)?.endsWith).toBe('expire');
  }
});

test('Request reminds twice, asks the next group when its time comes, and expires', async () => {
  const stages = [{ group: 'leads', afterMs: 900 }];
  const script = {
    steps: [{ gates: [gate('platform', 1, { ttlMs: 1500, stages })] }],
    settings: { deciding },
    record: 'staged',
  };
  await onStage(script, async ({ handle, log }) => {
    expect(await handle.result()).toMatchObject({ outcome: 'expired', effects: 'none' });
    expect(log.filter((line) => line.startsWith('thread'))).toEqual([
      'thread 50 % of the time to decide have passed.',
      'thread 60 % of the time to decide have passed; the next group is asked too.',
      'thread 85 % of the time to decide have passed.',
      expect.stringContaining('closed as expired'),
    ]);
  });
});

test('Request asks nobody, alerts the operators and expires at once where nobody is left to decide (T2)', async () => {
  const script = {
    steps: [{}, { gates: [gate('board')] }],
    settings: { deciding },
    present: [false],
    record: 'nobody-left',
  };
  await onStage(script, async ({ handle, log, cards }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'expired',
      effects: 'none',
      message: expect.stringMatching(
        /^Too few people are left who could approve this: 1 of board are needed/,
      ),
      steps: [{ status: 'undone' }, { status: 'skipped' }],
    });
    expect(log).toContain('announce operators');
    expect(cards).toEqual([]);
  });
});

test('Request ends when the last person who could decide goes while it waits (T2)', async () => {
  const script = {
    steps: [{ gates: [gate('platform', 1, { ttlMs: 1000 })] }],
    settings: { deciding },
    present: [true, false],
  };
  await onStage(script, async ({ handle, log, cards }) => {
    expect(await handle.result()).toMatchObject({
      outcome: 'expired',
      message: expect.stringMatching(/^Too few people are left/),
    });
    expect(log).toContain('announce operators');
    expect(cards.at(-1)).toMatchObject({ state: 'closed', outcome: 'expired' });
  });
});

test('Request runs what a broken glass allows, and says so loudly (T65)', async () => {
  const script = {
    steps: [{ gates: [gate('platform', 2)] }],
    settings: { deciding },
    glassOf: 2,
    record: 'broken-glass',
  };
  await onStage(script, async ({ handle, waiting, decide, log, cards, view }) => {
    await waiting();
    const emergency = { breakGlass: true, reason: 'The site is down' } as const;
    await decide('lead-1', 'approve', emergency);
    await expect.poll(() => cards.at(-1)?.votes).toHaveLength(1);
    expect(await view()).toMatchObject({ status: 'waiting' });
    await decide('lead-2', 'approve', emergency);
    expect(await handle.result()).toMatchObject({ outcome: 'executed' });
    expect(log).toContain('announce emergencies');
    expect(log.join('\n')).toMatch(/thread EMERGENCY: lead-1 and lead-2 overrode the approvals/);
    expect(cards.at(-1)?.votes).toMatchObject([{ breakGlass: true }, { breakGlass: true }]);
  });
});
