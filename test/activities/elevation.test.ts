/** Access on request, from asking to its end: asked for, given by people, used, gone by itself or taken back. */
import { describe, expect, test } from 'vitest';
import { createJudge } from '../../activities/judge.ts';
import type { JudgingDeps } from '../../activities/judge-step.ts';
import type { Ask } from '../../src/domain/ask.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { inActivity } from './in-activity.ts';
import { approved, decision, openOffice, planInput, sealed, stepInput } from './office.ts';

const office = await openOffice();
const { store } = office;

const COMMENT: Ask = {
  tool: 'github.comment_on_issue',
  args: { repository: 'acme/webshop', number: 1, body: 'The customer confirmed it' },
};
const asking = (over: Readonly<Record<string, string | number>> = {}): Ask => ({
  tool: 'access.request',
  args: { tool: COMMENT.tool, scope: 'github/acme', minutes: 30, reason: 'A customer asked', ...over },
});

async function judge(ask: Ask, over: Partial<JudgingDeps> = {}) {
  const base = { id: 'req_1', agent: 'support-agent', reason: 'a test', receivedAt: '2026-11-21', seal: '' };
  const { steps } = await inActivity(createJudge({ ...office.judging, ...over }), { ...base, steps: [ask] });
  return steps[0]?.verdict;
}

/** Asks for access with what people approve, and answers with the request that gave it. */
async function give(ask = asking(), people = ['alice']) {
  const { vendors } = await vendorWorld();
  const input = await approved(office, vendors, await sealed(office, 'support-agent', [ask]), people);
  const result = await office.executor(vendors).execute(input);
  return { input, result, undo: () => office.executor(vendors).undo({ ...input, decisions: [] }) };
}

const inForce = () => store.access.inForce('support-agent', new Date());
const later = (minutes: number) => () => new Date(Date.now() + minutes * 60_000);

describe('access on request', () => {
  test('is not there before it was asked for', async () => {
    expect(await judge(COMMENT)).toMatchObject({ effect: 'deny', rules: [{ id: 'no-grant' }] });
  });

  test.each([
    { title: 'for a tool that nobody may be given', ask: asking({ tool: 'github.delete_branch' }) },
    { title: 'for a wider scope than the matrix says', ask: asking({ scope: 'github' }) },
    { title: 'for longer than the matrix says', ask: asking({ minutes: 1_000 }) },
  ])('is denied $title', async ({ ask }) => {
    expect(await judge(ask)).toMatchObject({ effect: 'deny' });
  });

  test('is given by nobody but people who may', async () => {
    expect(await judge(asking())).toMatchObject({ effect: 'approve', gates: [{ group: 'platform' }] });
    expect((await give(asking(), [])).result).toMatchObject({ why: 'unapproved' });
    expect((await give(asking(), ['sam'])).result).toMatchObject({ why: 'unapproved' });
    expect(await inForce()).toEqual([]);
  });

  test('lets a step pass while it lasts, then not, and is revoked by undoing it', async () => {
    const { vendors } = await vendorWorld();
    const given = await give();
    expect(given.result).toMatchObject({
      kind: 'done',
      result: { tool: COMMENT.tool, scope: 'github/acme' },
    });
    expect(await inForce()).toMatchObject([
      { agent: 'support-agent', request: given.input.request, tool: COMMENT.tool },
    ]);
    expect(await judge(COMMENT)).toMatchObject({ effect: 'allow' });
    const run = async (over = {}) =>
      office.executor(vendors, over).execute(stepInput(await sealed(office, 'support-agent', [COMMENT])));
    // Judged while it was in force, run when it no longer is: a grant that ended does not linger.
    expect(await run({ clock: later(31) })).toMatchObject({
      why: 'denied',
      verdict: { rules: [{ id: 'no-grant' }] },
    });
    expect(await run()).toMatchObject({ kind: 'done' });
    expect(await given.undo()).toMatchObject({ kind: 'undone' });
    expect(await inForce()).toEqual([]);
    expect(await run()).toMatchObject({ why: 'denied' });
  });

  test('reaches neither another agent nor beyond the clearance', async () => {
    const given = await give();
    const other = { ...COMMENT };
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'outreach-agent', [other]);
    expect(await office.executor(vendors).execute(stepInput(request))).toMatchObject({ why: 'denied' });
    const agent = async (id: string) => {
      const found = await office.judging.directory.agent(id);
      return found && ({ ...found, maxTier: 1 } as const);
    };
    const directory = { ...office.judging.directory, agent };
    expect(await judge(COMMENT, { directory })).toMatchObject({ rules: [{ id: 'over-clearance' }] });
    await given.undo();
  });

  test('is written for the agent that the gateway sealed, whatever the history says of it', async () => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'support-agent', [asking()]);
    const { prepare } = office.executor(vendors);
    const plan = await prepare(
      planInput({ ...request, claims: { ...request.claims, agent: 'release-agent' } }),
    );
    const decisions = [await office.decide(decision(request, plan, 'alice'))];
    const forged = stepInput(request, { plan, decisions });
    await expect(office.executor(vendors).execute(forged)).rejects.toMatchObject({ type: 'unauthenticated' });
    expect(await inForce()).toEqual([]);
    expect(await store.access.inForce('release-agent', new Date())).toEqual([]);
  });
});
