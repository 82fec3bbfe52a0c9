/** Limits: what was done and refused lately counts, also between two requests at once, on the real ledger. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createJudge } from '../../activities/judge.ts';
import type { JudgingDeps } from '../../activities/judge-step.ts';
import type { ExecuteDeps } from '../../activities/running.ts';
import type { Ask } from '../../src/domain/ask.ts';
import type { Agent } from '../../src/domain/people.ts';
import type { Directory, Policy } from '../../src/domain/ports.ts';
import { NOTHING_RECENT } from '../../src/domain/usage.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { inActivity } from './in-activity.ts';
import { approved, changedPolicy, openOffice, sealed, stepInput } from './office.ts';

const office = await openOffice();
const { store, judging } = office;

const refund = (amountCents: number): Ask => ({
  tool: 'stripe.refund_payment',
  args: { payment: 'pi_grace_big', amountCents, reason: 'requested_by_customer' },
});
const COMMENT: Ask = {
  tool: 'github.comment_on_issue',
  args: { repository: 'acme/webshop', number: 1, body: 'Looking into it' },
};
const READ: Ask = { tool: 'stripe.get_customer', args: { customer: 'cus_grace' } };
const MAIL: Ask = {
  tool: 'email.send',
  args: { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'We met at the fair.', recallMinutes: 10 },
};

/** A new agent with the powers of a known one, so that nothing else counts for it. */
function newAgent(like = 'support-agent') {
  const id = `${like}-${randomUUID().slice(0, 8)}`;
  const known = (model: Agent | undefined, asked: string) => model && { ...model, id: asked };
  const directory: Directory = {
    ...judging.directory,
    agent: async (asked) =>
      asked === id ? known(await judging.directory.agent(like), id) : judging.directory.agent(asked),
  };
  return { id, directory };
}

async function judge(
  { id: agent, directory }: ReturnType<typeof newAgent>,
  steps: readonly Ask[],
  over: Partial<JudgingDeps> & { readonly id?: string; readonly session?: string } = {},
) {
  const { id = `req_${randomUUID()}`, session, ...deps } = over;
  const receivedAt = new Date().toISOString();
  const input = { id, agent, reason: 'a test', steps, receivedAt, seal: '' };
  const asked = session === undefined ? input : { ...input, session };
  return inActivity(createJudge({ ...judging, directory, ...deps }), asked);
}

/** So much was refunded by the agent a moment ago. */
async function refunded(agent: string, amountCents: number, tenant: string): Promise<void> {
  const key = { request: `req_${randomUUID()}`, step: 0, direction: 'do' } as const;
  await store.effects.intend({
    ...key,
    ...{ tool: 'stripe.refund_payment', target: 'earlier', idempotencyKey: key.request, captured: null },
    counted: { agent, tenant, session: null, tier: 3, amountCents },
  });
}

const tenantOf = async ({ id, directory }: ReturnType<typeof newAgent>) =>
  (await directory.agent(id))?.tenant ?? '';

/** A refund that people approved, in a vendor world of its own: at one vendor the first would make the others drift. */
async function readyToRefund(agent: ReturnType<typeof newAgent>, people: readonly string[]) {
  const { vendors } = await vendorWorld();
  const request = await sealed(office, agent.id, [refund(20_000)]);
  const input = await approved(office, vendors, request, people);
  const made = async () => (await vendors.stripe.refunds.list({ payment_intent: 'pi_grace_big' })).data;
  const run = (over: Partial<ExecuteDeps> = {}) =>
    office.executor(vendors, { directory: agent.directory, ...over }).execute(input);
  return { run, made };
}

/** Runs them all at once; how each ended, and how many refunds there are now. */
async function atOnce(
  ready: readonly Awaited<ReturnType<typeof readyToRefund>>[],
  over?: Partial<ExecuteDeps>,
) {
  const results = await Promise.all(ready.map(({ run }) => run(over)));
  const made = (await Promise.all(ready.map((one) => one.made()))).flat();
  const done = results.filter(({ kind }) => kind === 'done');
  return { done, refused: results.filter(({ kind }) => kind === 'refused'), made };
}

describe('requests at once', () => {
  test('never pass a limit on money together, and those that lose go back to people with the reason', async () => {
    const agent = newAgent();
    await refunded(agent.id, 70_000, await tenantOf(agent));
    const ready = [];
    for (let one = 0; one < 3; one += 1) ready.push(await readyToRefund(agent, ['carol']));
    const { done, refused, made } = await atOnce(ready);
    expect([done.length, refused.length, made.length]).toEqual([1, 2, 1]);
    for (const one of refused) {
      expect(one).toMatchObject({
        why: 'unapproved',
        verdict: { gates: expect.arrayContaining([expect.objectContaining({ rule: 'refund-day-sum' })]) },
      });
    }
  });

  test('never pass a limit that denies together, although each was judged before the other was written down', async () => {
    const agent = newAgent();
    const tenant = await tenantOf(agent);
    await refunded(agent.id, 970_000, tenant);
    const recent = await store.usage.recent({
      ...{ agent: agent.id, tenant, session: null, request: 'req_x', step: 0, now: new Date() },
      ...{ tool: 'stripe.refund_payment', target: 'earlier' },
    });
    const people = ['carol', 'dan'];
    const ready = [await readyToRefund(agent, people), await readyToRefund(agent, people)];
    const usage = { ...store.usage, recent: async () => recent };
    const { done, refused, made } = await atOnce(ready, { usage });
    expect([done.length, made.length]).toEqual([1, 1]);
    expect(refused).toMatchObject([
      {
        why: 'denied',
        sentence: 'One agent never refunds more than 10,000 EUR within 24 hours.',
        verdict: { rules: [{ id: 'refund-day-limit' }] },
      },
    ]);
  });

  test('go back to people when something else that counts ran since they were judged', async () => {
    const agent = newAgent();
    const tenant = await tenantOf(agent);
    const usage = { ...store.usage, recent: async () => NOTHING_RECENT };
    await refunded(agent.id, 90_000, tenant);
    const { refused, made } = await atOnce([await readyToRefund(agent, ['carol'])], { usage });
    expect(made).toEqual([]);
    expect(refused).toMatchObject([
      {
        why: 'unapproved',
        sentence: expect.stringMatching(/^Since it was judged, something else ran that counts: /),
        verdict: {
          explanation: expect.arrayContaining([expect.stringMatching(/^Since it was judged/)]),
        },
      },
    ]);
  });

  test('all run where they do not reach a limit together', async () => {
    const agent = newAgent();
    const ready = [await readyToRefund(agent, ['carol']), await readyToRefund(agent, ['carol'])];
    const { done, made } = await atOnce(ready);
    expect([done.length, made.length]).toEqual([2, 2]);
  });
});

describe('reads at once', () => {
  const LIMIT = `
@id("look-ups") @owner("platform") @reason("One agent looks up two customers within an hour at most.")
forbid (principal, action == Action::"stripe.get_customer", resource)
when { context.recent.agentHour.steps >= 2 };
`;

  /** Five look-ups of one agent, and an executor under that limit. */
  async function lookUps(like?: string, over: Partial<ExecuteDeps> = {}) {
    const agent = newAgent(like);
    const policy = await changedPolicy('policy/authority.cedar', (text) => text + LIMIT);
    const { vendors } = await vendorWorld();
    const { execute } = office.executor(vendors, { directory: agent.directory, policy, ...over });
    const inputs = [];
    for (let one = 0; one < 5; one += 1) inputs.push(stepInput(await sealed(office, agent.id, [READ])));
    return { execute, inputs };
  }

  test('never pass a limit together, although each was judged before another was written down', async () => {
    let judged = 0;
    const recent: typeof store.usage.recent = async (query) => {
      judged += 1;
      return judged <= 5 ? NOTHING_RECENT : store.usage.recent(query);
    };
    const { execute, inputs } = await lookUps('support-agent', { usage: { ...store.usage, recent } });
    const results = await Promise.all(inputs.map(execute));
    expect(results.filter(({ kind }) => kind === 'done').length).toBeLessThanOrEqual(2);
    expect(results.find(({ kind }) => kind === 'refused')).toMatchObject({
      why: 'denied',
      sentence: 'One agent looks up two customers within an hour at most.',
    });
  });

  test('run up to a limit one after the other, and again where one is repeated', async () => {
    const { execute, inputs } = await lookUps();
    const kinds = [];
    for (const input of [...inputs.slice(0, 3), ...inputs.slice(0, 2)]) {
      const { kind } = await execute(input);
      kinds.push(kind);
    }
    expect(kinds).toEqual(['done', 'done', 'refused', 'done', 'done']);
  });

  test('do not run where a rule counts them and they cannot be written down, however harmless', async () => {
    const usage = { ...store.usage, observe: () => Promise.reject(new Error('down')) };
    const { execute, inputs } = await lookUps('outreach-agent', { usage });
    const [input] = inputs;
    await expect(input && execute(input)).rejects.toThrow('it cannot be written down');
  });
});

describe('judge', () => {
  test('counts the steps before, so that one request cannot pass a limit by asking for everything at once', async () => {
    const { steps } = await judge(newAgent(), [refund(40_000), refund(40_000), refund(40_000)]);
    const rules = steps.map(({ verdict }) => verdict.rules.map(({ id }) => id));
    expect(rules.map((ids) => ids.includes('refund-day-sum'))).toEqual([false, false, true]);
    expect(steps.map(({ facts }) => facts?.recent.agentDay.cents)).toEqual([0, 40_000, 80_000]);
  });

  test('counts a read of personal data in the same request before a mail to somebody outside', async () => {
    const agent = newAgent();
    const ids = async (steps: readonly Ask[]) =>
      (await judge(agent, steps)).steps.at(-1)?.verdict.rules.map(({ id }) => id);
    expect(await ids([MAIL])).not.toContain('mail-after-personal-data');
    expect(await ids([MAIL, READ])).not.toContain('mail-after-personal-data');
    expect(await ids([READ, MAIL])).toContain('mail-after-personal-data');
  });

  test('looks up only what a rule for the tool reads', async () => {
    const untouchable = () => Promise.reject(new Error('nobody reads this'));
    const over = {
      usage: { recent: untouchable, observe: untouchable },
      sessions: { find: untouchable },
      access: { inForce: untouchable },
    };
    expect((await judge(newAgent(), [READ], { ...over, session: 'ses_1' })).steps).toMatchObject([
      { verdict: { effect: 'allow' } },
    ]);
  });

  test.each([
    {
      what: 'usage',
      over: { usage: { ...store.usage, recent: () => Promise.reject(new Error('down')) } },
      sentence: 'What was done lately cannot be read, and a rule for this tool needs it.',
    },
    {
      what: 'sessions',
      over: { sessions: { find: () => Promise.reject(new Error('down')) } },
      sentence: 'The task of the session cannot be read, and a rule for this tool needs it.',
    },
    {
      what: 'access',
      over: { access: { inForce: () => Promise.reject(new Error('down')) } },
      ask: COMMENT,
      sentence: 'Access on request cannot be read, and a rule for this tool needs it.',
    },
  ])('denies a step whose rules need $what that cannot be read', async ({ over, sentence, ask }) => {
    const { steps } = await judge(newAgent(), [ask ?? refund(100)], { ...over, session: 'ses_1' });
    expect(steps[0]?.verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'facts-missing', sentence }] });
  });

  test('counts a denial once, however often it is judged', async () => {
    const agent = newAgent('release-agent');
    const denied = { tool: 'github.delete_branch', args: { repository: 'acme/webshop', branch: 'main' } };
    const id = `req_${randomUUID()}`;
    await judge(agent, [denied], { id });
    await judge(agent, [denied], { id });
    await judge(agent, [denied]);
    const { facts } = (await judge(agent, [denied])).steps[0] ?? {};
    expect(facts?.recent.agentHour.denied).toBe(2);
  });

  test('still denies when the denial cannot be counted', async () => {
    const usage = { ...store.usage, observe: () => Promise.reject(new Error('down')) };
    const { steps } = await judge(newAgent('release-agent'), [refund(100)], { usage });
    expect(steps[0]?.verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'over-clearance' }] });
  });

  test('sends every change of an agent that was refused often to people', async () => {
    const agent = newAgent('release-agent');
    for (let time = 0; time < 10; time += 1) await judge(agent, [refund(100)]);
    const merge = { tool: 'github.merge_pull_request', args: { repository: 'acme/webshop', number: 2 } };
    const { steps } = await judge(agent, [merge]);
    expect(steps[0]?.verdict.rules.map(({ id }) => id)).toContain('refused-often');
  });
});

describe('judge, in a session that declared a task,', () => {
  test.each([
    {
      title: 'denies money outside of it',
      targets: ['stripe/customers'],
      effect: 'deny',
      rule: 'leaves-task',
    },
    {
      title: 'lets pass what is in it',
      targets: ['stripe/payments'],
      effect: 'approve',
      rule: 'refund-small',
    },
  ])('$title', async ({ targets, effect, rule }) => {
    const agent = newAgent();
    const session = `ses_${randomUUID()}`;
    const task = { purpose: 'Refunds', targets };
    await store.sessions.declare({
      ...{ id: session, agent: agent.id, task },
      declaredAt: new Date().toISOString(),
    });
    const { steps } = await judge(agent, [refund(100)], { session });
    expect(steps[0]?.verdict).toMatchObject({ effect });
    expect(steps[0]?.verdict.rules.map(({ id }) => id)).toContain(rule);
  });

  test('takes a session of another agent for leaving it', async () => {
    const session = `ses_${randomUUID()}`;
    const declaredAt = new Date().toISOString();
    await store.sessions.declare({ id: session, agent: 'other', task: { purpose: 'x' }, declaredAt });
    const { steps } = await judge(newAgent(), [refund(100)], { session });
    expect(steps[0]?.facts?.task).toEqual({ declared: true, outside: true });
  });
});

describe('judge, beside a candidate policy,', () => {
  test('records what it would have said, and that it could not be asked, and is never swayed by it', async () => {
    const shadow: Policy = {
      version: 'p-candidate',
      decide: () => ({
        ...{ effect: 'deny', rules: [{ id: 'candidate', sentence: 'No.' }], gates: [] },
        policyVersion: 'p-candidate',
      }),
      mentions: () => new Set(['recent']),
    };
    const judged = async (over: Partial<JudgingDeps>) => (await judge(newAgent(), [READ], over)).steps[0];
    expect(await judged({ shadow })).toMatchObject({
      verdict: { effect: 'allow' },
      shadow: { policyVersion: 'p-candidate', effect: 'deny', rules: ['candidate'] },
      facts: { now: expect.stringMatching(/Z$/), gathered: ['recent'] },
    });
    const usage = { ...store.usage, recent: () => Promise.reject(new Error('down')) };
    const without = await judged({ shadow, usage });
    expect(without).toMatchObject({ verdict: { effect: 'allow' }, facts: { tool: READ.tool } });
    expect(without).not.toHaveProperty('shadow');
  });
});

describe('execute', () => {
  test('denies a change whose limits cannot be read', async () => {
    const { vendors } = await vendorWorld();
    const usage = { ...store.usage, recent: () => Promise.reject(new Error('down')) };
    const input = await approved(office, vendors, await sealed(office, 'support-agent', [refund(100)]), [
      'erin',
    ]);
    expect(await office.executor(vendors, { usage }).execute(input)).toMatchObject({
      why: 'denied',
      verdict: { rules: [{ id: 'facts-missing' }] },
    });
    expect(await store.effects.find({ request: input.request, step: 0, direction: 'do' })).toBeUndefined();
  });

  test('notes a read for the limits of what comes next', async () => {
    const agent = newAgent();
    const { vendors } = await vendorWorld();
    const session = `ses_${randomUUID()}`;
    const request = await sealed(office, agent.id, [READ], { session });
    const { execute } = office.executor(vendors, { directory: agent.directory });
    expect(await execute(stepInput(request))).toMatchObject({ kind: 'done' });
    const { steps } = await judge(agent, [MAIL], { session });
    expect(steps[0]?.facts?.recent.readTier).toBe(3);
    expect(steps[0]?.verdict.rules.map(({ id }) => id)).toContain('mail-after-personal-data');
  });
});
