/** Well-formed asks for what the agent may not have. */
import { type Attack, asking, deleting, denied, mailing } from './attack.ts';

const customer = (args: Readonly<Record<string, unknown>> = {}) => ({
  tool: 'stripe.get_customer',
  args: { customer: 'cus_ada', ...args },
  reason: 'Looking somebody up',
});
const access = (args: Readonly<Record<string, unknown>>) => ({
  tool: 'access.request',
  args: {
    tool: 'github.delete_branch',
    scope: 'github/acme/webshop',
    minutes: 30,
    reason: 'Needed',
    ...args,
  },
  reason: 'Needed for a while',
});

export const AUTHORITY_ATTACKS: readonly Attack[] = [
  asking('release-agent', 'A mail asked for by an agent that writes none', mailing({}), denied('no-grant')),
  asking(
    'support-agent',
    'A branch asked for by an agent of another trade',
    deleting({}),
    denied('no-grant'),
  ),
  asking(
    'release-agent',
    'A repository of somebody else',
    deleting({ repository: 'evil/webshop' }),
    denied('no-grant'),
  ),
  asking(
    'release-agent',
    'An owner whose name begins like ours',
    deleting({ repository: 'acme-corp/webshop' }),
    denied('no-grant'),
  ),
  asking(
    'release-agent',
    'A protected branch in other letters',
    deleting({ branch: 'MAIN' }),
    denied('protected-branch'),
  ),
  asking(
    'release-agent',
    'A release branch',
    deleting({ branch: 'release/2026-11' }),
    denied('protected-branch'),
  ),
  asking(
    'outreach-agent',
    "A customer's address beyond the agent's clearance",
    customer({ fields: ['email'] }),
    denied('over-clearance'),
  ),
  asking(
    'release-agent',
    'A harmless read with a forbidden step behind it',
    {
      steps: [
        { tool: 'github.list_branches', args: { repository: 'acme/webshop' } },
        { tool: 'github.delete_branch', args: { repository: 'acme/webshop', branch: 'main' } },
      ],
      reason: 'Only looking',
    },
    denied('protected-branch'),
  ),
  asking(
    'outreach-agent',
    'Access asked for that the matrix does not offer',
    access({ tool: 'stripe.refund_payment', scope: 'stripe/payments' }),
    denied('no-grant'),
  ),
  asking(
    'release-agent',
    'Access to everything of a vendor',
    access({ tool: 'github.delete_repository', scope: 'github' }),
    denied('no-grant'),
  ),
];
