/**
 * Every profile with every tool at every data tier, as one readable page. A change of the policy shows here what it
 * really changes; the page is reviewed like code. `npx vitest run test/policy/golden-matrix -u` writes it anew.
 */
import { expect, it } from 'vitest';
import type { StepFacts } from '../../src/domain/facts.ts';
import type { Gate, Verdict } from '../../src/domain/verdict.ts';
import { loadAcme } from './acme.ts';

const TIERS = [1, 2, 3, 4] as const;
const NOW = new Date('2026-11-21T09:00:00Z');

const at = { repository: 'acme/webshop' };
const mail = { subject: 'Hello', text: 'Hello.' };
const CALLS: readonly (readonly [variant: string, tool: string, args: unknown, confidence?: number])[] = [
  ['', 'github.get_pull_request', { ...at, number: 2 }],
  ['', 'github.list_branches', at],
  ['', 'github.comment_on_issue', { ...at, number: 1, body: 'Hi' }],
  ['', 'github.delete_branch', { ...at, branch: 'old-checkout' }],
  ['protected', 'github.delete_branch', { ...at, branch: 'main' }],
  ['', 'github.merge_pull_request', { ...at, number: 2 }],
  ['pull', 'github.add_collaborator', { ...at, user: 'newhire', permission: 'pull' }],
  ['push', 'github.add_collaborator', { ...at, user: 'newhire', permission: 'push' }],
  ['admin', 'github.add_collaborator', { ...at, user: 'newhire', permission: 'admin' }],
  ['', 'github.delete_repository', at],
  ['', 'stripe.get_customer', { customer: 'cus_ada' }],
  ['', 'stripe.update_customer', { customer: 'cus_ada', fields: { name: 'Ada' } }],
  ['', 'stripe.cancel_subscription', { subscription: 'sub_ada' }],
  ['50 EUR', 'stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 5_000 }],
  ['500 EUR', 'stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 50_000 }],
  ['501 EUR', 'stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 50_100 }],
  ['inside', 'email.draft', { ...mail, to: ['olga@acme.example'] }],
  ['outside', 'email.draft', { ...mail, to: ['lead@bigcorp.example'] }],
  ['inside', 'email.send', { ...mail, to: ['olga@acme.example'] }],
  ['outside', 'email.send', { ...mail, to: ['lead@bigcorp.example'] }],
  ['outside, unsure', 'email.send', { ...mail, to: ['lead@bigcorp.example'] }, 0.5],
];

it('decide() answers every profile, tool and data tier as the golden matrix says', async () => {
  const { policy, factsOf, organisation } = await loadAcme();
  const lines: string[] = [];
  for (const agent of organisation.agents) {
    lines.push('', `${agent.id} (profile ${agent.profile}, cleared to tier ${agent.maxTier})`);
    for (const [variant, tool, args, confidence = 1] of CALLS) {
      const facts = factsOf({ agent: agent.id, tool, args, confidence, now: NOW });
      const cells = TIERS.map((tier) => cell(policy.decide(atTier(facts, tier))));
      lines.push(`  ${`${tool} ${variant}`.trim().padEnd(34)} ${ranges(cells)}`);
    }
  }
  await expect(`${lines.join('\n').trim()}\n`).toMatchFileSnapshot('golden-matrix.txt');
});

function atTier(facts: StepFacts, tier: 1 | 2 | 3 | 4): StepFacts {
  return { ...facts, target: { ...facts.target, tier } };
}

function cell({ effect, rules, gates, downscopeTo }: Verdict): string {
  if (effect === 'deny') return `deny: ${rules.map(({ id }) => id).join(', ')}`;
  const to = downscopeTo === undefined ? '' : ` to ${downscopeTo}`;
  return [`${effect}${to}`, gates.map(obligation).join(', ')].filter(Boolean).join(': ');
}

function obligation(gate: Gate): string {
  if (gate.kind === 'notice') return `#${gate.channel}`;
  const wait = `${gate.ttlMs / 3_600_000} h`;
  const escalate = gate.escalateTo === undefined ? '' : ` or ${gate.escalateTo}`;
  return `${gate.quorum} of ${gate.group}${escalate} (${gate.tier}, ${wait})`;
}

/** Neighbouring tiers with the same answer in one: `1-3 allow | 4 deny: over-clearance`. */
function ranges(cells: readonly string[]): string {
  const starts = cells.flatMap((text, index) => (text === cells[index - 1] ? [] : [index]));
  return starts
    .map((start, index) => {
      const end = (starts[index + 1] ?? cells.length) - 1;
      return `${start === end ? start + 1 : `${start + 1}-${end + 1}`} ${cells[start]}`;
    })
    .join(' | ');
}
