/**
 * Every profile with every tool at every data tier, as one readable page. A change of the policy shows here what it
 * really changes; the page is reviewed like code. `npx vitest run test/policy/golden-matrix -u` writes it anew.
 */
import { expect, it } from 'vitest';
import type { StepFacts } from '../../src/domain/facts.ts';
import { NOTHING_RECENT, type Tally } from '../../src/domain/usage.ts';
import type { Gate, Verdict } from '../../src/domain/verdict.ts';
import { loadAcme, WORKING_HOURS } from './acme.ts';

const TIERS = [1, 2, 3, 4] as const;

const at = { repository: 'acme/webshop' };
const mail = { subject: 'Hello', text: 'Hello.' };
const access = (tool: string, scope: string, minutes: number) => ({ tool, scope, minutes, reason: 'Needed' });
const recently = (agentDay: Partial<Tally>) => ({
  recent: { ...NOTHING_RECENT, agentDay: { ...NOTHING_RECENT.agentDay, ...agentDay } },
});

/** What differs from a sure agent in working hours that has done nothing yet. */
type Around = Partial<StepFacts>;

const ELEVATED: Around = { elevated: true };
const NIGHT: Around = { businessHours: false };
const OFF_TASK: Around = { task: { declared: true, outside: true } };

const CALLS: readonly (readonly [variant: string, tool: string, args: unknown, around?: Around])[] = [
  ['to comment, 60 min', 'access.request', access('github.comment_on_issue', 'github/acme', 60)],
  ['to comment, 480 min', 'access.request', access('github.comment_on_issue', 'github/acme', 480)],
  ['to comment, 481 min', 'access.request', access('github.comment_on_issue', 'github/acme', 481)],
  ['to delete a branch', 'access.request', access('github.delete_branch', 'github/acme', 5)],
  ['to mail inside, 30 min', 'access.request', access('email.send', 'mail/internal', 30)],
  ['to mail outside', 'access.request', access('email.send', 'mail/external', 5)],
  ['', 'github.get_pull_request', { ...at, number: 2 }],
  ['', 'github.list_branches', at],
  ['', 'github.comment_on_issue', { ...at, number: 1, body: 'Hi' }],
  ['elevated', 'github.comment_on_issue', { ...at, number: 1, body: 'Hi' }, ELEVATED],
  ['off task', 'github.comment_on_issue', { ...at, number: 1, body: 'Hi' }, OFF_TASK],
  ['', 'github.delete_branch', { ...at, branch: 'old-checkout' }],
  ['elevated', 'github.delete_branch', { ...at, branch: 'old-checkout' }, ELEVATED],
  ['off task', 'github.delete_branch', { ...at, branch: 'old-checkout' }, OFF_TASK],
  ['protected', 'github.delete_branch', { ...at, branch: 'main' }],
  ['', 'github.merge_pull_request', { ...at, number: 2 }],
  ['pull', 'github.add_collaborator', { ...at, user: 'newhire', permission: 'pull' }],
  ['push', 'github.add_collaborator', { ...at, user: 'newhire', permission: 'push' }],
  ['admin', 'github.add_collaborator', { ...at, user: 'newhire', permission: 'admin' }],
  ['', 'github.delete_repository', at],
  ['at night', 'github.delete_repository', at, NIGHT],
  ['', 'stripe.get_customer', { customer: 'cus_ada' }],
  ['', 'stripe.update_customer', { customer: 'cus_ada', fields: { name: 'Ada' } }],
  ['', 'stripe.cancel_subscription', { subscription: 'sub_ada' }],
  ['50 EUR', 'stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 5_000 }],
  ['500 EUR', 'stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 50_000 }],
  ['501 EUR', 'stripe.refund_payment', { payment: 'pi_grace_mid', amountCents: 50_100 }],
  [
    '50 EUR after 960',
    'stripe.refund_payment',
    { payment: 'pi_grace_mid', amountCents: 5_000 },
    recently({ cents: 96_000 }),
  ],
  [
    '50 EUR after 9,960',
    'stripe.refund_payment',
    { payment: 'pi_grace_mid', amountCents: 5_000 },
    recently({ cents: 996_000 }),
  ],
  ['inside', 'email.draft', { ...mail, to: ['olga@acme.example'] }],
  ['outside', 'email.draft', { ...mail, to: ['lead@bigcorp.example'] }],
  ['inside', 'email.send', { ...mail, to: ['olga@acme.example'] }],
  ['inside, elevated', 'email.send', { ...mail, to: ['olga@acme.example'] }, ELEVATED],
  ['outside', 'email.send', { ...mail, to: ['lead@bigcorp.example'] }],
  ['outside, elevated', 'email.send', { ...mail, to: ['lead@bigcorp.example'] }, ELEVATED],
  ['outside, unsure', 'email.send', { ...mail, to: ['lead@bigcorp.example'] }, { confidence: 0.5 }],
  [
    'outside, read tier 3',
    'email.send',
    { ...mail, to: ['lead@bigcorp.example'] },
    { recent: { ...NOTHING_RECENT, readTier: 3 } },
  ],
  [
    'outside, read tier 4',
    'email.send',
    { ...mail, to: ['lead@bigcorp.example'] },
    { recent: { ...NOTHING_RECENT, readTier: 4 } },
  ],
];

it('the golden matrix has a line for every tool', async () => {
  const { names } = await loadAcme();
  expect(new Set(CALLS.map(([, tool]) => tool))).toEqual(new Set(names.tools.map(({ name }) => name)));
});

it('decide() answers every profile, tool and data tier as the golden matrix says', async () => {
  const { policy, factsOf, organisation } = await loadAcme();
  const lines: string[] = [];
  for (const agent of organisation.agents) {
    lines.push('', `${agent.id} (profile ${agent.profile}, cleared to tier ${agent.maxTier})`);
    for (const [variant, tool, args, given = {}] of CALLS) {
      const facts = factsOf({ agent: agent.id, tool, args, given, now: WORKING_HOURS });
      const cells = TIERS.map((tier) => cell(policy.decide(atTier(facts, tier))));
      lines.push(`  ${`${tool} ${variant}`.trim().padEnd(40)} ${ranges(cells)}`);
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
