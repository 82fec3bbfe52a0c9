/** Standing grants, from the card that offers one to their end: minted, used, counted, given back, taken back. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StepInput } from '../../activities/contract.ts';
import { createJudge } from '../../activities/judge.ts';
import type { ExecuteDeps } from '../../activities/running.ts';
import type { Ask } from '../../src/domain/ask.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { Agent, Person } from '../../src/domain/people.ts';
import type { Directory } from '../../src/domain/ports.ts';
import type { GrantOffer } from '../../src/domain/standing-grant.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { inActivity } from './in-activity.ts';
import { decision, openOffice, planInput, sealed, stepInput } from './office.ts';

const office = await openOffice();
const { store, judging } = office;

const HOUR_MS = 3_600_000;
const mail = (over: Readonly<Record<string, string | readonly string[]>> = {}): Ask => ({
  tool: 'email.send',
  args: { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'We met.', recallMinutes: 10, ...over },
});
const offer = (over: Partial<GrantOffer> = {}): GrantOffer => ({
  covers: 'target',
  until: new Date(Date.now() + HOUR_MS).toISOString(),
  usesMax: 3,
  ...over,
});

/** A new agent with the powers of the outreach agent, in a directory that tests change. */
function newAgent(like = 'outreach-agent') {
  const id = `${like}-${randomUUID().slice(0, 8)}`;
  const changed = { agent: {} as Partial<Agent>, people: {} as Record<string, Partial<Person>> };
  const directory: Directory = {
    ...judging.directory,
    agent: async (asked) => {
      const found = await judging.directory.agent(asked === id ? like : asked);
      return found && asked === id ? { ...found, id, ...changed.agent } : found;
    },
    person: async (asked) => {
      const found = await judging.directory.person(asked);
      return found && { ...found, ...changed.people[asked] };
    },
  };
  return { id, directory, changed };
}
type Somebody = ReturnType<typeof newAgent>;

async function judge({ id: agent, directory }: Somebody, steps: readonly Ask[], over: object = {}) {
  const input = {
    id: `req_${randomUUID()}`,
    agent,
    reason: 'a test',
    receivedAt: '2026-11-21',
    seal: '',
    steps,
  };
  const judgement = await inActivity(createJudge({ ...judging, directory }), { ...input, ...over });
  const [first] = judgement.steps;
  if (first === undefined) throw new Error('nothing was judged');
  return first.verdict;
}

/** Asks, has `person` approve it with an offer, and runs it. */
async function allow(
  agent: Somebody,
  {
    ask = mail(),
    person = 'erin',
    grant = offer(),
    over = {},
    world,
  }: {
    readonly ask?: Ask;
    readonly person?: string;
    readonly grant?: GrantOffer;
    readonly over?: Partial<Decision>;
    readonly world?: Awaited<ReturnType<typeof vendorWorld>>;
  } = {},
) {
  const { vendors } = world ?? (await vendorWorld());
  const executor = office.executor(vendors, { directory: agent.directory });
  const request = await sealed(office, agent.id, [ask]);
  const plan = await executor.prepare(planInput(request));
  const said = decision(request, plan, person, { grant, reason: 'They answer every week', ...over });
  const input = stepInput(request, { plan, decisions: [await office.decide(said)] });
  return { input, vendors, result: await executor.execute(input), executor };
}

/** What the story hands over for a step that was judged just now, and what became of it. */
async function use(
  agent: Somebody,
  { vendors }: Pick<Awaited<ReturnType<typeof vendorWorld>>, 'vendors'>,
  ask = mail(),
  over: Partial<ExecuteDeps> = {},
) {
  const verdict = await judge(agent, [ask]);
  const input: StepInput = {
    ...stepInput(await sealed(office, agent.id, [ask])),
    judgedGates: verdict.gates,
    ...(verdict.under === undefined ? {} : { judgedUnder: verdict.under.grant }),
  };
  const run = () => office.executor(vendors, { directory: agent.directory, ...over }).execute(input);
  return { verdict, input, run };
}

const grantsOf = ({ id }: Somebody) => store.grants.list({ agent: id });

describe('a standing grant', () => {
  test('is minted once the approved step ran, once, and says what was signed', async () => {
    const agent = newAgent();
    const { result, input, executor } = await allow(agent, { grant: offer({ usesMax: 7 }) });
    expect(result).toMatchObject({ kind: 'done' });
    const [grant, ...others] = await grantsOf(agent);
    expect(others).toEqual([]);
    expect(grant).toMatchObject({
      ...{ id: expect.stringMatching(/^grant_[0-9a-f]{16}$/), agent: agent.id, tool: 'email.send' },
      ...{ covers: 'target', grantedBy: 'erin', reason: 'They answer every week', request: input.request },
      ...{ rules: ['mail-outside'], tier: 'medium', usesMax: 7, uses: 0 },
    });
    // A repeat of the activity answers from the ledger, and finds it minted; also where it was taken back meanwhile.
    await store.grants.revoke(grant?.id ?? '', 'bob');
    expect(await executor.execute(input)).toMatchObject({ kind: 'done' });
    expect(await grantsOf(agent)).toMatchObject([{ id: grant?.id, revokedBy: 'bob' }]);
  });

  test('is minted by a later attempt where the first one broke off after the effect', async () => {
    const agent = newAgent();
    const { vendors } = await vendorWorld();
    const broken = { ...judging.grants, mint: () => Promise.reject(new Error('the process died')) };
    const { directory } = agent;
    const request = await sealed(office, agent.id, [mail()]);
    const plan = await office.executor(vendors, { directory }).prepare(planInput(request));
    const said = await office.decide(decision(request, plan, 'erin', { grant: offer() }));
    const input = stepInput(request, { plan, decisions: [said] });
    const grants = { ...store.grants, ...broken };
    await expect(office.executor(vendors, { directory, grants }).execute(input)).rejects.toThrow();
    expect(await grantsOf(agent)).toEqual([]);
    expect(await office.executor(vendors, { directory }).execute(input)).toMatchObject({ kind: 'done' });
    expect(await grantsOf(agent)).toHaveLength(1);
  });

  test.each<[string, Parameters<typeof allow>[1], string?]>([
    [
      'T62: what cannot be undone, of however low risk',
      {
        ask: {
          tool: 'stripe.refund_payment',
          args: { payment: 'pi_grace_big', amountCents: 100, reason: 'requested_by_customer' },
        },
      },
      'support-agent',
    ],
    [
      'an end beyond thirty days',
      { grant: offer({ until: new Date(Date.now() + 31 * 24 * HOUR_MS).toISOString() }) },
    ],
    ['a sum where no money is moved', { grant: offer({ centsMax: 100 }) }],
    ['an emergency', { over: { breakGlass: true } }],
  ])('is not minted for %s, and the approved step runs all the same', async (_, what, like) => {
    const agent = newAgent(like);
    const { result } = await allow(agent, what);
    expect(await grantsOf(agent)).toEqual([]);
    if (what?.over?.breakGlass === undefined) expect(result).toMatchObject({ kind: 'done' });
  });

  test('T62: is not minted where two people had to agree', async () => {
    const agent = newAgent('release-agent');
    const { vendors } = await vendorWorld();
    const ask = {
      tool: 'github.add_collaborator',
      args: { repository: 'acme/webshop', user: 'newhire', permission: 'admin' },
    };
    const executor = office.executor(vendors, { directory: agent.directory });
    const request = await sealed(office, agent.id, [ask]);
    const plan = await executor.prepare(planInput(request));
    const decisions = await Promise.all(
      ['alice', 'bob'].map((person) => office.decide(decision(request, plan, person, { grant: offer() }))),
    );
    expect(await executor.execute(stepInput(request, { plan, decisions }))).toMatchObject({ kind: 'done' });
    expect(await grantsOf(agent)).toEqual([]);
  });

  test('lets what it covers pass, says by whom, and records each use with its id (T71)', async () => {
    const agent = newAgent();
    const world = await allow(agent);
    const [grant] = await grantsOf(agent);
    const { verdict, input, run } = await use(agent, world, mail({ subject: 'Another matter' }));
    expect(verdict).toMatchObject({
      effect: 'allow',
      gates: [],
      under: { grant: grant?.id, by: 'erin', gates: [{ rule: 'mail-outside' }] },
    });
    expect(verdict.rules.at(-1)).toEqual({
      id: 'standing-grant',
      sentence: expect.stringMatching(
        new RegExp(`^Erin Evans allowed this until .* UTC, 3 of 3 uses left \\(${grant?.id}\\)\\.$`),
      ),
    });
    expect(verdict.explanation?.at(-1)).toContain('stands in for mail-outside');
    expect(await run()).toMatchObject({ kind: 'done' });
    expect(await store.grants.usesOf(grant?.id ?? '')).toMatchObject([
      { request: input.request, step: 0, cents: 0, givenBack: false },
    ]);
    // Tried again, it is the same use.
    expect(await run()).toMatchObject({ kind: 'done' });
    expect(await grantsOf(agent)).toMatchObject([{ uses: 1 }]);
  });

  test.each<[string, Ask, object]>([
    [
      'T32: another tool',
      { tool: 'github.delete_branch', args: { repository: 'acme/webshop', branch: 'old-checkout' } },
      {},
    ],
    ['T32: another target', mail({ to: ['other@bigcorp.example'] }), {}],
    [
      'T32: the same target among others',
      mail({ to: ['lead@bigcorp.example', 'other@bigcorp.example'] }),
      {},
    ],
    ['what is asked on behalf of its granter', mail(), { onBehalfOf: 'erin' }],
    ['what its granter prompted the agent to do', mail(), { requestedBy: 'erin' }],
  ])('does not let %s pass', async (_, ask, over) => {
    const agent = newAgent();
    await allow(agent);
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'allow' });
    const { effect, under } = await judge(agent, [ask], over);
    expect(effect).not.toBe('allow');
    expect(under).toBeUndefined();
  });

  test('T32: does not let another agent, or a step of a larger request, pass', async () => {
    const [agent, other] = [newAgent(), newAgent()];
    await allow(agent);
    expect(await judge(other, [mail()])).toMatchObject({ effect: 'approve' });
    expect(await judge(agent, [mail(), mail()])).toMatchObject({ effect: 'approve' });
  });

  test('of these arguments lets exactly them pass', async () => {
    const agent = newAgent();
    await allow(agent, { grant: offer({ covers: 'arguments' }) });
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'allow' });
    expect(await judge(agent, [mail({ text: 'We met!' })])).toMatchObject({ effect: 'approve' });
  });

  test.each<[string, (agent: Somebody) => void]>([
    ['left the company', ({ changed }) => Object.assign(changed.people, { erin: { active: false } })],
    ['left the group', ({ changed }) => Object.assign(changed.people, { erin: { groups: ['platform'] } })],
    ['owns the agent by now', ({ changed }) => Object.assign(changed.agent, { owner: 'erin' })],
    ['edited the agent since', ({ changed }) => Object.assign(changed.agent, { editor: 'erin' })],
  ])('counts no more once its granter %s, also at the moment it would be used', async (_, happens) => {
    const agent = newAgent();
    const world = await allow(agent);
    const { run, verdict } = await use(agent, world);
    expect(verdict.effect).toBe('allow');
    happens(agent);
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'approve' });
    expect(await run()).toMatchObject({
      ...{
        kind: 'refused',
        why: 'unapproved',
        sentence: 'The standing grant that allowed this no longer does.',
      },
      verdict: { effect: 'approve', gates: [{ rule: 'mail-outside' }] },
    });
    expect(await grantsOf(agent)).toMatchObject([{ uses: 0 }]);
  });

  test('goes back to people when it was revoked or ran out between judging and running', async () => {
    const agent = newAgent();
    const world = await allow(agent);
    const late = await use(agent, world, mail(), { clock: () => new Date(Date.now() + 2 * HOUR_MS) });
    expect(await late.run()).toMatchObject({ why: 'unapproved' });
    const { run } = await use(agent, world);
    const [grant] = await grantsOf(agent);
    expect(await store.grants.revoke(grant?.id ?? '', 'bob')).toBe(true);
    expect(await run()).toMatchObject({ why: 'unapproved' });
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'approve' });
  });

  test('T34: 8 requests at once under 3 uses: exactly 3 run, the others go back to people', async () => {
    const agent = newAgent();
    const world = await allow(agent);
    const ready = await Promise.all(Array.from({ length: 8 }, () => use(agent, world)));
    expect(ready.map(({ verdict }) => verdict.effect)).toEqual(Array(8).fill('allow'));
    const results = await Promise.all(ready.map(({ run }) => run()));
    expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(3);
    expect(results.filter((one) => one.kind === 'refused' && one.why === 'unapproved')).toHaveLength(5);
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'approve' });
  });

  test('gives back the use of an effect that failed', async () => {
    const agent = newAgent();
    const world = await vendorWorld();
    await allow(agent, { world, grant: offer({ usesMax: 1 }) });
    world.emulators.failNext({ provider: 'resend', method: 'POST', pathPrefix: '/emails', status: 422 });
    await expect((await use(agent, world)).run()).rejects.toThrow();
    const [grant] = await grantsOf(agent);
    expect(grant).toMatchObject({ uses: 0 });
    expect(await store.grants.usesOf(grant?.id ?? '')).toMatchObject([{ givenBack: true }]);
    expect(await (await use(agent, world)).run()).toMatchObject({ kind: 'done' });
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'approve' });
  });

  test('does not stand in the way of its last use being tried again', async () => {
    const agent = newAgent();
    const world = await vendorWorld();
    await allow(agent, { world, grant: offer({ usesMax: 1 }) });
    world.emulators.failNext({
      provider: 'resend',
      method: 'POST',
      pathPrefix: '/emails',
      status: 500,
      times: 5,
    });
    const { run } = await use(agent, world);
    await expect(run()).rejects.toThrow();
    world.emulators.clearFaults();
    expect(await run()).toMatchObject({ kind: 'done' });
    expect(await grantsOf(agent)).toMatchObject([{ uses: 1 }]);
  });

  test('is not used by a step that people approved', async () => {
    const agent = newAgent();
    const world = await allow(agent);
    const { vendors, executor } = world;
    const request = await sealed(office, agent.id, [mail()]);
    const plan = await executor.prepare(planInput(request));
    const decisions = [await office.decide(decision(request, plan, 'frank'))];
    expect(vendors).toBeDefined();
    expect(await executor.execute(stepInput(request, { plan, decisions }))).toMatchObject({ kind: 'done' });
    expect(await grantsOf(agent)).toMatchObject([{ uses: 0 }]);
  });

  test('yields to halts, suspension and every denial', async () => {
    const agent = newAgent();
    const world = await allow(agent);
    const { run } = await use(agent, world);
    const halt = {
      id: `halt_${randomUUID()}`,
      scope: 'agent',
      subject: agent.id,
      reason: 'r',
      by: 'bob',
    } as const;
    await store.halts.add({ ...halt, at: new Date().toISOString() });
    expect(await run()).toMatchObject({ why: 'halted' });
    await store.halts.lift(halt.id, 'bob');
    agent.changed.agent = { suspended: true };
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'deny' });
    expect(await run()).toMatchObject({ why: 'denied' });
    expect(await grantsOf(agent)).toMatchObject([{ uses: 0 }]);
  });

  test('T62: does not stand in for a further rule: after personal data was read, people are asked', async () => {
    const agent = newAgent();
    const world = await allow(agent);
    const { run } = await use(agent, world);
    await store.usage.observe({
      ...{ kind: 'read', request: `req_${randomUUID()}`, step: 0, agent: agent.id, tenant: 'main' },
      ...{ session: null, tool: 'stripe.get_customer', target: 'stripe:customer/1', tier: 3 },
    });
    expect(await judge(agent, [mail()])).toMatchObject({ effect: 'approve' });
    expect(await run()).toMatchObject({ why: 'unapproved' });
  });

  test('counts for nothing where grants cannot be read: people are asked', async () => {
    const agent = newAgent();
    await allow(agent);
    const grants = { inForce: () => Promise.reject(new Error('no database')) };
    const input = { id: 'req_1', agent: agent.id, reason: 'a test', receivedAt: '2026', seal: '' };
    const deps = { ...judging, directory: agent.directory, grants };
    const { steps } = await inActivity(createJudge(deps), { ...input, steps: [mail()] });
    expect(steps[0]?.verdict).toMatchObject({ effect: 'approve' });
  });

  test('is looked up for no step that policy allows or denies, or asks more about than one person', async () => {
    const looked: string[] = [];
    const grants = {
      inForce: async ({ tool }: { readonly tool: string }) => {
        looked.push(tool);
        return [];
      },
    };
    const of = (agent: string, tool: string, args: Ask['args']) =>
      inActivity(createJudge({ ...judging, grants }), {
        ...{ id: `req_${randomUUID()}`, agent, reason: 'a test', receivedAt: '2026', seal: '' },
        steps: [{ tool, args }],
      });
    await of('release-agent', 'github.list_branches', { repository: 'acme/webshop' });
    await of('release-agent', 'github.delete_branch', { repository: 'acme/webshop', branch: 'main' });
    await of('release-agent', 'github.delete_repository', { repository: 'acme/legacy-billing' });
    await of('support-agent', 'stripe.refund_payment', {
      payment: 'pi_grace_big',
      amountCents: 100,
      reason: 'requested_by_customer',
    });
    expect(looked).toEqual([]);
    await of('release-agent', 'github.delete_branch', { repository: 'acme/webshop', branch: 'old-checkout' });
    expect(looked).toEqual(['github.delete_branch']);
  });
});

describe('a row that says more than was signed', () => {
  const forged: readonly (readonly [string, (id: string) => ReturnType<typeof sql>])[] = [
    ['more uses', (id) => sql`update standing_grants set uses_max = 900 where id = ${id}`],
    [
      'a later end',
      (id) => sql`update standing_grants set ends_at = ends_at + interval '1 day' where id = ${id}`,
    ],
    ['another target', (id) => sql`update standing_grants set target = 'mail:x' where id = ${id}`],
    ['another agent', (id) => sql`update standing_grants set agent = 'outreach-agent' where id = ${id}`],
    ['a wider reach', (id) => sql`update standing_grants set covers = 'arguments' where id = ${id}`],
    ['another granter', (id) => sql`update standing_grants set granted_by = 'frank' where id = ${id}`],
    ['another call', (id) => sql`update standing_grants set ask = ${'f'.repeat(64)} where id = ${id}`],
    ['no proof', (id) => sql`delete from standing_grant_proofs where id = ${id}`],
    ['a broken proof', (id) => sql`update standing_grant_proofs set proof = '{}' where id = ${id}`],
    [
      'the proof of another grant',
      (id) => sql`update standing_grant_proofs set proof =
        (select proof from standing_grant_proofs where id <> ${id} limit 1) where id = ${id}`,
    ],
  ];

  test.each(forged)('with %s runs nothing', async (_, forge) => {
    const agent = newAgent();
    const world = await allow(agent);
    const [grant] = await grantsOf(agent);
    const id = grant?.id ?? '';
    const { run } = await use(agent, world);
    await forge(id).execute(store.db);
    onTestFinished(async () => {
      await sql`update standing_grants set revoked_at = now(), revoked_by = 'x' where id = ${id}`.execute(
        store.db,
      );
    });
    const [row] = await store.grants.list().then((all) => all.filter((one) => one.id === id));
    const moved = { ...agent, id: row?.agent ?? agent.id };
    expect(await run()).toMatchObject({ why: 'unapproved' });
    if (moved.id !== agent.id) {
      const verdict = await judge(moved, [mail()]);
      const input = stepInput(await sealed(office, moved.id, [mail()]));
      expect(verdict.under?.grant).toBe(id);
      expect(
        await office.executor(world.vendors, { directory: agent.directory }).execute(input),
      ).toMatchObject({
        why: 'unapproved',
      });
    }
    expect(await store.grants.usesOf(id)).toEqual([]);
  });
});
