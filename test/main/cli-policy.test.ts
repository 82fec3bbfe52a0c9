import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deleting, LIST, newAgent, openOrchestra } from '../orchestrator/orchestra.ts';
import { cli } from './cli-run.ts';

const WORKDAY = { now: () => new Date('2026-11-24T10:00:00Z') };
const DELETING = {
  agent: 'release-agent',
  ...deleting('old-checkout'),
  reason: 'Nobody needs it',
};

let folder: string;
/** A copy of the example organisation whose files a test may change. */
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-policy-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function copyOf(change: { file: string; from: string | RegExp; to: string }): Promise<string> {
  const copy = await mkdtemp(join(folder, 'config-'));
  await cp('config', copy, { recursive: true });
  const path = join(copy, change.file);
  const text = await readFile(path, 'utf8');
  expect(text).toMatch(change.from);
  await writeFile(path, text.replace(change.from, change.to));
  return copy;
}

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(path, text);
  return path;
}

describe('countersign policy check', () => {
  test('prints version, rules and the lines of the matrix', async () => {
    const said = await cli(['policy', 'check']);
    expect(said).toMatchObject({ exit: 0, err: '' });
    expect(said.out).toMatch(/version +p-[0-9a-f]{16}\n +rules +\d+\n +matrix +\d+ lines, 0 expired/);
    expect(said.out).toMatch(/release-announces .* on request, 30 min/);
  });

  test('says whom each gate asks and how many people are there for it', async () => {
    const { out } = await cli(['policy', 'check']);
    expect(out).toMatch(/GATE +ASKS +PEOPLE\n/);
    expect(out).toMatch(
      /cancel-subscription +1 of support or finance after 4 h or finance-leads after 6 h \(medium, 8 h\) +6\n/,
    );
    expect(out).toMatch(/access-mail +1 of support, else platform \(medium, 4 h\) +7\n/);
    expect(out).toMatch(/merge-notice +#agent-notices +-\n/);
    expect(out).not.toContain('too few');
  });

  test('says of which gates the people are too few', async () => {
    config = await copyOf({
      file: 'policy/gates.cedar',
      from: /(@id\("refund-large"\)[^;]*)@quorum\("1"\)/,
      to: '$1@quorum("3")',
    });
    const said = await cli(['policy', 'check', '--config', config]);
    expect(said.exit).toBe(0);
    expect(said.out).toMatch(/refund-large +3 of finance-leads \(high, 4 h\) +2, too few\n/);
    const { gates } = (await cli(['policy', 'check', '--json', '--config', config])).json();
    expect(gates.filter(({ tooFew }: { tooFew?: boolean }) => tooFew)).toEqual([
      { rule: 'refund-large', asks: '3 of finance-leads (high, 4 h)', people: 2, tooFew: true },
    ]);
  });

  test('says which lines have expired', async () => {
    config = await copyOf({
      file: 'policy/permissions.yaml',
      from: 'owner: carol\n',
      to: 'owner: carol\n    until: 2026-11-01\n',
    });
    const said = await cli(['policy', 'check', '--config', config], {}, WORKDAY);
    expect(said.out).toContain('1 expired');
    expect(said.out).toMatch(/support-refunds .* expired 2026-11-01/);
    const { permissions } = (
      await cli(['policy', 'check', '--json', '--config', config], {}, WORKDAY)
    ).json();
    expect(permissions.filter(({ expired }: { expired: boolean }) => expired)).toMatchObject([
      { id: 'support-refunds' },
    ]);
  });

  test('lists every problem of a wrong policy', async () => {
    config = await copyOf({
      file: 'policy/gates.cedar',
      from: /@approvers\("platform"\)/g,
      to: '@approvers("plattform")',
    });
    const said = await cli(['policy', 'check', '--config', config]);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err.match(/plattform/g)?.length).toBeGreaterThan(5);
    expect(said.err).toMatch(/gates\.cedar:\d+/);
  });

  test('refuses a folder where no organisation is', async () => {
    const said = await cli(['policy', 'check'], { COUNTERSIGN_CONFIG: folder });
    expect(said.exit).toBe(1);
    expect(said.err).toContain('Cannot');
  });
});

describe('countersign policy test', () => {
  test('holds for the example organisation', async () => {
    const said = await cli(['policy', 'test']);
    expect(said).toMatchObject({ exit: 0, err: '' });
    expect(said.out).toMatch(/^Scenarios: (\d+) of \1 hold .*\nGolden matrix: as committed\n$/);
  });

  test('prints what was wanted and what came, and which lines of the matrix changed', async () => {
    config = await copyOf({
      file: 'policy/gates.cedar',
      from: /(@id\("delete-branch"\)[^;]*?)@quorum\("1"\)/,
      to: '$1@quorum("2")',
    });
    const said = await cli(['policy', 'test', '--config', config]);
    expect(said.exit).toBe(4);
    expect(said.out).toContain(
      'FAIL code.test.yaml: An old branch needs one person from platform\n' +
        '  wanted approve by delete-branch: 1 of platform (medium, 4 h)\n' +
        '  got    approve by delete-branch: 2 of platform (medium, 4 h)\n',
    );
    expect(said.out).toMatch(/ {2}- release-agent: github\.delete_branch {2}1-2 approve: 1 of platform/);
    expect(said.out).toMatch(/ {2}\+ release-agent: github\.delete_branch {2}1-2 approve: 2 of platform/);
    const { failures, matrix } = (await cli(['policy', 'test', '--json', '--config', config])).json();
    expect(failures.length).toBeGreaterThan(0);
    expect(matrix.length).toBeGreaterThan(1);
  });

  test('names tools that the matrix leaves out', async () => {
    config = await copyOf({ file: 'policy/matrix.yaml', from: /.*github\.list_branches.*\n/, to: '' });
    const said = await cli(['policy', 'test', '--config', config]);
    expect(said.exit).toBe(4);
    expect(said.out).toContain('FAIL github.list_branches is not in matrix.yaml\n');
  });
});

describe('countersign policy mutate', () => {
  test('names the rules that no scenario holds, and how far it is', async () => {
    config = await copyOf({
      file: 'policy/misuse.test.yaml',
      from: /- name: Ten refusals[\s\S]*?obligations: .*\n/,
      to: '',
    });
    const said = await cli(['policy', 'mutate', '--config', config]);
    expect(said.exit).toBe(4);
    expect(said.out).toMatch(/^Mutants: \d+, .* survived 1\n/);
    expect(said.out).toContain('  refused-often deleted\n');
    const progress = /^(Mutants tried: \d+ of \d+\n)*$/;
    expect(said.err).toMatch(progress);
  }, 120_000);

  test('does not begin where a scenario fails already', async () => {
    config = await copyOf({
      file: 'policy/code.test.yaml',
      from: 'rules: [delete-branch]',
      to: 'rules: [merge]',
    });
    const said = await cli(['policy', 'mutate', '--config', config]);
    expect(said.exit).toBe(4);
    expect(said.out).toContain('FAIL');
    expect(said.out).not.toContain('Mutants');
  });
});

describe('countersign policy matrix', () => {
  test('prints the committed page', async () => {
    const said = await cli(['policy', 'matrix']);
    expect(said.out).toBe(await readFile('config/policy/golden-matrix.txt', 'utf8'));
    expect((await cli(['policy', 'matrix', '--json'])).json()).toEqual({ page: said.out });
  });

  test('writes the page with --write, after which the test holds', async () => {
    config = await copyOf({ file: 'policy/golden-matrix.txt', from: /allow/g, to: 'deny' });
    expect((await cli(['policy', 'test', '--config', config])).exit).toBe(4);
    const said = await cli(['policy', 'matrix', '--write', '--config', config]);
    expect(said.out).toContain('golden-matrix.txt');
    expect((await cli(['policy', 'test', '--config', config])).exit).toBe(0);
  });
});

describe('countersign policy explain', () => {
  test.each([
    ['JSON', JSON.stringify(DELETING)],
    [
      'YAML',
      'agent: release-agent\ntool: github.delete_branch\nargs: { repository: acme/webshop, branch: old-checkout }\nreason: Old\n',
    ],
  ])('prints the chain and the facts of an ask in %s', async (name, text) => {
    const said = await cli(['policy', 'explain', await written(`ask.${name}`, text)], {}, WORKDAY);
    expect(said).toMatchObject({ exit: 5, err: '' });
    expect(said.out).toContain('Step 1: github.delete_branch\n');
    expect(said.out).toMatch(
      /grant release-deletes .*\n[\s\S]*gate delete-branch .*\n[\s\S]*verdict: approve\n/,
    );
    expect(said.out).toMatch(/ {4}agent\.profile +release\n/);
  });

  test('reads standard input, and takes the agent from the option', async () => {
    const { agent: _, ...body } = DELETING;
    const said = await cli(
      ['policy', 'explain', '-', '--agent', 'support-agent', '--json'],
      {},
      {
        ...WORKDAY,
        readStdin: async () => JSON.stringify(body),
      },
    );
    expect(said.exit).toBe(3);
    expect(said.json().judgement.steps[0].verdict).toMatchObject({
      effect: 'deny',
      rules: [{ id: 'no-grant' }],
    });
  });

  test.each([
    ['an agent that does not exist', { ...DELETING, agent: 'nobody' }, '"nobody" is no agent'],
    ['no agent', { ...DELETING, agent: undefined }, 'nobody asks'],
    ['no reason', { ...DELETING, reason: undefined }, '/reason'],
    ['an unknown tool', { ...DELETING, tool: 'github.explode' }, 'github.explode'],
    ['unknown arguments', { ...DELETING, args: { ...DELETING.args, force: true } }, '/args/force'],
    ['a person that nobody is', { ...DELETING, onBehalfOf: 'nobody' }, 'nobody'],
    ['a list', [DELETING], 'is no JSON or YAML object'],
  ])('refuses an ask with %s', async (_, body, text) => {
    const said = await cli(['policy', 'explain', await written('wrong.json', JSON.stringify(body))]);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toContain(text);
  });

  test('says that a word is neither a request nor a file', async () => {
    const said = await cli(['policy', 'explain', join(folder, 'nothing.json')]);
    expect(said.exit).toBe(1);
    expect(said.err).toContain('is neither a request id nor a file');
  });
});

describe('the policy commands that read histories', async () => {
  const orchestra = await openOrchestra();
  const env = { TEMPORAL_ADDRESS: orchestra.address };
  const agent = newAgent();
  let ids: { read: string; open: string };
  beforeAll(async () => {
    const read = await orchestra.start({ agent, steps: [LIST] });
    const open = await orchestra.start({ agent, steps: [LIST, deleting('old-checkout')] });
    await orchestra.requests.settled(read.id, 10_000);
    await orchestra.waiting(open.id);
    ids = { read: read.id, open: open.id };
    await vi.waitFor(
      async () => {
        const listed = await orchestra.requests.list({ asker: { agent }, limit: 10 });
        expect(listed).toHaveLength(2);
      },
      { timeout: 10_000, interval: 100 },
    );
  });

  test('explain a request from its history', async () => {
    const said = await cli(['policy', 'explain', ids.open], env);
    expect(said).toMatchObject({ exit: 5, err: '' });
    expect(said.out).toContain(ids.open);
    expect(said.out).toContain('Step 2: github.delete_branch\n');
    expect(said.out).toContain('Deleting a branch needs one person from platform.');
  });

  test('say that a request is not known', async () => {
    const said = await cli(['policy', 'explain', `req_${'a'.repeat(26)}`], env);
    expect(said.exit).toBe(1);
    expect(said.err).toContain('is known');
  });

  test('simulate a candidate without changing anything', async () => {
    const candidate = await copyOf({
      file: 'policy/gates.cedar',
      from: /@id\("delete-branch"\)[^;]*;/,
      to: '@id("branch-notice") @owner("platform") @gate("notify") @channel("agent-notices") @reason("Deletions are announced.")\nforbid (principal, action == Action::"github.delete_branch", resource);',
    });
    const line = ['policy', 'simulate', '--candidate', candidate, '--since', '1h'];
    const report = (await cli([...line, '--json'], env)).json();
    expect(report.requests).toBeGreaterThanOrEqual(2);
    expect(report.steps.replayed + report.steps.notReplayable.noFacts).toBeGreaterThanOrEqual(3);
    expect(report.unasked.examples).toContainEqual(
      expect.objectContaining({ request: ids.open, step: 1, tool: 'github.delete_branch' }),
    );
    const said = await cli(line, env);
    expect(said.exit).toBe(0);
    expect(said.out).toContain('branch-notice');
    expect(said.out).toMatch(/Would run without asking anybody: \d+\n/);
    expect(said.out).toMatch(/Would be denied: (none|\d+)\n/);
    expect((await orchestra.requests.view(ids.open))?.status).toBe('waiting');
  });

  test('simulate no more requests than they are told', async () => {
    const line = ['policy', 'simulate', '--candidate', 'config', '--limit', '1', '--json'];
    expect((await cli(line, env)).json()).toMatchObject({ requests: 1, changes: [], prompts: [] });
  });

  test('report that no shadow was judged', async () => {
    const said = await cli(['policy', 'shadow', '--since', '1h'], env);
    expect(said).toMatchObject({ exit: 0 });
    expect(said.out).toContain('No candidate was judged beside the policy in this time');
    expect((await cli(['policy', 'shadow', '--json'], env)).json()).toMatchObject({ versions: [] });
  });

  test('refuse a candidate that is wrong', async () => {
    const candidate = await copyOf({
      file: 'policy/gates.cedar',
      from: /@quorum\("1"\)/g,
      to: '@quorum("0")',
    });
    const said = await cli(['policy', 'simulate', '--candidate', candidate], env);
    expect(said).toMatchObject({ exit: 1, out: '' });
    expect(said.err).toContain('gates.cedar');
  });

  test('say where Temporal does not answer', async () => {
    const said = await cli(['policy', 'shadow'], { COUNTERSIGN_TEMPORAL_PORT: '1' });
    expect(said.exit).toBe(1);
    expect(said.err).toContain('Cannot connect to Temporal: "127.0.0.1:1" does not answer');
  });
});

describe('the words of countersign policy', () => {
  test.each([
    ['a time that is none', ['policy', 'shadow', '--since', 'yesterday'], 'Want a duration like 12h or 30d'],
    ['no candidate', ['policy', 'simulate'], '--candidate'],
    ['a limit of none', ['policy', 'shadow', '--limit', '0'], 'Want a whole number'],
    ['nothing to explain', ['policy', 'explain'], "missing required argument 'what'"],
    ['an unknown command', ['policy', 'destroy'], 'unknown command'],
  ])('refuse %s', async (_, line, text) => {
    const said = await cli(line);
    expect(said.exit).toBe(2);
    expect(said.err).toContain(text);
  });

  test.each(['check', 'test', 'mutate', 'matrix', 'explain', 'simulate', 'shadow'])(
    'are explained: policy %s --help',
    async (command) => {
      const said = await cli(['policy', command, '--help']);
      expect(said).toMatchObject({ exit: 0, err: '' });
      for (const text of ['--json', '--config', 'Exit codes', 'For policy commands'])
        expect(said.out).toContain(text);
      expect(said.out).not.toContain('undefined');
    },
  );
});
