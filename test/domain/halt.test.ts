import { expect, test } from 'vitest';
import { idempotencyKey } from '../../src/domain/effect.ts';
import { type Halt, type HaltScope, haltFor } from '../../src/domain/halt.ts';
import { strictest, type VerdictEffect } from '../../src/domain/verdict.ts';

const now = new Date('2026-11-20T12:00:00Z');
const halt = (scope: HaltScope, subject: string, until?: string): Halt => ({
  id: 'h1',
  scope,
  subject,
  reason: 'audit',
  by: 'olga',
  at: '2026-11-20T11:00:00Z',
  ...(until === undefined ? {} : { until }),
});

const rows: [string, Halt, boolean][] = [
  ['everything', halt('everything', '*'), true],
  ['this agent', halt('agent', 'release-agent'), true],
  ['another agent', halt('agent', 'support-agent'), false],
  ['this tool', halt('tool', 'github.delete_branch'), true],
  ['another tool', halt('tool', 'github.list_branches'), false],
  ['this provider', halt('provider', 'github'), true],
  ['another provider', halt('provider', 'git'), false],
  ['everything until later', halt('everything', '*', '2026-11-20T12:00:01Z'), true],
  ['everything until just now', halt('everything', '*', '2026-11-20T12:00:00Z'), false],
];
test.each(rows)('haltFor() with a halt on %s: %o', (_, one, stops) => {
  const found = haltFor([one], { agent: 'release-agent', tool: 'github.delete_branch', now });
  expect(found !== undefined).toBe(stops);
});

test('idempotencyKey() differs by step and direction, not by attempt', () => {
  const key = { request: 'req_1', step: 0, direction: 'do' } as const;
  expect(idempotencyKey(key)).toBe(idempotencyKey({ ...key }));
  expect(
    new Set([key, { ...key, step: 1 }, { ...key, direction: 'undo' as const }].map(idempotencyKey)).size,
  ).toBe(3);
});

const effects: [VerdictEffect[], VerdictEffect][] = [
  [[], 'allow'],
  [['allow', 'notify'], 'notify'],
  [['downscope', 'approve', 'allow'], 'approve'],
  [['approve', 'deny'], 'deny'],
];
test.each(effects)('strictest(%o) is %s', (list, wanted) => {
  expect(strictest(list)).toBe(wanted);
});
