import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExamples } from '../../src/dev/sandbox/examples.ts';
import { OUTCOMES } from '../../src/domain/outcome.ts';
import { quorum, unionOfNeeds } from '../../src/domain/quorum.ts';
import { approvalGates, strictest, VERDICT_EFFECTS, type VerdictEffect } from '../../src/domain/verdict.ts';
import { type Call, CONFIG, loadAcme } from './acme.ts';
import { loadText } from './sample.ts';

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
  ['outreach-agent', 'stripe.get_customer', { customer: 'cus_ada' }, 'deny', 'over-clearance'],
  ['release-agent', 'stripe.get_customer', { customer: 'cus_ada' }, 'deny', 'over-clearance'],
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
    'support|finance×1',
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
      gate.kind === 'notice'
        ? `#${gate.channel}`
        : `${[gate.group, ...(gate.escalateTo === undefined ? [] : [gate.escalateTo])].join('|')}×${gate.quorum}`,
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
      authority: `${await policyFile('authority.cedar')}
@id("release-renames") @reason("Release agents may rename repositories.")
permit (principal in Profile::"release", action == Action::"${rename.name}", resource in Scope::"github/acme");`,
      gates: await policyFile('gates.cedar'),
      scopes: await policyFile('scopes.yaml'),
      names: { ...acme.names, tools: [...acme.names.tools, { ...rename, smaller: [] }] },
    });
    const facts = acme.factsOf({ agent: 'release-agent', tool: 'github.list_branches', args: webshop });
    const verdict = policy.decide({ ...facts, ...rename, tool: rename.name });
    expect(verdict).toMatchObject({ effect: 'approve', rules: [{ id: 'unclassified-change' }] });
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
