/** Every tool of the catalogue that changes something: who may ask it, who must agree, and how its effect is seen. */
import type { StepInput } from '../../activities/contract.ts';
import type { Fault } from '../../src/dev/emulators/faults.ts';
import type { JsonObject } from '../../src/domain/ask.ts';
import type { Vendors } from '../../src/tools/vendors.ts';
import { approved, type Office, sealed, stepInput } from './office.ts';

export interface Change {
  readonly tool: string;
  readonly args: JsonObject;
  readonly agent: string;
  /** Who must approve; empty where policy lets it run. */
  readonly people: readonly string[];
  /** The request that has the effect. */
  readonly effect: Pick<Fault, 'provider' | 'method' | 'pathPrefix'>;
  /** What the vendor shows of the thing that changes. */
  readonly look: (vendors: Vendors) => Promise<unknown>;
  readonly irreversible?: true;
}

const WEBSHOP = { owner: 'acme', repo: 'webshop' };
const MAIL = { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'We met at the fair.' };
const github = (method: Fault['method'], path: string) =>
  ({ provider: 'github', method, pathPrefix: `/repos/acme/${path}` }) as const;

const branches = async ({ github: { rest } }: Vendors) => {
  const { data } = await rest.repos.listBranches(WEBSHOP);
  return data.map(({ name, commit }) => `${name} ${commit.sha}`);
};

const filesOnMain = async ({ github: { rest } }: Vendors) => {
  const { data: main } = await rest.git.getRef({ ...WEBSHOP, ref: 'heads/main' });
  const { data } = await rest.git.getTree({ ...WEBSHOP, tree_sha: main.object.sha });
  return data.tree.map(({ path, sha }) => `${path} ${sha}`).sort();
};

const collaborators = async ({ github: { rest } }: Vendors) => [
  (await rest.repos.listCollaborators(WEBSHOP)).data.map(({ login, role_name }) => `${login} ${role_name}`),
  (await rest.repos.listInvitations(WEBSHOP)).data.map(({ invitee }) => invitee?.login),
];

export const CHANGES: readonly Change[] = [
  {
    tool: 'github.comment_on_issue',
    args: { repository: 'acme/webshop', number: 1, body: 'Looking into it' },
    agent: 'release-agent',
    people: [],
    effect: github('POST', 'webshop/issues/1/comments'),
    look: async ({ github: { rest } }) =>
      (await rest.issues.listComments({ ...WEBSHOP, issue_number: 1 })).data.map(({ body }) => body),
  },
  {
    tool: 'github.delete_branch',
    args: { repository: 'acme/webshop', branch: 'old-checkout' },
    agent: 'release-agent',
    people: ['alice'],
    effect: github('DELETE', 'webshop/git/refs/heads/old-checkout'),
    look: branches,
  },
  {
    tool: 'github.merge_pull_request',
    args: { repository: 'acme/webshop', number: 2 },
    agent: 'release-agent',
    people: ['bob'],
    effect: github('PUT', 'webshop/pulls/2/merge'),
    look: filesOnMain,
  },
  {
    tool: 'github.add_collaborator',
    args: { repository: 'acme/webshop', user: 'newhire', permission: 'push' },
    agent: 'release-agent',
    people: ['alice'],
    effect: github('PUT', 'webshop/collaborators/newhire'),
    look: collaborators,
  },
  {
    tool: 'github.delete_repository',
    args: { repository: 'acme/legacy-billing' },
    agent: 'release-agent',
    people: ['alice', 'bob'],
    effect: github('DELETE', 'legacy-billing'),
    look: ({ github: { rest } }) =>
      rest.repos.get({ owner: 'acme', repo: 'legacy-billing' }).then(
        () => 'there',
        () => 'gone',
      ),
    irreversible: true,
  },
  {
    tool: 'stripe.update_customer',
    args: { customer: 'cus_grace', fields: { phone: '+44 20 7946 0002' } },
    agent: 'support-agent',
    people: [],
    effect: { provider: 'stripe', method: 'POST', pathPrefix: '/v1/customers/cus_grace' },
    look: async ({ stripe }) => ({ ...(await stripe.customers.retrieve('cus_grace')) }),
  },
  {
    tool: 'stripe.cancel_subscription',
    args: { subscription: 'sub_ada' },
    agent: 'support-agent',
    people: ['erin'],
    effect: { provider: 'stripe', method: 'POST', pathPrefix: '/v1/subscriptions/sub_ada' },
    look: async ({ stripe }) => (await stripe.subscriptions.retrieve('sub_ada')).cancel_at_period_end,
  },
  {
    tool: 'stripe.refund_payment',
    args: { payment: 'pi_grace_mid', amountCents: 8_000, reason: 'requested_by_customer' },
    agent: 'support-agent',
    people: ['carol'],
    effect: { provider: 'stripe', method: 'POST', pathPrefix: '/v1/refunds' },
    look: async ({ stripe }) =>
      (await stripe.refunds.list({ payment_intent: 'pi_grace_mid' })).data.map(({ amount }) => amount),
    irreversible: true,
  },
  {
    tool: 'email.draft',
    args: MAIL,
    agent: 'outreach-agent',
    people: [],
    effect: { provider: 'resend', method: 'POST', pathPrefix: '/inboxes/agents@acme.example/drafts' },
    look: async ({ resend }) =>
      (await resend.inboxes.drafts.list({ emailAddress: 'agents@acme.example' })).data?.data.map(
        ({ subject }) => subject,
      ),
  },
  {
    tool: 'email.send',
    args: { ...MAIL, recallMinutes: 10 },
    agent: 'outreach-agent',
    people: ['erin'],
    effect: { provider: 'resend', method: 'POST', pathPrefix: '/emails' },
    look: async ({ resend }) =>
      (await resend.emails.list()).data?.data
        .filter(({ last_event }) => last_event === 'scheduled')
        .map(({ to }) => to),
  },
];

/** A change by its tool, for tests that need just one. */
export function changeOf(tool: string): Change {
  const change = CHANGES.find((one) => one.tool === tool);
  if (change === undefined) throw new Error(`no change by ${tool}`);
  return change;
}

/** A new request for the change, approved where policy wants it, as its executor gets it. */
export async function ready(
  office: Office,
  vendors: Vendors,
  { agent, tool, args, people }: Change,
): Promise<StepInput> {
  const request = await sealed(office, agent, [{ tool, args }]);
  return people.length === 0 ? stepInput(request) : approved(office, vendors, request, people);
}
