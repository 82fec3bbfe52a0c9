/**
 * Every agent with every tool at every data tier, as one readable page beside the rules. A change of the policy shows
 * there what it really changes; the page is reviewed like code. `countersign policy matrix --write` writes it anew.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/domain/verdict.ts';
import { openPolicyDesk, type PolicyDesk } from '../../src/main/policy-desk.ts';
import { MATRIX_PAGE, matrixDifferences, matrixPage, toolsWithoutCall } from '../../src/policy/matrix.ts';
import { type MatrixCall, readMatrixCalls } from '../../src/policy/scenarios.ts';
import { CONFIG } from './acme.ts';
import { factsOf } from './sample.ts';

let desk: PolicyDesk;
beforeAll(async () => {
  desk = await openPolicyDesk(CONFIG);
});

it('the golden matrix has a line for every tool', () => {
  expect(toolsWithoutCall(desk.registry.all(), readMatrixCalls(desk.bundleFolder))).toEqual([]);
});

it('decide() answers every agent, tool and data tier as the golden matrix says', async () => {
  const { organisation, bundleFolder } = desk;
  const page = matrixPage({
    agents: organisation.agents,
    calls: readMatrixCalls(bundleFolder),
    policy: await desk.load(),
    factsOf: desk.factsOf,
  });
  await expect(page).toMatchFileSnapshot(join(bundleFolder, MATRIX_PAGE));
});

const call = (tool: string, variant = ''): MatrixCall => ({ tool, variant, args: {}, given: {} });

function pageFor(answer: (tier: number, tool: string) => Partial<Verdict>, calls = [call('crm.look')]) {
  return matrixPage({
    agents: [{ id: 'clerk-1', profile: 'clerk', maxTier: 3 }],
    calls,
    policy: {
      decide: ({ target, tool }) => ({
        ...{ effect: 'allow', rules: [], gates: [], policyVersion: 'p-0' },
        ...answer(target.tier, tool),
      }),
    },
    factsOf: ({ tool, given }) => {
      const facts = factsOf(tool);
      return { ...facts, target: { ...facts.target, tier: given.tier ?? 1 } };
    },
  });
}

describe('matrixPage()', () => {
  it.each([
    ['one answer for all tiers', () => ({}), '1-4 allow'],
    [
      'an answer for each range of tiers',
      (tier: number) => (tier > 2 ? { effect: 'deny' as const, rules: [{ id: 'no', sentence: 'No.' }] } : {}),
      '1-2 allow | 3-4 deny: no',
    ],
    [
      'the same answer twice where another stands between',
      (tier: number) => (tier === 2 ? { effect: 'downscope' as const, downscopeTo: 'crm.peek' } : {}),
      '1 allow | 2 downscope to crm.peek | 3-4 allow',
    ],
  ])('shows %s', (_, answer, cells) => {
    expect(pageFor(answer)).toBe(`clerk-1 (profile clerk, cleared to tier 3)\n  crm.look  ${cells}\n`);
  });
});

describe('matrixDifferences()', () => {
  const page = pageFor(() => ({}), [call('crm.look'), call('crm.edit', 'at night')]);

  it('finds none between a page and itself, however wide its columns are', () => {
    expect(matrixDifferences(page, page)).toEqual([]);
    expect(matrixDifferences(page.replaceAll('  1-4', '      1-4'), page)).toEqual([]);
  });

  it('names the agent and both lines of a changed answer', () => {
    const changed = page.replace(/(crm.edit at night) +1-4 allow/, '$1  1-4 notify: #notices');
    expect(matrixDifferences(page, changed)).toEqual([
      { sign: '-', agent: 'clerk-1', line: 'crm.edit at night  1-4 allow' },
      { sign: '+', agent: 'clerk-1', line: 'crm.edit at night  1-4 notify: #notices' },
    ]);
  });

  it('shows every line as new where no page was committed', () => {
    expect(matrixDifferences('', page).map(({ sign }) => sign)).toEqual(['+', '+', '+']);
  });
});

describe('toolsWithoutCall()', () => {
  it('names the tools that the matrix would hide', () => {
    const tools = [{ name: 'crm.look' }, { name: 'crm.edit' }];
    expect(toolsWithoutCall(tools, [call('crm.look')])).toEqual(['crm.edit']);
  });
});
