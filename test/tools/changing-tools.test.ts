/** One contract for every tool that changes something: what is done can be seen, found again and taken back. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/dev/emulators/faults.ts';
import type { JsonObject, JsonValue } from '../../src/domain/ask.ts';
import type { Tool, ToolContext } from '../../src/tools/define-tool.ts';
import { CATALOGUE } from './catalogue.ts';
import { contextOf, type VendorWorld, vendorWorld } from './vendor-world.ts';

interface Case {
  readonly tool: string;
  readonly args: JsonObject;
  /** Where the effect's request goes. */
  readonly request: Pick<Fault, 'provider' | 'method' | 'pathPrefix'>;
  /** What the vendor shows of the thing that changes. */
  readonly look: (world: VendorWorld) => Promise<unknown>;
}

const WEBSHOP = { owner: 'acme', repo: 'webshop' };
const MAIL = { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'We met at the fair.' };

const filesOnMain = async ({ vendors }: VendorWorld) => {
  const { data } = await vendors.github.rest.git.getTree({
    ...WEBSHOP,
    tree_sha: await head(vendors, 'main'),
  });
  return data.tree.map(({ path, sha }) => `${path} ${sha}`).sort();
};

const head = async (vendors: VendorWorld['vendors'], branch: string) => {
  const { data } = await vendors.github.rest.git.getRef({ ...WEBSHOP, ref: `heads/${branch}` });
  return data.object.sha;
};

const branches = async ({ vendors }: VendorWorld) => {
  const { data } = await vendors.github.rest.repos.listBranches(WEBSHOP);
  return data.map(({ name, commit }) => `${name} ${commit.sha}`);
};

const access = async ({ vendors }: VendorWorld) => {
  const { data } = await vendors.github.rest.repos.listCollaborators(WEBSHOP);
  const invited = await vendors.github.rest.repos.listInvitations(WEBSHOP);
  return [
    ...data.map(({ login, role_name }) => `${login} ${role_name}`),
    ...invited.data.map(({ invitee, permissions }) => `invited ${invitee?.login} ${permissions}`),
  ];
};

const REVERSIBLE: readonly Case[] = [
  {
    tool: 'github.comment_on_issue',
    args: { repository: 'acme/webshop', number: 1, body: 'Looking into it' },
    request: { provider: 'github', method: 'POST', pathPrefix: '/repos/acme/webshop/issues/1/comments' },
    look: async ({ vendors }) =>
      (await vendors.github.rest.issues.listComments({ ...WEBSHOP, issue_number: 1 })).data.map(
        ({ body }) => body,
      ),
  },
  {
    tool: 'github.delete_branch',
    args: { repository: 'acme/webshop', branch: 'old-checkout' },
    request: {
      provider: 'github',
      method: 'DELETE',
      pathPrefix: '/repos/acme/webshop/git/refs/heads/old-checkout',
    },
    look: branches,
  },
  {
    tool: 'github.merge_pull_request',
    args: { repository: 'acme/webshop', number: 2 },
    request: { provider: 'github', method: 'PUT', pathPrefix: '/repos/acme/webshop/pulls/2/merge' },
    look: filesOnMain,
  },
  {
    tool: 'github.add_collaborator',
    args: { repository: 'acme/webshop', user: 'newhire', permission: 'push' },
    request: { provider: 'github', method: 'PUT', pathPrefix: '/repos/acme/webshop/collaborators/newhire' },
    look: access,
  },
  {
    tool: 'github.add_collaborator',
    args: { repository: 'acme/webshop', user: 'bob', permission: 'admin' },
    request: { provider: 'github', method: 'PUT', pathPrefix: '/repos/acme/webshop/collaborators/bob' },
    look: access,
  },
  {
    tool: 'github.add_collaborator',
    args: { repository: 'acme/webshop', user: 'contractor', permission: 'pull' },
    request: {
      provider: 'github',
      method: 'PUT',
      pathPrefix: '/repos/acme/webshop/collaborators/contractor',
    },
    look: access,
  },
  {
    tool: 'stripe.update_customer',
    args: { customer: 'cus_grace', fields: { phone: '+44 20 7946 0002', name: 'Grace B. Murray' } },
    request: { provider: 'stripe', method: 'POST', pathPrefix: '/v1/customers/cus_grace' },
    look: async ({ vendors }) => ({ ...(await vendors.stripe.customers.retrieve('cus_grace')) }),
  },
  {
    tool: 'stripe.cancel_subscription',
    args: { subscription: 'sub_ada' },
    request: { provider: 'stripe', method: 'POST', pathPrefix: '/v1/subscriptions/sub_ada' },
    look: async ({ vendors }) =>
      (await vendors.stripe.subscriptions.retrieve('sub_ada')).cancel_at_period_end,
  },
  {
    tool: 'email.draft',
    args: MAIL,
    request: { provider: 'resend', method: 'POST', pathPrefix: '/inboxes/agents@acme.example/drafts' },
    look: async ({ vendors }) =>
      (await vendors.resend.inboxes.drafts.list({ emailAddress: 'agents@acme.example' })).data?.data.map(
        ({ subject }) => subject,
      ),
  },
  {
    tool: 'email.send',
    args: { ...MAIL, recallMinutes: 10 },
    request: { provider: 'resend', method: 'POST', pathPrefix: '/emails' },
    look: async ({ vendors }) =>
      (await vendors.resend.emails.list()).data?.data
        .filter((mail) => mail.last_event === 'scheduled')
        .map(({ to }) => to),
  },
];

const FINAL: readonly Case[] = [
  {
    tool: 'github.delete_repository',
    args: { repository: 'acme/legacy-billing' },
    request: { provider: 'github', method: 'DELETE', pathPrefix: '/repos/acme/legacy-billing' },
    look: async ({ vendors }) =>
      vendors.github.rest.repos.get({ owner: 'acme', repo: 'legacy-billing' }).then(
        () => 'there',
        () => 'gone',
      ),
  },
  {
    tool: 'stripe.refund_payment',
    args: { payment: 'pi_grace_mid', amountCents: 42_000, reason: 'requested_by_customer' },
    request: { provider: 'stripe', method: 'POST', pathPrefix: '/v1/refunds' },
    look: async ({ vendors }) =>
      (await vendors.stripe.refunds.list({ payment_intent: 'pi_grace_mid' })).data.map(
        ({ amount }) => amount,
      ),
  },
];

/** A tool with its optional parts there, as the definition promises for what changes something. */
function open(world: VendorWorld, { tool: name, args }: Case) {
  const tool = world.registry.get(name);
  if (tool?.find === undefined) throw new Error(`no find in ${name}`);
  const parsed = world.registry.parse(name, args);
  const { find, capture, undo } = tool;
  return {
    capture: async (context: ToolContext): Promise<JsonValue> => (await capture?.(parsed, context)) ?? null,
    execute: (context: ToolContext, captured: JsonValue) => tool.execute(parsed, context, captured),
    find: (context: ToolContext, captured: JsonValue) => find(parsed, context, captured),
    undo: async (captured: JsonValue, result: JsonValue, vendors = world.vendors) => {
      const context = contextOf({ vendors }, { direction: 'undo' });
      return undo?.(parsed, context, { captured, result });
    },
  };
}

const hastyContext = ({ hasty }: VendorWorld) => contextOf({ vendors: hasty });

const label = ({ tool, args }: Case) => [`${tool} ${JSON.stringify(args).slice(0, 80)}`] as const;
const every = [...REVERSIBLE, ...FINAL];

describe.each(REVERSIBLE.map((one) => [...label(one), one] as const))('%s', (_, one) => {
  it('execute() changes what the vendor shows, undo() restores it, and undoing again changes nothing', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const before = await one.look(world);
    const captured = await tool.capture(contextOf(world));
    const result = await tool.execute(contextOf(world), captured);
    expect(await one.look(world)).not.toEqual(before);
    expect(await tool.undo(captured, result)).toMatchObject({ undone: true });
    expect(await one.look(world)).toEqual(before);
    expect(await tool.undo(captured, result)).toMatchObject({ undone: false });
    expect(await one.look(world)).toEqual(before);
  });

  it('undo() has nothing to take back when it never happened', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const before = await one.look(world);
    const captured = await tool.capture(contextOf(world));
    expect(await tool.undo(captured, null)).toMatchObject({ undone: false });
    expect(await one.look(world)).toEqual(before);
  });

  it('undo() takes back an effect whose answer was lost', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const before = await one.look(world);
    const captured = await tool.capture(contextOf(world));
    world.emulators.failNext({ ...one.request, status: 'timeout-after-effect' });
    await expect(tool.execute(hastyContext(world), captured)).rejects.toMatchObject({ kind: 'unknown' });
    expect(await tool.undo(captured, null)).toMatchObject({ undone: true });
    expect(await one.look(world)).toEqual(before);
  });

  it('undo() that lost its own answer can be repeated', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const before = await one.look(world);
    const captured = await tool.capture(contextOf(world));
    const result = await tool.execute(contextOf(world), captured);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      world.emulators.failNext({
        provider: one.request.provider,
        method,
        pathPrefix: '/',
        status: 'timeout-after-effect',
      });
    }
    await expect(tool.undo(captured, result, world.hasty)).rejects.toThrow();
    world.emulators.clearFaults();
    await tool.undo(captured, result);
    expect(await one.look(world)).toEqual(before);
  });
});

describe.each(every.map((one) => [...label(one), one] as const))('%s', (_, one) => {
  it('find() knows whether it happened when the answer was lost', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const captured = await tool.capture(contextOf(world));
    expect(await tool.find(contextOf(world), captured)).toBeUndefined();
    world.emulators.failNext({ ...one.request, status: 'timeout-after-effect' });
    await expect(tool.execute(hastyContext(world), captured)).rejects.toMatchObject({ kind: 'unknown' });
    expect(await tool.find(contextOf(world), captured)).toBeDefined();
  });

  it('find() resolves to what execute() would have, in the declared form', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const captured = await tool.capture(contextOf(world));
    const result = await tool.execute(contextOf(world), captured);
    expect(await tool.find(contextOf(world), captured)).toEqual(result);
    expect(world.registry.get(one.tool)?.output.parse(result)).toEqual(result);
  });

  it('execute() says "retryable" and changes nothing while the vendor is busy', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const before = await one.look(world);
    const captured = await tool.capture(contextOf(world));
    world.emulators.failNext({ ...one.request, status: 429 });
    await expect(tool.execute(contextOf(world), captured)).rejects.toMatchObject({
      kind: 'retryable',
      retryAfterMs: 1000,
    });
    expect(await one.look(world)).toEqual(before);
    await tool.execute(contextOf(world), captured);
    expect(await one.look(world)).not.toEqual(before);
  });

  it('execute() sends nothing once its signal is aborted', async () => {
    const world = await vendorWorld();
    const tool = open(world, one);
    const before = await one.look(world);
    const captured = await tool.capture(contextOf(world));
    const context = contextOf(world, { signal: AbortSignal.abort() });
    await expect(tool.execute(context, captured)).rejects.toMatchObject({ kind: 'retryable' });
    expect(await one.look(world)).toEqual(before);
  });
});

describe('the catalogue', () => {
  // access.request changes our own records, not a vendor's: access-request.test.ts holds it to the same.
  it('has every tool that changes something at a vendor in the contract above', () => {
    const changing = CATALOGUE.filter(({ effect }: Tool) => effect !== 'read')
      .map(({ name }) => name)
      .filter((name) => name !== 'access.request');
    expect(new Set(every.map(({ tool }) => tool))).toEqual(new Set(changing));
  });
});
