import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPolicyDesk, type PolicyDesk } from '../../src/main/policy-desk.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { failuresOf, prepareScenarios } from '../../src/policy/run-scenarios.ts';
import { givenSchema } from '../../src/policy/scenarios.schema.ts';
import { readMatrixCalls, readScenarios, type Scenario, withGiven } from '../../src/policy/scenarios.ts';
import { CONFIG } from './acme.ts';
import { factsOf } from './sample.ts';

const ONE = `scenarios:
  - name: Looking
    agent: release-agent
    tool: github.list_branches
    args: { repository: acme/webshop }
    expect: { verdict: allow, rules: [release-reads] }`;

async function within<T>(files: Readonly<Record<string, string>>, work: (folder: string) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'scenarios-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('readScenarios()', () => {
  it('reads every file of the example organisation, all names different', () => {
    const scenarios = readScenarios(join(CONFIG, 'policy'));
    expect(new Set(scenarios.map(({ file }) => file)).size).toBe(5);
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  });

  it('reads files in alphabetical order and nothing but *.test.yaml', async () => {
    const files = {
      'b.test.yaml': ONE,
      'a.test.yaml': ONE.replace('Looking', 'Looking first'),
      'c.yaml': 'nonsense: [',
    };
    const read = await within(files, readScenarios);
    expect(read.map(({ file, name }) => `${file} ${name}`)).toEqual([
      'a.test.yaml Looking first',
      'b.test.yaml Looking',
    ]);
  });

  it.each([
    [
      'an effect that does not exist',
      ONE.replace('allow', 'permit'),
      'a.test.yaml/scenarios/0/expect/verdict',
    ],
    ['no rules', ONE.replace('[release-reads]', '[]'), 'a.test.yaml/scenarios/0/expect/rules'],
    ['a fact that does not exist', `${ONE}\n    given: { mood: good }`, 'a.test.yaml/scenarios/0/given'],
    ['a tier of five', `${ONE}\n    given: { tier: 5 }`, 'a.test.yaml/scenarios/0/given/tier'],
    [
      'a count below nothing',
      `${ONE}\n    given: { recent: { agentDay: { cents: -1 } } }`,
      'a.test.yaml/scenarios/0/given/recent/agentDay/cents',
    ],
    [
      'a moment without a time zone',
      `${ONE}\n    given: { now: '2026-11-24T10:00:00' }`,
      'a.test.yaml/scenarios/0/given/now',
    ],
    ['two scenarios of one name', ONE + ONE.replace('scenarios:', ''), 'a.test.yaml/scenarios'],
    ['no scenario', 'scenarios: []', 'a.test.yaml/scenarios'],
    ['no YAML', 'scenarios: [', 'a.test.yaml/'],
  ])('refuses %s and names the field', async (_, text, field) => {
    const refused = within({ 'a.test.yaml': text }, readScenarios);
    await expect(refused).rejects.toMatchObject({
      code: 'misconfigured',
      problems: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  it('refuses a folder that tests nothing', async () => {
    await expect(within({}, readScenarios)).rejects.toMatchObject({ code: 'misconfigured' });
    expect(() => readScenarios('/nowhere')).toThrow('has no *.test.yaml');
  });
});

describe('readMatrixCalls()', () => {
  it.each([
    ['is missing', {}],
    ['is empty', { 'matrix.yaml': 'calls: []' }],
    ['names no tool', { 'matrix.yaml': 'calls: [{ args: {} }]' }],
  ])('refuses a matrix that %s', async (_, files) => {
    await expect(within(files, readMatrixCalls)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('withGiven()', () => {
  const facts = factsOf('crm.look');

  it('changes nothing where nothing is given', () => {
    expect(withGiven(facts, givenSchema.parse({}))).toEqual(facts);
  });

  it('puts each given fact where rules read it, and leaves its neighbours', () => {
    const given = givenSchema.parse({
      now: '2026-12-24T18:00:00+01:00',
      ...{ confidence: 0.5, changeFreeze: true, businessHours: false, holiday: true, elevated: true },
      ...{ environment: 'dev', stepCount: 7, tier: 4, maxTier: 1, suspended: true, behalfGroups: ['desk'] },
      task: { outside: true },
      recent: { agentHour: { denied: 3 }, readTier: 2 },
    });
    expect(withGiven(facts, given)).toEqual({
      ...facts,
      now: new Date('2026-12-24T17:00:00Z'),
      ...{ confidence: 0.5, changeFreeze: true, businessHours: false, holiday: true, elevated: true },
      ...{ environment: 'dev', stepCount: 7, behalfGroups: ['desk'] },
      agent: { ...facts.agent, maxTier: 1, suspended: true },
      target: { ...facts.target, tier: 4 },
      task: { declared: false, outside: true },
      recent: { ...facts.recent, agentHour: { steps: 0, denied: 3, cents: 0 }, readTier: 2 },
    });
  });
});

describe('failuresOf()', () => {
  let desk: PolicyDesk;
  let policy: LoadedPolicy;
  beforeAll(async () => {
    desk = await openPolicyDesk(CONFIG);
    policy = await desk.load();
  });

  const scenario = (changes: Partial<Scenario> = {}): Scenario => ({
    file: 'a.test.yaml',
    name: 'Deleting',
    agent: 'release-agent',
    tool: 'github.delete_branch',
    args: { repository: acme, branch: 'old-checkout' },
    given: {},
    expect: { verdict: 'approve', rules: ['delete-branch'] },
    ...changes,
  });
  const acme = 'acme/webshop';
  const failing = (one: Scenario) => failuresOf(prepareScenarios([one], desk.factsOf), policy);

  it('holds every scenario of the example organisation', () => {
    const prepared = prepareScenarios(readScenarios(desk.bundleFolder), desk.factsOf);
    expect(failuresOf(prepared, policy)).toEqual([]);
  });

  it.each([
    ['another verdict', { verdict: 'allow' as const, rules: ['delete-branch'] }, 'approve by delete-branch'],
    [
      'a rule more',
      { verdict: 'approve' as const, rules: ['delete-branch', 'merge'] },
      'approve by delete-branch',
    ],
    ['another rule', { verdict: 'approve' as const, rules: ['merge'] }, 'approve by delete-branch'],
    [
      'another obligation',
      { verdict: 'approve' as const, rules: ['delete-branch'], obligations: ['2 of platform (medium, 4 h)'] },
      'approve by delete-branch: 1 of platform (medium, 4 h)',
    ],
    [
      'no obligation where there is one',
      { verdict: 'approve' as const, rules: ['delete-branch'], obligations: [] },
      'approve by delete-branch: 1 of platform (medium, 4 h)',
    ],
  ])('finds %s, and says what was wanted and what came', (_, expect_, got) => {
    const [failure] = failing(scenario({ expect: expect_ }));
    expect(failure).toMatchObject({ file: 'a.test.yaml', scenario: 'Deleting', got });
    expect(failure?.wanted).toContain(expect_.rules.join(', '));
  });

  it('takes rules and obligations in any order', () => {
    const expect_ = {
      verdict: 'approve' as const,
      rules: ['merge-notice', 'merge'],
      obligations: ['#agent-notices', '1 of platform (medium, 4 h)'],
    };
    const tool = 'github.merge_pull_request';
    expect(failing(scenario({ tool, args: { repository: acme, number: 2 }, expect: expect_ }))).toEqual([]);
  });

  it.each([
    ['an agent that does not exist', { agent: 'nobody' }, 'Cannot make facts: "nobody" is no agent'],
    ['a tool that does not exist', { tool: 'github.explode' }, 'Cannot find tool'],
    ['arguments that the tool refuses', { args: { repository: acme } }, 'Cannot read arguments'],
  ])('fails a scenario of %s', (_, changes, got) => {
    expect(failing(scenario(changes))).toEqual([
      expect.objectContaining({ got: expect.stringContaining(got) }),
    ]);
  });
});
