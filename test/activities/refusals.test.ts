/** The executor trusts nobody: each row is one thing that is wrong, beside the step that runs when nothing is. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { APPROVAL_FRESH_MS } from '../../activities/consent.ts';
import type { StepInput } from '../../activities/contract.ts';
import type { ExecuteDeps } from '../../activities/running.ts';
import { createDirectory } from '../../src/approvals/directory.ts';
import { organisationReader } from '../../src/approvals/people.ts';
import { decisionSigner, sealSigner } from '../../src/approvals/signing.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Halt } from '../../src/domain/halt.ts';
import type { Person } from '../../src/domain/people.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { fileHalts } from '../../src/store/halt-files.ts';
import { createOrders, type OrderSources } from '../../src/store/orders.ts';
import { type VendorWorld, vendorWorld } from '../tools/vendor-world.ts';
import { changeOf } from './changes.ts';
import {
  changedConfig,
  changedPolicy,
  decision,
  openOffice,
  planInput,
  privateKey,
  type Sealed,
  sealed,
  stepInput,
  temporaryFolder,
} from './office.ts';

const office = await openOffice();
const { organisation } = office.installation;
const stranger = {
  seal: (await sealSigner(privateKey())).sign,
  decide: (await decisionSigner(privateKey())).sign,
};

const DELETE = changeOf('github.delete_branch');
const ASK = { tool: DELETE.tool, args: DELETE.args };
const OTHER = { tool: DELETE.tool, args: { ...DELETE.args, branch: 'gift-cards' } };

/** A step that alice may approve, with everything around it that can be made wrong. */
interface Scene {
  readonly world: VendorWorld;
  readonly request: Sealed;
  readonly plan: Plan;
  /** The step with these decisions, all about the plan as it is unless told. */
  input(people: readonly string[], over?: Partial<Decision>): Promise<StepInput>;
}

async function scene(): Promise<Scene> {
  const world = await vendorWorld();
  const request = await sealed(office, 'release-agent', [ASK]);
  const plan = await office.executor(world.vendors).prepare(planInput(request));
  const input: Scene['input'] = async (people, over) => {
    const votes = people.map((person) => office.decide(decision(request, plan, person, over)));
    return stepInput(request, { plan, decisions: await Promise.all(votes) });
  };
  return { world, request, plan, input };
}

/** Runs it and makes sure that neither vendor nor ledger saw anything unless it is done. */
async function attempt({ world }: Scene, input: StepInput, over: Partial<ExecuteDeps> = {}) {
  const before = await DELETE.look(world.vendors);
  const ended = await office
    .executor(world.vendors, over)
    .execute(input)
    .catch((failure: unknown) => failure);
  const happened = JSON.stringify(await DELETE.look(world.vendors)) !== JSON.stringify(before);
  expect(happened).toBe(
    typeof ended === 'object' && ended !== null && 'kind' in ended && ended.kind === 'done',
  );
  if (!happened) {
    const { request, step } = input;
    expect(await office.store.effects.find({ request, step, direction: 'do' })).toBeUndefined();
  }
  return ended;
}

const people = (change: (person: Person) => Person) => ({
  directory: createDirectory({ ...organisation, people: organisation.people.map(change) }),
});

describe('execute', () => {
  test('runs a step that one eligible person approved', async () => {
    const stage = await scene();
    expect(await attempt(stage, await stage.input(['alice']))).toMatchObject({ kind: 'done' });
  });
});

const UNSEALED: readonly { title: string; seal: (stage: Scene) => Promise<string> }[] = [
  {
    title: 'another request',
    seal: async () => (await sealed(office, 'release-agent', [ASK])).seal,
  },
  {
    title: 'other arguments',
    seal: async ({ request: { claims } }) =>
      (await sealed(office, 'release-agent', [OTHER], { request: claims.request })).seal,
  },
  {
    title: 'another step of the same request',
    seal: async ({ request: { claims } }) =>
      (await sealed(office, 'release-agent', [OTHER, ASK], { request: claims.request })).seal,
  },
  {
    title: 'the same claims, signed by another key',
    seal: ({ request: { claims } }) => stranger.seal(claims),
  },
  {
    title: 'the same claims, changed after signing',
    seal: async ({ request: { claims, seal } }) => {
      const [header, , signature] = seal.split('.');
      const payload = Buffer.from(JSON.stringify({ ...claims, agent: 'support-agent' })).toString(
        'base64url',
      );
      return [header, payload, signature].join('.');
    },
  },
  {
    title: 'a person (a signed decision)',
    seal: ({ request, plan }) => office.decide(decision(request, plan, 'alice')),
  },
  { title: 'nobody', seal: async () => '' },
];

describe('execute refuses for good a step whose seal is for', () => {
  test.each(UNSEALED)('$title', async ({ seal }) => {
    const stage = await scene();
    const input = { ...(await stage.input(['alice'])), seal: await seal(stage) };
    expect(await attempt(stage, input)).toMatchObject({ type: 'unauthenticated', nonRetryable: true });
  });

  test('another agent: approvals given to one agent are of no use to the next', async () => {
    const stage = await scene();
    const { request } = stage.request.claims;
    const { seal } = await sealed(office, 'support-agent', [ASK], { request });
    const input = { ...(await stage.input(['alice'])), seal };
    expect(await attempt(stage, input)).toMatchObject({ kind: 'refused', why: 'denied' });
  });
});

const UNAPPROVED: readonly { title: string; input: (stage: Scene) => Promise<StepInput> }[] = [
  { title: 'nobody decided', input: ({ input }) => input([]) },
  {
    title: 'there is no plan to approve',
    input: async ({ request, plan }) =>
      stepInput(request, { decisions: [await office.decide(decision(request, plan, 'alice'))] }),
  },
  {
    title: 'the decision was signed by another key',
    input: async ({ request, plan }) =>
      stepInput(request, { plan, decisions: [await stranger.decide(decision(request, plan, 'alice'))] }),
  },
  {
    title: 'the decision is the seal',
    input: async ({ request, plan }) => stepInput(request, { plan, decisions: [request.seal] }),
  },
  { title: 'the decision is for another version', input: ({ input }) => input(['alice'], { version: 2 }) },
  {
    title: 'the decision is for another digest',
    input: ({ input }) => input(['alice'], { digest: 'f'.repeat(64) }),
  },
  {
    title: 'the decision is for another request',
    input: ({ input }) => input(['alice'], { request: 'req_another' }),
  },
  {
    title: 'the plan names another digest than people approved',
    input: async (stage) => {
      const input = await stage.input(['alice']);
      return input.plan === undefined ? input : { ...input, plan: { ...input.plan, digest: 'f'.repeat(64) } };
    },
  },
  { title: 'the approver owns the agent', input: ({ input }) => input(['dana']) },
  { title: 'the approver left the company', input: ({ input }) => input(['ivan']) },
  { title: 'the approver is not in the group', input: ({ input }) => input(['erin', 'carol']) },
  { title: 'nobody knows the approver', input: ({ input }) => input(['mallory']) },
  { title: 'the only decision is a deny', input: ({ input }) => input(['alice'], { answer: 'deny' }) },
  {
    title: 'one denied beside enough who approved',
    input: async ({ request, plan }) => {
      const votes = [decision(request, plan, 'alice'), decision(request, plan, 'bob', { answer: 'deny' })];
      return stepInput(request, { plan, decisions: await Promise.all(votes.map(office.decide)) });
    },
  },
  {
    title: 'the approval is older than a day',
    input: ({ input }) =>
      input(['alice'], { at: new Date(Date.now() - APPROVAL_FRESH_MS - 1_000).toISOString() }),
  },
  {
    title: 'the approval is older than a day and only a decision about something else is new',
    input: async ({ request, plan }) => {
      const at = new Date(Date.now() - APPROVAL_FRESH_MS - 1_000).toISOString();
      const old = decision(request, plan, 'alice', { at });
      const decisions = [old, decision(request, { ...plan, version: 2 }, 'bob')];
      return stepInput(request, { plan, decisions: await Promise.all(decisions.map(office.decide)) });
    },
  },
  {
    title: 'the approval is older than a day and only one that does not count is new',
    input: async ({ request, plan }) => {
      const at = new Date(Date.now() - APPROVAL_FRESH_MS - 1_000).toISOString();
      const decisions = [decision(request, plan, 'alice', { at }), decision(request, plan, 'nobody-we-know')];
      return stepInput(request, { plan, decisions: await Promise.all(decisions.map(office.decide)) });
    },
  },
];

describe('execute hands a step back to people when', () => {
  test.each(UNAPPROVED)('$title', async ({ input }) => {
    const stage = await scene();
    expect(await attempt(stage, await input(stage))).toMatchObject({
      kind: 'refused',
      why: 'unapproved',
      verdict: { effect: 'approve', rules: [{ id: 'delete-branch' }] },
    });
  });

  test.each([
    { title: 'was deactivated', change: (one: Person) => ({ ...one, active: false }) },
    { title: 'left the group', change: (one: Person) => ({ ...one, groups: ['support'] }) },
  ])('the approver $title since', async ({ change }) => {
    const stage = await scene();
    const over = people((one) => (one.id === 'alice' ? change(one) : one));
    expect(await attempt(stage, await stage.input(['alice']), over)).toMatchObject({ why: 'unapproved' });
  });

  test('the agent acts for the approver', async () => {
    const stage = await scene();
    const { request: id } = stage.request.claims;
    const request = await sealed(office, 'release-agent', [ASK], { request: id, onBehalfOf: 'alice' });
    const plan = await office.executor(stage.world.vendors).prepare(planInput(request));
    const approving = async (person: string) =>
      stepInput(request, { plan, decisions: [await office.decide(decision(request, plan, person))] });
    expect(await attempt(stage, await approving('alice'))).toMatchObject({ why: 'unapproved' });
    expect(await attempt(stage, await approving('bob'))).toMatchObject({ kind: 'done' });
  });

  test('the same person approved twice where two are needed', async () => {
    const world = await vendorWorld();
    const { tool, args, agent, look } = changeOf('github.delete_repository');
    const request = await sealed(office, agent, [{ tool, args }]);
    const executor = office.executor(world.vendors);
    const plan = await executor.prepare(planInput(request));
    const by = async (...names: string[]) => {
      const votes = names.map((name) => office.decide(decision(request, plan, name)));
      return stepInput(request, { plan, decisions: await Promise.all(votes) });
    };
    expect(await executor.execute(await by('alice', 'alice', 'erin'))).toMatchObject({ why: 'unapproved' });
    expect(await look(world.vendors)).toBe('there');
    expect(await executor.execute(await by('alice', 'bob', 'erin'))).toMatchObject({ kind: 'done' });
    expect(await look(world.vendors)).toBe('gone');
  });

  test('policy asks for more than when they approved', async () => {
    const stage = await scene();
    const policy = await changedPolicy('policy/gates.cedar', (text) =>
      text.replace(/(@id\("delete-branch"\).*\n@gate.*)@quorum\("1"\)/, '$1@quorum("2")'),
    );
    expect(await attempt(stage, await stage.input(['alice']), { policy })).toMatchObject({
      why: 'unapproved',
      verdict: { gates: [{ quorum: 2 }], policyVersion: policy.version },
    });
    expect(await attempt(stage, await stage.input(['alice', 'bob']), { policy })).toMatchObject({
      kind: 'done',
    });
  });
});

describe('execute refuses a plan', () => {
  test('whose step digests are of another plan than its digest', async () => {
    const stage = await scene();
    const input = await stage.input(['alice']);
    const forged = input.plan && { ...input, plan: { ...input.plan, stepDigests: ['f'.repeat(64)] } };
    expect(await attempt(stage, forged ?? input)).toMatchObject({
      type: 'unauthenticated',
      nonRetryable: true,
    });
  });

  test('that has more steps than were sealed', async () => {
    const stage = await scene();
    const two = { ...stage.request, steps: [ASK, OTHER] };
    const plan = await office.executor(stage.world.vendors).prepare(planInput(two));
    const decisions = [await office.decide(decision(two, plan, 'alice'))];
    expect(await attempt(stage, stepInput(two, { plan, decisions }))).toMatchObject({
      type: 'unauthenticated',
    });
  });

  test('that was approved for another step', async () => {
    const stage = await scene();
    const other = { ...stage.request, steps: [OTHER] };
    const plan = await office.executor(stage.world.vendors).prepare(planInput(other));
    const decisions = [await office.decide(decision(other, plan, 'alice'))];
    expect(await attempt(stage, stepInput(stage.request, { plan, decisions }))).toMatchObject({
      why: 'drifted',
    });
  });

  test('whose target moved since it was shown', async () => {
    const stage = await scene();
    stage.world.emulators.driftBranch('acme/webshop', 'old-checkout');
    expect(await attempt(stage, await stage.input(['alice']))).toMatchObject({
      why: 'drifted',
      sentence: 'acme/webshop branch old-checkout changed since people looked.',
    });
  });
});

const halt = (scope: Halt['scope'], subject: string): Halt => ({
  id: `${scope}-${subject.replaceAll(/\W/g, '-')}`,
  scope,
  subject,
  reason: 'An incident',
  by: 'bob',
  at: new Date().toISOString(),
});

const ordersOf = (over: Partial<OrderSources>) => createOrders({ ...office.store, ...over }, { maxAgeMs: 0 });

describe('execute, while', () => {
  test.each([
    halt('everything', '*'),
    halt('agent', 'release-agent'),
    halt('tool', 'github.delete_branch'),
    halt('provider', 'github'),
  ])('$scope "$subject" is halted, refuses', async (one) => {
    const stage = await scene();
    const halts = fileHalts(await temporaryFolder());
    const orders = ordersOf({ halts });
    await halts.add(one);
    expect(await attempt(stage, await stage.input(['alice']), { orders })).toMatchObject({
      kind: 'refused',
      why: 'halted',
      sentence: 'Halted by bob: An incident',
    });
    await halts.lift(one.id, 'bob');
    expect(await attempt(stage, await stage.input(['alice']), { orders })).toMatchObject({ kind: 'done' });
  });

  test.each([halt('agent', 'support-agent'), halt('tool', 'github.list_branches'), halt('provider', 'git')])(
    '$scope "$subject" is halted, runs what that does not concern',
    async (one) => {
      const stage = await scene();
      const halts = fileHalts(await temporaryFolder());
      await halts.add(one);
      const orders = ordersOf({ halts });
      expect(await attempt(stage, await stage.input(['alice']), { orders })).toMatchObject({ kind: 'done' });
    },
  );

  test('the halts cannot be read, tries a change again and runs a read', async () => {
    const stage = await scene();
    const file = join(office.dataDir, 'halts', 'unfinished.json');
    await writeFile(file, '{"scope": "everyth');
    onTestFinished(() => rm(file));
    const failure = await attempt(stage, await stage.input(['alice']));
    expect(failure).toMatchObject({ type: 'unavailable', nonRetryable: false });
    expect(String(failure)).not.toContain(office.dataDir);
    const read = { tool: 'github.list_branches', args: { repository: 'acme/webshop' } };
    const request = await sealed(office, 'release-agent', [read]);
    const { execute } = office.executor(stage.world.vendors);
    expect(await execute(stepInput(request))).toMatchObject({ kind: 'done' });
  });

  test('the ledger cannot be written, does nothing', async () => {
    const stage = await scene();
    await sql`set default_transaction_read_only = on`.execute(office.store.db);
    onTestFinished(async () => {
      await sql`set default_transaction_read_only = off`.execute(office.store.db);
    });
    expect(await attempt(stage, await stage.input(['alice']))).toMatchObject({ nonRetryable: false });
  });

  test('the directory cannot be read, tries again and does not tell where it is', async () => {
    const stage = await scene();
    const folder = await changedConfig('people.yaml', () => 'people: [');
    const directory = createDirectory(organisationReader(folder));
    const failure = await attempt(stage, await stage.input(['alice']), { directory });
    expect(failure).toMatchObject({ type: 'unavailable', nonRetryable: false });
    expect(String(failure)).not.toContain(folder);
  });

  test('production is frozen, refuses what people have approved', async () => {
    const stage = await scene();
    const [from, to] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms)) as [Date, Date];
    const calendar = {
      freezes: [{ from, to, environment: 'prod' as const, reason: 'audit', yearly: false }],
    };
    expect(await attempt(stage, await stage.input(['alice']), { calendar })).toMatchObject({
      why: 'denied',
      sentence: 'Production is frozen for changes.',
      verdict: { effect: 'deny' },
    });
  });
});

describe('execute of a mail to somebody outside', () => {
  const SEND = changeOf('email.send');
  const DRAFT = changeOf('email.draft');
  const ask = { tool: SEND.tool, args: SEND.args };

  test('keeps it as a draft when the agent was not sure', async () => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'outreach-agent', [ask], { confidence: 0.6 });
    const input = stepInput(request, { runs: 'email.draft' });
    expect(await office.executor(vendors).execute(input)).toMatchObject({
      kind: 'done',
      tool: 'email.draft',
    });
    expect(await DRAFT.look(vendors)).toEqual(['Hello']);
    expect(await SEND.look(vendors)).toEqual([]);
  });

  test('keeps the smaller tool that was judged, even if the larger would pass now', async () => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'outreach-agent', [ask], { confidence: 0.9 });
    const input = stepInput(request, { runs: 'email.draft' });
    expect(await office.executor(vendors).execute(input)).toMatchObject({
      kind: 'done',
      tool: 'email.draft',
    });
    expect(await SEND.look(vendors)).toEqual([]);
  });

  test('goes back when policy wants an announcement that was not made', async () => {
    const { vendors } = await vendorWorld();
    const { tool, args } = changeOf('stripe.update_customer');
    const request = await sealed(office, 'support-agent', [{ tool, args }]);
    const input = stepInput(request, { announced: [] });
    expect(await office.executor(vendors).execute(input)).toMatchObject({
      kind: 'refused',
      why: 'unapproved',
      verdict: { effect: 'notify' },
    });
  });

  test('goes back when it is not the tool that was judged', async () => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'outreach-agent', [ask], { confidence: 0.6 });
    expect(await office.executor(vendors).execute(stepInput(request))).toMatchObject({ why: 'unapproved' });
    expect(await DRAFT.look(vendors)).toEqual([]);
  });

  test('sends nothing that people approved once policy asks for a smaller tool', async () => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'outreach-agent', [ask], { confidence: 0.9 });
    const plan = await office.executor(vendors).prepare(planInput(request));
    const input = stepInput(request, {
      plan,
      decisions: [await office.decide(decision(request, plan, 'erin'))],
    });
    const policy = await changedPolicy('policy/gates.cedar', (text) => text.replace('0.85', '0.95'));
    expect(await office.executor(vendors, { policy }).execute(input)).toMatchObject({
      kind: 'refused',
      why: 'unapproved',
      verdict: { downscopeTo: 'email.draft' },
    });
    expect(await SEND.look(vendors)).toEqual([]);
    expect(await office.executor(vendors).execute(input)).toMatchObject({ kind: 'done', tool: 'email.send' });
  });
});
