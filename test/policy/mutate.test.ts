import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPolicyDesk } from '../../src/main/policy-desk.ts';
import { loadEngine } from '../../src/policy/engine.ts';
import { mutantsOf, rulesIn } from '../../src/policy/mutants.ts';
import { checkMutants } from '../../src/policy/mutate.ts';
import { prepareScenarios } from '../../src/policy/run-scenarios.ts';
import { readScenarios } from '../../src/policy/scenarios.ts';
import { CONFIG } from './acme.ts';

const FOLDER = join(CONFIG, 'policy');

const BLOCKS = `
@id("plain") @reason("No condition.")
forbid (principal, action, resource);

@id("one") @reason("One condition with a $& in mind.")
forbid (principal, action, resource) when { principal.suspended };

@id("two") @reason("Two conditions.")
forbid (principal, action, resource) when { context.changeFreeze } unless { principal.suspended };
`;
const GATES =
  '@id("gate") @reason("A gate.") forbid (principal, action, resource) unless { principal.suspended };';
const LINES = `
permissions:
  - { id: first, profile: clerk } # kept
  - { id: second, profile: clerk, on: request, atMostMinutes: 30 }
`;

async function mutantsIn(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return mutantsOf(await loadEngine(), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('mutantsOf()', () => {
  const files = { 'authority.cedar': BLOCKS, 'gates.cedar': GATES, 'permissions.yaml': LINES };

  it('deletes and negates each rule, deletes each line of the matrix and widens those on request', async () => {
    const mutants = await mutantsIn(files);
    expect(mutants.map(({ file, rule, mutation }) => `${file} ${rule} ${mutation}`)).toEqual([
      ...['plain', 'one', 'two'].flatMap((rule) => [
        `authority.cedar ${rule} deleted`,
        `authority.cedar ${rule} negated`,
      ]),
      'gates.cedar gate deleted',
      'gates.cedar gate negated',
      'permissions.yaml first deleted',
      'permissions.yaml second deleted',
      'permissions.yaml second standing',
      'permissions.yaml second longest',
    ]);
  });

  it('takes off a gate, and off the tiers that gates rely on, what they need not say', async () => {
    const asks = (id: string, more: string) =>
      `@id("${id}") @gate("approval") @reason("A gate.") ${more} forbid (principal, action, resource);\n`;
    const gates = [
      asks(
        'every',
        '@tier("high") @approvers("a, b") @escalate("c") @fallback("d") @needs("reason") @editor("may-approve")',
      ),
      asks('own', '@tier("low") @ttl("1h") @fallback("d") @needs("reason")'),
      asks('silent', '@tier("medium")'),
    ].join('');
    const ALL = '{ ttl: 1h, fallback: x, reason: required }';
    const tiers = `tiers: { low: ${ALL}, medium: ${ALL}, high: ${ALL}, critical: ${ALL} }`;
    const mutants = await mutantsIn({ 'authority.cedar': BLOCKS, 'gates.cedar': gates, 'tiers.yaml': tiers });
    const asking = mutants.filter(({ mutation }) => mutation !== 'deleted' && mutation !== 'negated');
    expect(asking.map(({ rule, mutation }) => `${rule} ${mutation}`)).toEqual([
      ...['@escalate', '@fallback', '@needs', '@editor', 'further groups'].map(
        (what) => `every without ${what}`,
      ),
      ...['@fallback', '@needs'].map((what) => `own without ${what}`),
      ...['longer', 'without fallback', 'without reason'].map((what) => `tier medium ${what}`),
      'tier high longer',
    ]);
    const textOf = (what: string) => asking.find(({ mutation }) => mutation === what)?.text ?? '';
    expect(textOf('without @needs')).toContain('@editor("may-approve")');
    expect(textOf('without @needs')).not.toMatch(/@id\("every"\)[^;]*@needs/);
    expect(textOf('without further groups')).toContain('@approvers("a")');
    expect(textOf('longer')).toContain('medium: { ttl: 29d, fallback: x, reason: required }');
    expect(textOf('without reason')).toContain('medium: { ttl: 1h, fallback: x }');
  });

  it.each([
    ['plain', 'deleted', '@id("plain")', false],
    ['plain', 'negated', 'context.stepCount < 0', true],
    ['one', 'deleted', '@id("one")', false],
    ['one', 'negated', 'unless { (principal.suspended) }', true],
    ['two', 'negated', 'unless { ((context.changeFreeze) && (!(principal.suspended))) }', true],
  ])('changes %s (%s) and leaves the other rules as they are', async (rule, mutation, text, there) => {
    const mutant = (await mutantsIn(files)).find((one) => one.rule === rule && one.mutation === mutation);
    const bare = (from: string) => from.replaceAll(/[\s()]/g, '');
    expect(bare(mutant?.text ?? '').includes(bare(text))).toBe(there);
    for (const other of ['plain', 'one', 'two'].filter((id) => id !== rule))
      expect(mutant?.text).toContain(`@id("${other}")`);
  });

  it('keeps what stands around a deleted line', async () => {
    const second = (await mutantsIn(files)).find(({ rule }) => rule === 'second');
    expect(second?.text).toContain('id: first');
    expect(second?.text).toContain('# kept');
    expect(second?.text).not.toContain('second');
  });

  it('widens a line on request in both ways', async () => {
    const widened = (await mutantsIn(files)).filter(
      ({ rule, mutation }) => rule === 'second' && mutation !== 'deleted',
    );
    expect(widened.map(({ text }) => text.match(/id: second.*/)?.[0])).toEqual([
      'id: second, profile: clerk }',
      'id: second, profile: clerk, on: request, atMostMinutes: 1440 }',
    ]);
  });

  it.each([
    ['no gates', { 'authority.cedar': BLOCKS }],
    ['rules that do not parse', { 'authority.cedar': 'forbid (', 'gates.cedar': GATES }],
  ])('refuses a folder with %s', async (_, wrong) => {
    await expect(mutantsIn(wrong)).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('names the rules of the example organisation that stand as text', async () => {
    const rules = await rulesIn(FOLDER);
    expect(rules).toContain('protected-branch');
    expect(rules).toContain('refund-large');
    expect(rules).not.toContain('release-reads');
    expect(new Set(rules).size).toBe(rules.length);
  });
});

describe('checkMutants()', () => {
  it('leaves no survivor of the example organisation, and tells how far it is', async () => {
    const desk = await openPolicyDesk(CONFIG);
    const before = await readdir(FOLDER);
    const told: string[] = [];
    const report = await checkMutants({
      folder: FOLDER,
      prepared: prepareScenarios(readScenarios(FOLDER), desk.factsOf),
      load: (folder) => desk.load(folder),
      onProgress: (done, of) => told.push(`${done} of ${of}`),
    });
    expect(report.survived).toEqual([]);
    // Low confidence may only make stricter, and a rule about asking for mail needs a line that lets somebody ask.
    expect(report.refused).toEqual([
      { rule: 'mail-unsure', mutation: 'negated' },
      { rule: 'release-announces', mutation: 'deleted' },
      { rule: 'release-announces', mutation: 'standing' },
    ]);
    const count = report.killed + report.refused.length;
    expect(told.at(-1)).toBe(`${count} of ${count}`);
    expect(await readdir(FOLDER)).toEqual(before);
  }, 120_000);

  it('reports every mutant as surviving where no scenario looks, but for what the loader refuses', async () => {
    const desk = await openPolicyDesk(CONFIG);
    const looking = readScenarios(FOLDER).filter(({ expect: { rules } }) => rules.includes('release-reads'));
    const prepared = prepareScenarios(looking.slice(0, 1), desk.factsOf);
    const { killed, survived } = await checkMutants({
      folder: FOLDER,
      prepared,
      load: (at) => desk.load(at),
    });
    expect(killed).toBeGreaterThan(0);
    expect(survived).toContainEqual({ rule: 'protected-branch', mutation: 'deleted' });
    expect(survived).toContainEqual({ rule: 'refund-large', mutation: 'negated' });
    expect(survived).not.toContainEqual({ rule: 'release-reads', mutation: 'deleted' });
  }, 120_000);

  it('hands on what is no mistake of the bundle', async () => {
    const broken = () => Promise.reject(new TypeError('a bug'));
    await expect(checkMutants({ folder: FOLDER, prepared: [], load: broken })).rejects.toThrow('a bug');
  });
});
