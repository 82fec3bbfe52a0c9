/** A policy that changed while a request waited: stricter goes back to people with the reason, looser never passes it. */
import { describe, expect, test } from 'vitest';
import type { StepInput } from '../../activities/contract.ts';
import type { Gate } from '../../src/domain/verdict.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { changeOf } from './changes.ts';
import { changedPolicy, decision, openOffice, planInput, sealed, stepInput } from './office.ts';

const office = await openOffice();
const { version } = office.judging.policy;

const DELETE = changeOf('github.delete_branch');
const ONE_OF_PLATFORM: Gate = {
  ...{ kind: 'approval', rule: 'delete-branch', group: 'platform', quorum: 1, tier: 'medium' },
  ttlMs: 4 * 3_600_000,
};

const twice = (text: string) =>
  text.replace(/(@id\("delete-branch"\).*\n@gate.*)@quorum\("1"\)/, '$1@quorum("2")');
const elsewhere = (text: string) =>
  text.replace(/(@id\("delete-branch"\).*\n@gate.*)@approvers\("platform"\)/, '$1@approvers("support")');

/** A deletion that these people approved while it waited under these gates. */
async function waited(people: readonly string[], judgedGates: readonly Gate[], judgedPolicy = version) {
  const { vendors } = await vendorWorld();
  const request = await sealed(office, 'release-agent', [{ tool: DELETE.tool, args: DELETE.args }]);
  const plan = await office.executor(vendors).prepare(planInput(request));
  const decisions = await Promise.all(people.map((one) => office.decide(decision(request, plan, one))));
  const input: StepInput = { ...stepInput(request, { plan, decisions }), judgedGates, judgedPolicy };
  return { vendors, input };
}

describe('a policy that got stricter', () => {
  test('sends an approved step back to people, naming the rule that is new and both versions', async () => {
    const policy = await changedPolicy('policy/gates.cedar', twice);
    const { vendors, input } = await waited(['alice'], [ONE_OF_PLATFORM]);
    const short = (one: string) => one.slice(0, 12);
    const sentence = `Policy changed (${short(version)} → ${short(policy.version)}): rule "delete-branch" now asks for 2 of platform.`;
    expect(await office.executor(vendors, { policy }).execute(input)).toMatchObject({
      kind: 'refused',
      why: 'unapproved',
      sentence,
      verdict: {
        effect: 'approve',
        policyVersion: policy.version,
        gates: [{ quorum: 2 }, { quorum: 1 }],
        explanation: expect.arrayContaining([sentence]),
      },
    });
  });

  test('runs a step whose approvals cover what it asks now', async () => {
    const policy = await changedPolicy('policy/gates.cedar', twice);
    const { vendors, input } = await waited(['alice', 'bob'], [ONE_OF_PLATFORM]);
    expect(await office.executor(vendors, { policy }).execute(input)).toMatchObject({ kind: 'done' });
  });

  test('still wants those who were asked before beside those it asks now', async () => {
    const policy = await changedPolicy('policy/gates.cedar', elsewhere);
    const by = async (...people: string[]) => {
      const { vendors, input } = await waited(people, [ONE_OF_PLATFORM]);
      return office.executor(vendors, { policy }).execute(input);
    };
    expect(await by('alice')).toMatchObject({
      why: 'unapproved',
      verdict: { gates: [{ group: 'support' }, { group: 'platform' }] },
    });
    expect(await by('erin')).toMatchObject({ why: 'unapproved' });
    expect(await by('alice', 'erin')).toMatchObject({ kind: 'done' });
  });

  test('says of a rule that fires under the same policy that something else changed', async () => {
    const { vendors, input } = await waited([], []);
    expect(await office.executor(vendors).execute(input)).toMatchObject({
      why: 'unapproved',
      sentence: 'Since people looked, rule "delete-branch" now asks for 1 of platform.',
    });
  });
});

describe('a policy that got looser', () => {
  test('never lets a step pass with less than people were asked for', async () => {
    const two = { ...ONE_OF_PLATFORM, quorum: 2 };
    const by = async (...people: string[]) => {
      const { vendors, input } = await waited(people, [two], 'p-stricter');
      return office.executor(vendors).execute(input);
    };
    expect(await by('alice')).toMatchObject({
      why: 'unapproved',
      verdict: { effect: 'approve', gates: expect.arrayContaining([two]) },
    });
    expect(await by('alice', 'bob')).toMatchObject({ kind: 'done' });
  });

  test('keeps asking people where it would ask nobody now', async () => {
    const { tool, args, agent, look } = changeOf('github.comment_on_issue');
    const { vendors } = await vendorWorld();
    const request = await sealed(office, agent, [{ tool, args }]);
    const before = await look(vendors);
    const { execute } = office.executor(vendors);
    const waiting = { ...stepInput(request), judgedGates: [ONE_OF_PLATFORM], judgedPolicy: 'p-stricter' };
    expect(await execute(waiting)).toMatchObject({
      why: 'unapproved',
      verdict: { effect: 'approve', gates: [ONE_OF_PLATFORM] },
    });
    expect(await look(vendors)).toEqual(before);
    expect(await execute(stepInput(request))).toMatchObject({ kind: 'done' });
  });

  test('keeps a channel that was to be told', async () => {
    const { tool, args, agent } = changeOf('github.comment_on_issue');
    const { vendors } = await vendorWorld();
    const request = await sealed(office, agent, [{ tool, args }]);
    const judgedGates: readonly Gate[] = [{ kind: 'notice', rule: 'told', channel: 'agent-notices' }];
    const silent = { ...stepInput(request, { announced: [] }), judgedGates };
    const { execute } = office.executor(vendors);
    expect(await execute(silent)).toMatchObject({ why: 'unapproved', verdict: { gates: judgedGates } });
    expect(await execute({ ...stepInput(request), judgedGates })).toMatchObject({ kind: 'done' });
  });

  test('goes back with the smaller tool that was judged, never with the larger one', async () => {
    const { vendors } = await vendorWorld();
    const { args, agent } = changeOf('email.send');
    const request = await sealed(office, agent, [{ tool: 'email.send', args }], { confidence: 0.95 });
    const judgedGates: readonly Gate[] = [{ ...ONE_OF_PLATFORM, rule: 'drafts' }];
    const input = { ...stepInput(request, { runs: 'email.draft' }), judgedGates };
    expect(await office.executor(vendors).execute(input)).toMatchObject({
      why: 'unapproved',
      verdict: { effect: 'downscope', downscopeTo: 'email.draft', gates: judgedGates },
    });
  });
});
