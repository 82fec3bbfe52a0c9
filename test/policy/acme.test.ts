import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExamples } from '../../src/dev/sandbox/examples.ts';
import { OUTCOMES } from '../../src/domain/outcome.ts';
import { quorum, unionOfNeeds } from '../../src/domain/quorum.ts';
import { NOTHING_RECENT, type Recent, type Tally } from '../../src/domain/usage.ts';
import {
  approvalGates,
  groupsOf,
  strictest,
  VERDICT_EFFECTS,
  type VerdictEffect,
} from '../../src/domain/verdict.ts';
import { type Call, CONFIG, loadAcme } from './acme.ts';
import { line, loadText } from './sample.ts';

const webshop = { repository: 'acme/webshop' };
const refund = (amountCents: number) => ({ payment: 'pi_grace_big', amountCents });
const mail = (...to: string[]) => ({ to, subject: 'Hello', text: 'Hello.' });
const collaborator = (permission: string) => ({ ...webshop, user: 'newhire', permission });

type Row = readonly [agent: string, tool: string, args: unknown, effect: VerdictEffect, gates: string];

/** Refusals beside grants. `gates` are group × quorum and # channel; for a denial, the rules. */
const SCENARIOS: readonly Row[] = [
  ['release-agent', 'github.list_branches', webshop, 'allow', ''],
  ['support-agent', 'github.list_branches', webshop, 'deny', 'no-grant'],
  ['retired-agent', 'stripe.get_customer', { customer: 'cus_ada' }, 'deny', 'suspended'],
  ['release-agent', 'github.list_branches', { repository: 'other/webshop' }, 'deny', 'no-grant'],
  ['release-agent', 'github.list_branches', { repository: 'acme/not-listed-yet' }, 'allow', ''],
  ['release-agent', 'github.list_branches', { repository: 'acme/.github' }, 'allow', ''],
  ['release-agent', 'github.get_pull_request', { ...webshop, number: 2 }, 'allow', ''],
  ['release-agent', 'github.comment_on_issue', { ...webshop, number: 1, body: 'Hi' }, 'allow', ''],
  ['outreach-agent', 'github.comment_on_issue', { ...webshop, number: 1, body: 'Hi' }, 'deny', 'no-grant'],
  ['release-agent', 'github.delete_branch', { ...webshop, branch: 'old-checkout' }, 'approve', 'platform×1'],
  ['release-agent', 'github.delete_branch', { ...webshop, branch: 'main' }, 'deny', 'protected-branch'],
  [
    'release-agent',
    'github.delete_branch',
    { ...webshop, branch: 'release-2026-11' },
    'deny',
    'protected-branch',
  ],
  [
    'release-agent',
    'github.merge_pull_request',
    { ...webshop, number: 2 },
    'approve',
    'platform×1 #agent-notices',
  ],
  ['release-agent', 'github.add_collaborator', collaborator('push'), 'approve', 'platform×1 #agent-notices'],
  ['release-agent', 'github.add_collaborator', collaborator('admin'), 'approve', 'platform×2 #agent-notices'],
  ['release-agent', 'github.delete_repository', webshop, 'approve', 'platform×2'],
  ['support-agent', 'stripe.get_customer', { customer: 'cus_ada' }, 'allow', ''],
  ['outreach-agent', 'stripe.get_customer', { customer: 'cus_ada' }, 'allow', ''],
  ['outreach-agent', 'stripe.get_customer', { customer: 'cus_ada', fields: ['name'] }, 'allow', ''],
  [
    'outreach-agent',
    'stripe.get_customer',
    { customer: 'cus_ada', fields: ['name', 'email'] },
    'deny',
    'over-clearance',
  ],
  ['support-agent', 'stripe.get_customer', { customer: 'cus_ada', fields: ['email'] }, 'allow', ''],
  ['release-agent', 'stripe.get_customer', { customer: 'cus_ada' }, 'deny', 'no-grant'],
  [
    'support-agent',
    'stripe.update_customer',
    { customer: 'cus_ada', fields: { name: 'Ada' } },
    'notify',
    '#agent-notices',
  ],
  [
    'support-agent',
    'stripe.cancel_subscription',
    { subscription: 'sub_ada' },
    'approve',
    'support|finance|finance-leads×1',
  ],
  ['support-agent', 'stripe.refund_payment', refund(1), 'approve', 'support×1'],
  ['support-agent', 'stripe.refund_payment', refund(5_000), 'approve', 'support×1'],
  ['support-agent', 'stripe.refund_payment', refund(5_001), 'approve', 'finance×1'],
  ['support-agent', 'stripe.refund_payment', refund(50_000), 'approve', 'finance×1'],
  ['support-agent', 'stripe.refund_payment', refund(50_001), 'approve', 'finance-leads×1 finance×1'],
  ['outreach-agent', 'stripe.refund_payment', refund(1), 'deny', 'over-clearance'],
  ['support-agent', 'email.draft', mail('lead@bigcorp.example'), 'allow', ''],
  ['support-agent', 'email.send', mail('olga@acme.example'), 'notify', '#agent-notices'],
  ['outreach-agent', 'email.send', mail('lead@bigcorp.example'), 'approve', 'support×1'],
  ['outreach-agent', 'email.send', mail('olga@acme.example', 'lead@bigcorp.example'), 'approve', 'support×1'],
  ['outreach-agent', 'email.send', mail('olga@acme.example.evil.example'), 'approve', 'support×1'],
  ['release-agent', 'email.send', mail('olga@acme.example'), 'deny', 'no-grant'],
];

describe('the example policy', () => {
  let acme: Awaited<ReturnType<typeof loadAcme>>;
  beforeAll(async () => {
    acme = await loadAcme();
  });

  /** Gates in short, or the rules of a denial. */
  function inShort(call: Call): { readonly effect: VerdictEffect; readonly gates: string } {
    const { effect, gates, rules } = acme.judge(call);
    if (effect === 'deny') return { effect, gates: rules.map(({ id }) => id).join(' ') };
    const shown = gates.map((gate) =>
      gate.kind === 'notice' ? `#${gate.channel}` : `${groupsOf(gate).join('|')}×${gate.quorum}`,
    );
    return { effect, gates: shown.join(' ') };
  }

  it.each(SCENARIOS)('answers %s asking for %s %j with %s %s', (agent, tool, args, effect, gates) => {
    expect(inShort({ agent, tool, args })).toEqual({ effect, gates });
  });

  it.each([
    [0.84, 'downscope'],
    [0.85, 'approve'],
  ] as const)('answers a mail to a lead at confidence %d with %s', (confidence, effect) => {
    const call = { agent: 'outreach-agent', tool: 'email.send', args: mail('lead@bigcorp.example') };
    expect(acme.judge({ ...call, confidence }).effect).toBe(effect);
  });

  it.each([
    ['github.comment_on_issue', 'release-agent', { ...webshop, number: 1, body: 'Hi' }, 'deny'],
    ['github.delete_branch', 'release-agent', { ...webshop, branch: 'old-checkout' }, 'deny'],
    ['stripe.refund_payment', 'support-agent', refund(100), 'deny'],
    ['github.list_branches', 'release-agent', webshop, 'allow'],
    ['email.send', 'outreach-agent', mail('olga@acme.example'), 'notify'],
  ] as const)('answers %s of %s during a change freeze with %4$s', (tool, agent, args, effect) => {
    const now = new Date('2025-12-24T12:00:00Z');
    const verdict = acme.judge({ agent, tool, args, now });
    expect(verdict.effect).toBe(effect);
    if (effect === 'deny') expect(verdict.rules.map(({ id }) => id)).toEqual(['prod-freeze']);
  });

  it('holds a granted change that no rule has classed for a person', async () => {
    const policyFile = (name: string) => readFile(join(CONFIG, 'policy', name), 'utf8');
    const rename = {
      name: 'github.rename_repository',
      effect: 'write',
      reversibility: 'reversible',
    } as const;
    const policy = await loadText({
      permissions: `${await policyFile('permissions.yaml')}
${line('renames', { profile: 'release', effect: 'write', tools: rename.name, scope: 'github/acme' })}`,
      authority: await policyFile('authority.cedar'),
      gates: await policyFile('gates.cedar'),
      tiers: await policyFile('tiers.yaml'),
      scopes: await policyFile('scopes.yaml'),
      names: { ...acme.names, tools: [...acme.names.tools, { ...rename, smaller: [], policyFacts: {} }] },
    });
    const facts = acme.factsOf({ agent: 'release-agent', tool: 'github.list_branches', args: webshop });
    const verdict = policy.decide({ ...facts, ...rename, tool: rename.name });
    expect(verdict).toMatchObject({ effect: 'approve', rules: [{ id: 'unclassified-change' }] });
  });

  const lead = { agent: 'outreach-agent', tool: 'email.send', args: mail('lead@bigcorp.example') };
  const refunds = { agent: 'support-agent', tool: 'stripe.refund_payment' };
  const erase = { agent: 'release-agent', tool: 'github.delete_repository', args: webshop };
  const comment = {
    agent: 'support-agent',
    tool: 'github.comment_on_issue',
    args: { ...webshop, number: 1, body: 'Hi' },
  };
  const ask = (agent: string, tool: string, scope: string, minutes: number) => ({
    agent,
    tool: 'access.request',
    args: { tool, scope, minutes, reason: 'A customer waits for it' },
  });
  const askComment = (minutes: number) =>
    ask('support-agent', 'github.comment_on_issue', 'github/acme/webshop', minutes);
  const recently = (changes: Partial<Recent>) => ({ given: { recent: { ...NOTHING_RECENT, ...changes } } });
  const tally = (changes: Partial<Tally>) => ({ steps: 0, denied: 0, cents: 0, ...changes });
  const outside = { given: { task: { declared: true, outside: true } } };
  const inside = { given: { task: { declared: true, outside: false } } };
  const elevated = { given: { elevated: true } };
  const SUNDAY = { now: new Date('2026-11-22T10:00:00Z') };

  /** What is around a step, beside the same step one unit away. */
  it.each<readonly [string, Call, VerdictEffect, string]>([
    [
      'a refund up to 1,000 EUR a day',
      { ...refunds, args: refund(100), ...recently({ agentDay: tally({ cents: 99_900 }) }) },
      'approve',
      'support×1',
    ],
    [
      'a refund beyond 1,000 EUR a day',
      { ...refunds, args: refund(101), ...recently({ agentDay: tally({ cents: 99_900 }) }) },
      'approve',
      'finance-leads×1 support×1',
    ],
    [
      'a refund up to 10,000 EUR a day',
      { ...refunds, args: refund(100), ...recently({ agentDay: tally({ cents: 999_900 }) }) },
      'approve',
      'finance-leads×1 support×1',
    ],
    [
      'a refund beyond 10,000 EUR a day',
      { ...refunds, args: refund(101), ...recently({ agentDay: tally({ cents: 999_900 }) }) },
      'deny',
      'refund-day-limit',
    ],
    [
      'the 20th refund within an hour',
      { ...refunds, args: refund(100), ...recently({ toolHour: tally({ steps: 19 }) }) },
      'approve',
      'support×1',
    ],
    [
      'the 21st refund within an hour',
      { ...refunds, args: refund(100), ...recently({ toolHour: tally({ steps: 20 }) }) },
      'approve',
      'finance-leads×1 support×1',
    ],
    [
      'a change after nine refusals',
      { ...comment, agent: 'release-agent', ...recently({ agentHour: tally({ denied: 9 }) }) },
      'allow',
      '',
    ],
    [
      'a change after ten refusals',
      { ...comment, agent: 'release-agent', ...recently({ agentHour: tally({ denied: 10 }) }) },
      'approve',
      'platform×1',
    ],
    [
      'mail outside after reading internal data',
      { ...lead, ...recently({ readTier: 2 }) },
      'approve',
      'support×1',
    ],
    [
      'mail outside after reading personal data',
      { ...lead, ...recently({ readTier: 3 }) },
      'approve',
      'support×2 support×1',
    ],
    [
      'mail outside after reading secrets',
      { ...lead, ...recently({ readTier: 4 }) },
      'deny',
      'secrets-stay-inside',
    ],
    [
      'mail inside after reading secrets',
      { ...lead, args: mail('olga@acme.example'), ...recently({ readTier: 4 }) },
      'notify',
      '#agent-notices',
    ],
    ['deleting a repository in working hours', erase, 'approve', 'platform×2'],
    ['deleting a repository on a Sunday', { ...erase, ...SUNDAY }, 'approve', 'platform×2 #agent-notices'],
    ['a message within the task', { ...lead, ...inside }, 'approve', 'support×1'],
    ['a message outside the task', { ...lead, ...outside }, 'deny', 'leaves-task'],
    ['a refund outside the task', { ...refunds, args: refund(1), ...outside }, 'deny', 'leaves-task'],
    ['a deletion outside the task', { ...erase, ...outside }, 'deny', 'leaves-task'],
    ['another change within the task', { ...comment, agent: 'release-agent', ...inside }, 'allow', ''],
    [
      'another change outside the task',
      { ...comment, agent: 'release-agent', ...outside },
      'approve',
      'platform×1',
    ],
    ['a permission on request without access', comment, 'deny', 'no-grant'],
    ['a permission on request with access', { ...comment, ...elevated }, 'allow', ''],
    [
      'access given where no line lets it be asked for',
      { ...comment, tool: 'github.delete_branch', args: { ...webshop, branch: 'old' }, ...elevated },
      'deny',
      'no-grant',
    ],
    ['asking for access up to an hour', askComment(60), 'approve', 'platform×1'],
    ['asking for access beyond an hour', askComment(61), 'approve', 'platform×2 platform×1'],
    ['asking for all the time a line allows', askComment(480), 'approve', 'platform×2 platform×1'],
    ['asking for more time than a line allows', askComment(481), 'deny', 'no-grant'],
    [
      'asking for access in the scope of a whole line',
      ask('support-agent', 'github.comment_on_issue', 'github/acme', 60),
      'approve',
      'platform×1',
    ],
    [
      'asking for access in a wider scope',
      ask('support-agent', 'github.comment_on_issue', 'github', 60),
      'deny',
      'no-grant',
    ],
    [
      'asking for access in a scope that only begins alike',
      ask('support-agent', 'github.comment_on_issue', 'github/acme-evil', 60),
      'deny',
      'no-grant',
    ],
    [
      'asking for a tool that no line lets be asked for',
      ask('support-agent', 'github.delete_repository', 'github/acme/webshop', 60),
      'deny',
      'no-grant',
    ],
    [
      'asking for what another profile may ask for',
      ask('outreach-agent', 'github.comment_on_issue', 'github/acme/webshop', 60),
      'deny',
      'no-grant',
    ],
    [
      'asking for access to mail',
      ask('release-agent', 'email.send', 'mail/internal', 30),
      'approve',
      'support×1',
    ],
    [
      'asking for access to mail outside',
      ask('release-agent', 'email.send', 'mail/external', 30),
      'deny',
      'no-grant',
    ],
  ])('answers %s with %3$s', (_, call, effect, gates) => {
    expect(inShort(call)).toEqual({ effect, gates });
  });

  it('can find enough people for every approval, whoever the request is for', () => {
    const { people, agents } = acme.organisation;
    for (const [agent, tool, args] of SCENARIOS) {
      const needs = unionOfNeeds(approvalGates(acme.judge({ agent, tool, args })));
      if (needs.length === 0) continue;
      const owner = agents.find(({ id }) => id === agent)?.owner;
      const able = people
        .filter(({ id, active }) => active && id !== owner)
        .map(({ id, groups }) => ({ person: id, groups }));
      expect(quorum(needs, able), `${agent} ${tool}`).toMatchObject({ met: true });
    }
  });

  describe('on the prepared requests', () => {
    it('gives each the strictest verdict that it expects', async () => {
      for (const { name, agent, request, expect: expected } of await loadExamples(CONFIG)) {
        const { steps = [request], confidence } = request as { steps?: readonly Call[]; confidence?: number };
        const effects = steps.map((step) => {
          const { tool, args } = step as Pick<Call, 'tool' | 'args'>;
          return acme.judge({
            agent,
            tool,
            args,
            ...(confidence === undefined ? {} : { confidence }),
            stepCount: steps.length,
          }).effect;
        });
        expect(strictest(effects), name).toBe(expected.effect);
      }
    });

    it('covers every verdict and every outcome', async () => {
      const examples = await loadExamples(CONFIG);
      expect(new Set(examples.map((example) => example.expect.effect))).toEqual(new Set(VERDICT_EFFECTS));
      expect(new Set(examples.map((example) => example.expect.outcome))).toEqual(new Set(OUTCOMES));
    });
  });
});
