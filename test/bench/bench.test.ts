import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../bench/report.ts';
import { root } from '../style/sources.ts';

const TAKES_MS_MAX = 240_000;

describe('npm run bench', () => {
  let report: Report;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['bootstrap.mjs', 'bench/bench.ts', '--quick', '--json'],
      { cwd: root, timeout: TAKES_MS_MAX },
    );
    report = JSON.parse(stdout) as Report;
  }, TAKES_MS_MAX);

  it('bench --json prints every row, with finite numbers', () => {
    expect(report.rows.map(({ name }) => name)).toEqual([
      'bare: one activity',
      'bare + the call of the read',
      'read',
      'bare + the call of the write',
      'write',
      'bare: signal → one activity',
      'bare signal + the call of the step',
      'decision → executed',
    ]);
    for (const { name, ratio, ...numbers } of report.rows) {
      expect(Object.values(numbers).filter((value) => !(Number.isFinite(value) && value > 0))).toEqual([]);
      const compared = ['read', 'write', 'decision → executed'].includes(name);
      expect(ratio !== undefined && Number.isFinite(ratio.p50 * ratio.perSecond)).toBe(compared);
    }
  });

  it('bench --json says for each target what was wanted, what was got and whether it was met', () => {
    expect(report.targets).toHaveLength(13);
    for (const target of report.targets) {
      expect(target).toEqual({
        what: expect.any(String),
        wanted: expect.stringMatching(/^[≤≥] [0-9.]+$/),
        got: expect.any(Number),
        met: expect.any(Boolean),
      });
    }
  });

  it('bench --json times decisions of policy by the size of the bundle, new ones and those asked before', () => {
    expect(report.policy.map(({ name }) => name)).toEqual([
      '20 rules',
      '1,000 rules about 50 tools',
      '1,000 rules about one tool',
    ]);
    for (const { freshP50Ms, freshP99Ms, knownP50Ms, knownP99Ms } of report.policy) {
      expect(knownP50Ms).toBeGreaterThan(0);
      expect(freshP50Ms).toBeGreaterThan(0);
      expect(freshP99Ms).toBeGreaterThanOrEqual(freshP50Ms);
      expect(knownP99Ms).toBeGreaterThanOrEqual(knownP50Ms);
    }
  });

  it('bench --json weighs the waiting requests and times decisions on them', () => {
    const { decisionP50Ms, decisionP99Ms, ...weights } = report.waiting;
    expect(decisionP50Ms).toBeGreaterThan(0);
    expect(decisionP99Ms).toBeGreaterThanOrEqual(decisionP50Ms);
    expect(Object.values(weights).every(Number.isFinite)).toBe(true);
  });

  it('bench --json clicks at the running door, and every click is acknowledged and executed', () => {
    const { clicks, acknowledged, executed, durableP50Ms, durableP99Ms } = report.clicks;
    expect([acknowledged, executed]).toEqual([clicks, clicks]);
    expect(durableP50Ms).toBeGreaterThan(0);
    expect(durableP99Ms).toBeGreaterThanOrEqual(durableP50Ms);
  });

  it('bench --json floods one channel of a strict Slack, which refuses nothing', () => {
    expect(report.flood.traffic).toMatchObject({ refused: 0, mostInASecond: 1 });
    expect(report.flood.traffic.posted).toBeGreaterThan(0);
  });
});
