/** What stands against a step whatever policy says, when it is judged and when it runs: each row beside one that runs. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { createJudge } from '../../activities/judge.ts';
import type { ExecuteDeps } from '../../activities/running.ts';
import type { Ask } from '../../src/domain/ask.ts';
import type { Orders, Revocation, ToolSwitch } from '../../src/domain/orders.ts';
import type { SealClaims } from '../../src/domain/seal.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { changeOf } from './changes.ts';
import { inActivity } from './in-activity.ts';
import { decision, openOffice, planInput, sealed, stepInput } from './office.ts';

const office = await openOffice();

const DELETE = changeOf('github.delete_branch');
const ASK: Ask = { tool: DELETE.tool, args: DELETE.args };
const LIST: Ask = { tool: 'github.list_branches', args: { repository: 'acme/webshop' } };

/** What judging and executing share and a row changes. */
type Over = Partial<Pick<ExecuteDeps, 'orders' | 'switches' | 'environment' | 'directory'>>;

const NOON = '2026-11-21T12:00:00.000Z';
const NOTHING: Orders = { halts: [], revocations: [], switches: [] };
const ordered = (over: Partial<Orders>): Over => ({
  orders: { inForce: async () => ({ ...NOTHING, ...over }) },
});
const revoked = (kind: Revocation['kind'], subject: string): Over => {
  const at = '2026-11-21T10:00:00.000Z';
  return ordered({ revocations: [{ kind, subject, reason: 'It leaked', by: 'bob', at }] });
};
const switched = (
  subject: string,
  state: ToolSwitch['state'],
  environment: ToolSwitch['environment'] = 'all',
): ToolSwitch => ({
  ...{ subject, state, environment },
  ...{ reason: 'A drill', by: 'bob', at: '2026-11-21T10:00:00.000Z' },
});

async function judge(ask: Ask, over: Over, more: { readonly session?: string } = {}) {
  const receivedAt = new Date().toISOString();
  const input = { id: 'req_1', agent: 'release-agent', reason: 'a test', steps: [ask], receivedAt, seal: '' };
  const judgement = await inActivity(createJudge({ ...office.judging, ...over }), { ...input, ...more });
  return judgement.steps[0]?.verdict;
}

/** A step that alice approved before anything stood against it, run under what stands now. */
async function runApproved(over: Over, claims: Partial<SealClaims> = {}) {
  const { vendors } = await vendorWorld();
  const request = await sealed(office, 'release-agent', [ASK], claims);
  const plan = await office.executor(vendors).prepare(planInput(request));
  const decisions = [await office.decide(decision(request, plan, 'alice'))];
  const before = await DELETE.look(vendors);
  const result = await office.executor(vendors, over).execute(stepInput(request, { plan, decisions }));
  const happened = JSON.stringify(await DELETE.look(vendors)) !== JSON.stringify(before);
  expect(happened).toBe(result.kind === 'done');
  return result;
}

async function runRead(over: Over) {
  const { vendors } = await vendorWorld();
  const request = await sealed(office, 'release-agent', [LIST]);
  return office.executor(vendors, over).execute(stepInput(request));
}

const DENIED: readonly { title: string; over: Over; rule: string; sentence: string }[] = [
  {
    title: 'its agent was revoked',
    over: revoked('agent', 'release-agent'),
    rule: 'revoked',
    sentence: 'This agent was revoked by bob: It leaked',
  },
  {
    title: 'its session was revoked',
    over: revoked('session', 'ses_1'),
    rule: 'revoked',
    sentence: 'This session was revoked by bob: It leaked',
  },
  {
    title: 'its tool was switched off by an operator',
    over: ordered({ switches: [switched('github.delete_branch', 'off')] }),
    rule: 'tool-off',
    sentence: '"github.delete_branch" is switched off in prod: A drill',
  },
  {
    title: 'its provider is read-only by configuration',
    over: { switches: [switched('github', 'read-only', 'prod')] },
    rule: 'tool-off',
    sentence: '"github" is read-only in prod: A drill',
  },
  {
    title: 'configuration allows less than the operator does',
    over: { ...ordered({ switches: [switched('email', 'off')] }), switches: [switched('github', 'off')] },
    rule: 'tool-off',
    sentence: '"github" is switched off in prod: A drill',
  },
  {
    title: 'the installation is of another environment',
    over: { environment: 'staging' },
    rule: 'other-environment',
    sentence: 'release-agent is an agent of prod and may not act in staging.',
  },
];

describe('judge denies a step', () => {
  test.each(DENIED)('when $title, with the chain', async ({ over, rule, sentence }) => {
    expect(await judge(ASK, over, { session: 'ses_1' })).toMatchObject({
      effect: 'deny',
      rules: [{ id: rule, sentence }],
      explanation: [expect.stringMatching(/^deny before policy is asked: /), `rule ${rule} decides`],
    });
  });

  test('and says so in at most 160 characters, however long a reason is', async () => {
    const long = { ...switched('github', 'off'), reason: 'x'.repeat(400) };
    const verdict = await judge(ASK, { switches: [long] });
    expect(verdict?.rules[0]?.sentence).toHaveLength(160);
  });
});

describe('execute denies a step that people approved', () => {
  test.each(DENIED)('when $title since', async ({ over, rule, sentence }) => {
    expect(await runApproved(over, { session: 'ses_1' })).toMatchObject({
      kind: 'refused',
      why: 'denied',
      sentence,
      verdict: { rules: [{ id: rule }] },
    });
  });

  test('when the token that asked was revoked since', async () => {
    expect(await runApproved(revoked('token', 'jti_1'), { token: 'jti_1' })).toMatchObject({
      why: 'denied',
      sentence: 'This token was revoked by bob: It leaked',
    });
  });

  test('when the real store says so, and runs it when it says it of others', async () => {
    const { revocations, switches } = office.store;
    const at = new Date().toISOString();
    await revocations.add({ kind: 'session', subject: 'ses_lost', reason: 'It leaked', by: 'bob', at });
    expect(await runApproved({}, { session: 'ses_lost' })).toMatchObject({ why: 'denied' });
    await switches.set(switched('github.delete_branch', 'off', 'prod'));
    onTestFinished(() => switches.remove('github.delete_branch', 'prod', 'bob').then(() => undefined));
    expect(await runApproved({}, { session: 'ses_kept' })).toMatchObject({ why: 'denied' });
    await switches.remove('github.delete_branch', 'prod', 'bob');
    expect(await runApproved({}, { session: 'ses_kept', token: 'ses_lost' })).toMatchObject({ kind: 'done' });
  });
});

describe('execute denies a step that nothing stood against when it was judged', () => {
  /** In force only once it was judged and its gates were looked at: while the vendor is asked about its target. */
  const late = ({ orders }: Over): Over => {
    let asked = 0;
    const inForce = async (now: Date) => {
      asked += 1;
      return asked <= 2 ? NOTHING : ((await orders?.inForce(now)) ?? NOTHING);
    };
    return { orders: { inForce } };
  };
  const halts: Orders['halts'] = [
    { id: 'h', scope: 'tool', subject: 'github.delete_branch', reason: 'A drill', by: 'bob', at: NOON },
  ];

  test.each([
    { title: 'its agent was revoked', over: revoked('agent', 'release-agent'), why: 'denied' },
    { title: 'its session was revoked', over: revoked('session', 'ses_1'), why: 'denied' },
    { title: 'its token was revoked', over: revoked('token', 'jti_1'), why: 'denied' },
    {
      title: 'its tool was switched off',
      over: ordered({ switches: [switched('github', 'off')] }),
      why: 'denied',
    },
    { title: 'its tool was halted', over: ordered({ halts }), why: 'halted' },
  ])('and $title since', async ({ over, why }) => {
    const result = await runApproved(late(over), { session: 'ses_1', token: 'jti_1' });
    expect(result).toMatchObject({ kind: 'refused', why });
  });

  test('but not one of another session', async () => {
    const over = late(revoked('session', 'ses_2'));
    expect(await runApproved(over, { session: 'ses_1' })).toMatchObject({ kind: 'done' });
  });
});

describe('judge and execute let a step pass', () => {
  test.each([
    { title: 'another agent was revoked', over: revoked('agent', 'support-agent') },
    { title: 'another session was revoked', over: revoked('session', 'ses_2') },
    { title: 'a session of the name of its agent was revoked', over: revoked('session', 'release-agent') },
    { title: 'another tool was switched off', over: { switches: [switched('github.list_branches', 'off')] } },
    { title: 'its tool was switched off elsewhere', over: { switches: [switched('github', 'off', 'dev')] } },
  ])('when $title', async ({ over }) => {
    expect(await judge(ASK, over, { session: 'ses_1' })).toMatchObject({ effect: 'approve' });
    expect(await runApproved(over, { session: 'ses_1', token: 'jti_1' })).toMatchObject({ kind: 'done' });
  });

  test('that only reads while its provider is read-only', async () => {
    const over = { switches: [switched('github', 'read-only')] };
    expect(await judge(LIST, over)).toMatchObject({ effect: 'allow' });
    expect(await runRead(over)).toMatchObject({ kind: 'done' });
    const off = { switches: [switched('github', 'off')] };
    expect(await judge(LIST, off)).toMatchObject({ effect: 'deny' });
    expect(await runRead(off)).toMatchObject({ why: 'denied' });
  });
});

describe('while the standing orders cannot be read', () => {
  const over = { orders: { inForce: () => Promise.reject(new Error('no route to 10.0.0.7')) } };

  test('a change reaches no verdict and is tried again, and nobody learns where they are', async () => {
    await expect(judge(ASK, over)).rejects.toMatchObject({ code: 'unavailable' });
    const failure = runApproved(over);
    await expect(failure).rejects.toMatchObject({ type: 'unavailable', nonRetryable: false });
    await expect(failure).rejects.not.toThrow('10.0.0.7');
  });

  test('a read goes on', async () => {
    expect(await judge(LIST, over)).toMatchObject({ effect: 'allow' });
    expect(await runRead(over)).toMatchObject({ kind: 'done' });
  });
});

describe('a step for a person', () => {
  test.each([
    { title: 'nobody knows', onBehalfOf: 'mallory' },
    { title: 'who left', onBehalfOf: 'ivan' },
  ])('$title is denied', async ({ onBehalfOf }) => {
    const answer = await runApproved({}, { onBehalfOf });
    expect(answer).toMatchObject({ why: 'denied', verdict: { rules: [{ id: 'unknown-person' }] } });
  });

  test('whom the directory cannot look up reaches no verdict', async () => {
    const directory = { ...office.judging.directory, person: () => Promise.reject(new Error('ENOENT')) };
    await expect(runApproved({ directory }, { onBehalfOf: 'erin' })).rejects.toMatchObject({
      type: 'unavailable',
      nonRetryable: false,
    });
  });
});
