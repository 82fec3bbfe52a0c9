import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/domain/errors.ts';
import { TURN_ITEMS } from '../../src/policy/in-turns.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { MISTAKES } from './mistakes.ts';
import {
  AUTHORITY,
  type BundleText,
  factsOf,
  GATES,
  loadText,
  NAMES,
  PERMISSIONS,
  SCOPES,
  TIERS,
} from './sample.ts';

/** The problems of a bundle, each as `field: problem`; empty when it loads. */
async function problemsOf(text: BundleText): Promise<readonly string[]> {
  const error = await loadText(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return [];
  if (!(error instanceof CountersignError)) throw error;
  expect(error.code).toBe('misconfigured');
  return error.problems.map(({ field, problem }) => `${field}: ${problem}`);
}

describe('loadPolicy() refuses', () => {
  it.each(MISTAKES)('%s', async (_, text, report) => {
    const problems = await problemsOf(text);
    expect(problems).toContainEqual(expect.stringContaining(report));
    // One mistake points its author to one place.
    expect(new Set(problems.map((problem) => /^[a-z.]+(:\d+)?/.exec(problem)?.[0])).size).toBe(1);
  });
});

describe('loadPolicy()', () => {
  it('accepts the bundle that every mistake was made in', async () => {
    expect(await problemsOf({})).toEqual([]);
  });

  it('reports every mistake of a bundle together, each at its file and line', async () => {
    const problems = await problemsOf({
      permissions: PERMISSIONS.replace('scope: pay/cards', 'scope: pay/crads').replace(
        'crm.edit',
        'crm.edti',
      ),
      authority: AUTHORITY.replace('principal.suspended', 'principal.suspendd'),
      gates: GATES.replace('@quorum("2")', '@quorum("two")').replace(
        '@channel("notices")',
        '@channel("loud")',
      ),
    });
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'permissions.yaml:5',
      'permissions.yaml:9',
      'gates.cedar:5',
      'gates.cedar:2',
      'authority.cedar:2',
    ]);
  });

  it('reports a syntax error at its line, counting bytes rightly, and still checks the other file', async () => {
    const problems = await problemsOf({
      authority: '// ünïcödé ünïcödé ünïcödé\n\npermit (principal action, resource);',
      gates: GATES.replace('@tier("high")', '@tier("hihg")'),
    });
    expect(problems[0]).toMatch(/^authority\.cedar:3: unexpected token `action`/);
    expect(problems[1]).toMatch(/^gates\.cedar:5: rule "erase" has @tier/);
  });

  it('lets others have their turn while it checks many rules, and names the wrong one among them', async () => {
    const gate = (index: number) => `
@id("gate-${index}") @owner("desk") @gate("notify") @channel("notices") @reason("Number ${index}.")
forbid (principal, action, resource) when { context.recent.agentDay.steps > ${index} };`;
    const rules = Array.from({ length: 500 }, (_, index) => gate(index));
    let turns = 0;
    let loading = true;
    const turn = () => {
      turns += 1;
      if (loading) setImmediate(turn);
    };
    setImmediate(turn);
    const wrong = [...rules.slice(0, 499), gate(499).replace('agentDay', 'agentWeek')];
    const problems = await problemsOf({ gates: wrong.join('') });
    loading = false;
    const places = problems.map((problem) => problem.split(': attribute')[0]);
    expect([...new Set(places)]).toEqual(['gates.cedar:1000: rule "gate-499"']);
    expect(turns).toBeGreaterThan((2 * rules.length) / TURN_ITEMS);
  });

  it('names the files that are missing', async () => {
    const error: unknown = await loadPolicy({ ...NAMES, folder: '/nonexistent' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'misconfigured',
      problems: ['scopes.yaml', 'permissions.yaml', 'tiers.yaml', 'authority.cedar', 'gates.cedar'].map(
        (field) => ({
          field,
          problem: 'cannot be read (ENOENT): wanted a text file',
        }),
      ),
    });
  });

  it('gives the same bundle the same version and any other text, scope or tool another one', async () => {
    const { version } = await loadText();
    expect(version).toMatch(/^p-[0-9a-f]{16}$/);
    expect((await loadText()).version).toBe(version);
    const others: readonly BundleText[] = [
      { authority: `${AUTHORITY}\n` },
      { permissions: `${PERMISSIONS}\n` },
      { scopes: `${SCOPES}# x\n` },
      { gates: `${GATES}// x` },
      { tiers: `${TIERS}# x\n` },
      { scopes: 'scopes: [crm/people, crm/firms, mail/out, pay/cards, pay/banks]' },
      { names: { groups: [...NAMES.groups, 'guests'] } },
    ];
    const versions = await Promise.all(others.map(async (text) => (await loadText(text)).version));
    expect(new Set([version, ...versions]).size).toBe(others.length + 1);
  });

  it('keeps every loaded policy answering by its own rules, however many are loaded after it', async () => {
    const pay = factsOf('pay.refund');
    const first = await loadText();
    const harsher = GATES.replace('"1") @ttl("1d")', '"2") @ttl("1d")');
    const others = await Promise.all(
      Array.from({ length: 12 }, (_, i) => loadText({ gates: `${harsher}// ${i}` })),
    );
    for (const policy of [first, ...others, first]) {
      const quorum = policy === first ? 1 : 2;
      expect(policy.decide(pay)).toMatchObject({
        policyVersion: policy.version,
        gates: [{ rule: 'pay', quorum }],
      });
    }
  });
});
