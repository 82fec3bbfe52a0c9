/** Edits at both ends: taking one up under the real policy, and the executor that believes none of it unsigned. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AmendInput, StepInput } from '../../activities/contract.ts';
import { judgeActivities } from '../../activities/index.ts';
import { amendmentSigner } from '../../src/approvals/signing.ts';
import type { Amendment } from '../../src/domain/amendment.ts';
import type { Ask } from '../../src/domain/ask.ts';
import { askDigest } from '../../src/domain/digest.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { ApprovalGate } from '../../src/domain/verdict.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { changeOf } from './changes.ts';
import { inActivity } from './in-activity.ts';
import { decision, openOffice, planInput, privateKey, type Sealed, sealed } from './office.ts';

const office = await openOffice();
const stranger = await amendmentSigner(privateKey());
const DELETE = changeOf('github.delete_branch');
const ASK: Ask = { tool: DELETE.tool, args: DELETE.args };
const branch = (name: string): Ask => ({ ...ASK, args: { ...ASK.args, branch: name } });
const OTHER = branch('gift-cards');
const COMMENT: Ask = {
  tool: 'github.comment_on_issue',
  args: { repository: 'acme/webshop', number: 1, body: 'Looking into it' },
};
const GATE: ApprovalGate = {
  ...{ kind: 'approval', rule: 'delete', group: 'platform', quorum: 1, tier: 'medium', ttlMs: 3_600_000 },
};

function amendment(
  { claims }: Sealed,
  plan: Pick<Plan, 'version' | 'digest'>,
  over: Partial<Amendment> = {},
) {
  const { version, digest } = plan;
  const said: Amendment = {
    ...{ id: randomUUID(), request: claims.request, version, digest, step: 0, person: 'alice' },
    ...{ was: askDigest(ASK), ask: askDigest(OTHER), reason: 'The other one', surface: 'slack' },
    at: new Date().toISOString(),
    ...over,
  };
  return said;
}

const V1 = { version: 1, digest: 'd'.repeat(64) };

/** What the story asks about an edit of a request that platform is asked about. */
async function asked(
  {
    edit = {},
    steps = [ASK],
    over = {},
  }: {
    readonly edit?: Partial<Amendment>;
    readonly steps?: readonly Ask[];
    readonly over?: Partial<AmendInput>;
  } = {},
  sign: (amendment: Amendment) => Promise<string> = office.amend,
): Promise<AmendInput> {
  const request = await sealed(office, 'release-agent', steps);
  const { id, ...rest } = planInput(request).request;
  return {
    jws: await sign(amendment(request, V1, edit)),
    args: OTHER.args,
    request: { id, ...rest },
    ...{ asked: steps, ...V1, stage: 'waiting', needs: [{ groups: ['platform'], count: 1 }], tier: 'medium' },
    ...{ excluded: ['dana'], owner: 'dana', from: 0 },
    held: steps.map(({ tool }) => ({ gates: [GATE], runs: tool })),
    asking: [GATE],
    ...over,
  };
}

const amend = (input: AmendInput) => {
  const { decisions: verifier, questions, amendments } = office.proofs;
  return inActivity(judgeActivities({ ...office.judging, verifier, questions, amendments }).amend, input);
};

describe('amend', () => {
  test('takes an edit up, judges it afresh and says how it differs', async () => {
    const result = await amend(await asked());
    expect(result).toMatchObject({
      taken: true,
      ask: OTHER,
      signed: { amendment: { person: 'alice' } },
      judged: [
        {
          tool: DELETE.tool,
          target: { label: expect.stringContaining('gift-cards') },
          verdict: { effect: 'approve' },
        },
      ],
      changes: [{ field: 'branch', was: 'old-checkout', now: 'gift-cards' }],
    });
  });

  test('keeps what people were asked under beside what policy asks of the edit', async () => {
    const strict = { ...GATE, rule: 'stricter', quorum: 2 };
    const result = await amend(await asked({ over: { held: [{ gates: [strict], runs: ASK.tool }] } }));
    const gates = result.taken ? result.judged[0]?.verdict.gates : [];
    expect(gates).toContainEqual(strict);
    expect(gates?.length).toBeGreaterThan(1);
  });

  test('has an edited step that no rule asks anybody about approved by those who are asked now', async () => {
    const better = { ...COMMENT, args: { ...COMMENT.args, body: 'Done' } };
    const input = await asked({
      steps: [ASK, COMMENT],
      edit: { step: 1, was: askDigest(COMMENT), ask: askDigest(better) },
      over: {
        args: better.args,
        held: [
          { gates: [GATE], runs: ASK.tool },
          { gates: [], runs: COMMENT.tool },
        ],
      },
    });
    const result = await amend(input);
    expect(result).toMatchObject({
      taken: true,
      judged: [{}, { verdict: { effect: 'approve', gates: [GATE] } }],
    });
  });

  test('neither judges nor edits a step that ran', async () => {
    const over = {
      from: 1,
      held: [
        { gates: [], runs: COMMENT.tool },
        { gates: [GATE], runs: ASK.tool },
      ],
    };
    const steps = [COMMENT, ASK];
    const later = await amend(await asked({ steps, edit: { step: 1 }, over }));
    expect(later).toMatchObject({ taken: true, judged: [{ tool: ASK.tool }] });
    const earlier = await amend(await asked({ steps, edit: { step: 0, was: askDigest(COMMENT) }, over }));
    expect(earlier).toMatchObject({
      taken: false,
      sentence: expect.stringMatching(/can no longer be edited/),
    });
  });

  const digestOf = (ask: Ask) => ({ edit: { ask: askDigest(ask) }, over: { args: ask.args } });
  test.each<[string, Parameters<typeof asked>[0], RegExp]>([
    ['by who owns the agent', { edit: { person: 'dana' } }, /can edit this; Dana\S* .*owns the agent/],
    [
      'by somebody in no group that is asked',
      { edit: { person: 'erin' } },
      /can edit this; .* is not among them/,
    ],
    ['by somebody who left', { edit: { person: 'ivan' } }, /no longer active/],
    ['by somebody nobody knows', { edit: { person: 'mallory' } }, /not known/],
    ['of another request', { edit: { request: 'req_other' } }, /names another request/],
    ['of an old version (T27)', { edit: { version: 2 } }, /changed since you looked/],
    ['of another digest (T27)', { edit: { digest: 'e'.repeat(64) } }, /changed since you looked/],
    [
      'made after the deadline',
      { over: { expiresAt: '2026-01-01T00:00:00.000Z' } },
      /the time to decide was over/,
    ],
    ['of a request that runs', { over: { stage: 'running' } }, /too late: the request is already running/],
    ['of a step that is not there', { edit: { step: 7 } }, /can no longer be edited/],
    ['of a step that was something else', { edit: { was: askDigest(OTHER) } }, /not the one that was signed/],
    [
      'with other arguments than were signed (T26)',
      { over: { args: branch('main').args } },
      /not the one that was signed/,
    ],
    ['that policy denies', digestOf(branch('main')), /A protected branch is never deleted by an agent/],
    ['that the tool cannot read', digestOf(branch('a..b')), /its tool could not read step 1/],
    [
      'with a field that the tool does not have',
      digestOf({ ...ASK, args: { ...OTHER.args, force: true } }),
      /could not read/,
    ],
    [
      'that reads otherwise than it was signed',
      digestOf({ ...ASK, args: { ...OTHER.args, repository: 'Acme/WebShop' } }),
      /could not read/,
    ],
  ])('refuses an edit %s', async (_, change, sentence) => {
    const result = await amend(await asked(change));
    expect(result).toMatchObject({ taken: false, sentence: expect.stringMatching(sentence) });
    expect(result).toHaveProperty('person');
  });

  test.each<[string, (said: Amendment) => Promise<string>]>([
    ['another key signed', stranger.sign],
    ['nobody signed', async (said) => `${btoa('{}')}.${btoa(JSON.stringify(said))}.x`],
    [
      'is a decision',
      (said) =>
        office.decide({
          ...V1,
          id: 'd',
          request: said.request,
          person: 'alice',
          answer: 'approve',
          surface: 'slack',
          at: said.at,
        }),
    ],
  ])('refuses an edit that %s, and tells nobody', async (_, sign) => {
    expect(await amend(await asked({}, sign))).toEqual({
      taken: false,
      sentence: expect.stringMatching(/signature could not be verified/),
    });
  });
});

/** A step that alice edited and bob approved, with everything around it that can be made wrong. */
async function scene() {
  const world = await vendorWorld();
  const request = await sealed(office, 'release-agent', [ASK]);
  const first = await office.executor(world.vendors).prepare(planInput(request));
  const edited: Sealed = { ...request, steps: [OTHER] };
  const plan = await office.executor(world.vendors).prepare(planInput(edited, { version: 2 }));
  const said = amendment(request, first);
  const step = plan.steps[0];
  if (step === undefined) throw new Error('no step');
  const input = async ({
    amendments = [said],
    people = ['bob'],
    over = {},
  }: {
    readonly amendments?: readonly Amendment[];
    readonly people?: readonly string[];
    readonly over?: Partial<StepInput>;
  } = {}): Promise<StepInput> => {
    const { version, digest, stepDigests } = plan;
    return {
      request: request.claims.request,
      seal: request.seal,
      ...{ step: 0, ask: OTHER, runs: ASK.tool, announced: [], plan: { version, digest, stepDigests, step } },
      decisions: await Promise.all(people.map((person) => office.decide(decision(request, plan, person)))),
      amendments: await Promise.all(amendments.map(office.amend)),
      judgedGates: [GATE],
      ...over,
    };
  };
  const run = (given: StepInput, executor = office.executor(world.vendors)) =>
    executor.execute(given).catch((error: unknown) => error);
  return { world, request, first, plan, said, input, run };
}

const branches = async (world: Awaited<ReturnType<typeof scene>>['world']) =>
  ((await DELETE.look(world.vendors)) as string[]).map((line) => line.split(' ')[0]);

describe('execute', () => {
  test('runs an edited step that others approved, and takes back what it was edited to', async () => {
    const stage = await scene();
    const input = await stage.input();
    expect(await stage.run(input)).toMatchObject({ kind: 'done', result: { deleted: 'gift-cards' } });
    expect(await branches(stage.world)).toContain('old-checkout');
    expect(await branches(stage.world)).not.toContain('gift-cards');
    // A repeat answers from the ledger, under the edited arguments.
    expect(await stage.run(input)).toMatchObject({ kind: 'done', result: { deleted: 'gift-cards' } });
    const { plan: _, ...undoing } = input;
    expect(await office.executor(stage.world.vendors).undo(undoing)).toMatchObject({ kind: 'undone' });
    expect(await branches(stage.world)).toContain('gift-cards');
  });

  test('runs what two people edited one after the other, approved by the first', async () => {
    const stage = await scene();
    const between = branch('old-checkout-2');
    const amendments = [
      { ...stage.said, ask: askDigest(between) },
      amendment(
        stage.request,
        { version: 2, digest: 'e'.repeat(64) },
        { was: askDigest(between), person: 'bob' },
      ),
    ];
    const executor = office.executor(stage.world.vendors);
    const plan = await executor.prepare(planInput({ ...stage.request, steps: [OTHER] }, { version: 3 }));
    const [step] = plan.steps;
    const approve = (person: string) => office.decide(decision(stage.request, plan, person));
    const base = await stage.input({ amendments });
    if (step === undefined) throw new Error('no step');
    const given = { ...base, plan: { ...plan, step } };
    expect(await stage.run({ ...given, decisions: [await approve('bob')] })).toMatchObject({
      why: 'unapproved',
    });
    expect(await stage.run({ ...given, decisions: [await approve('alice')] })).toMatchObject({
      kind: 'done',
    });
  });

  const asUnauthenticated = { type: 'unauthenticated', nonRetryable: true };
  type Scene = Awaited<ReturnType<typeof scene>>;
  test.each<[string, (stage: Scene) => Promise<StepInput>, object]>([
    ['edited arguments without the edit (T26)', ({ input }) => input({ amendments: [] }), asUnauthenticated],
    [
      'other arguments than the edit names (T26)',
      ({ input }) => input({ over: { ask: branch('main') } }),
      asUnauthenticated,
    ],
    [
      'an edit that another key signed',
      async ({ input, said }) => input({ over: { amendments: [await stranger.sign(said)] } }),
      asUnauthenticated,
    ],
    [
      'a decision in place of an edit',
      async ({ input, request, plan }) =>
        input({ over: { amendments: [await office.decide(decision(request, plan, 'alice'))] } }),
      asUnauthenticated,
    ],
    [
      'an edit of another request',
      ({ input, said }) => input({ amendments: [{ ...said, request: 'req_other' }] }),
      asUnauthenticated,
    ],
    [
      'an edit of another step',
      ({ input, said }) => input({ amendments: [{ ...said, step: 1 }] }),
      asUnauthenticated,
    ],
    [
      'an edit of something that was never asked',
      ({ input, said }) => input({ amendments: [{ ...said, was: askDigest(branch('x')) }] }),
      asUnauthenticated,
    ],
    [
      'an edit of the version that people approved',
      ({ input, said }) => input({ amendments: [{ ...said, version: 2 }] }),
      asUnauthenticated,
    ],
    ['one edit twice', ({ input, said }) => input({ amendments: [said, said] }), asUnauthenticated],
    [
      'an edit that only its editor approved',
      ({ input }) => input({ people: ['alice'] }),
      { kind: 'refused', why: 'unapproved' },
    ],
    [
      'an edit that nobody approved',
      ({ input }) => input({ people: [] }),
      { kind: 'refused', why: 'unapproved' },
    ],
    [
      'an edit by who owns the agent',
      ({ input, said }) => input({ amendments: [{ ...said, person: 'dana' }] }),
      { kind: 'refused', why: 'denied' },
    ],
    [
      'an edit by somebody who left',
      ({ input, said }) => input({ amendments: [{ ...said, person: 'ivan' }] }),
      { kind: 'refused', why: 'denied' },
    ],
    [
      'an edit with approvals of before it',
      async ({ input, request, first }) =>
        input({ over: { decisions: [await office.decide(decision(request, first, 'bob'))] } }),
      { kind: 'refused', why: 'unapproved' },
    ],
    [
      'an edit without a plan that people approved',
      async ({ input }) => {
        const { plan: _, ...without } = await input();
        return without;
      },
      { kind: 'refused', why: 'unapproved' },
    ],
  ])('refuses %s, and nothing happens', async (_, wrong, refusal) => {
    const stage = await scene();
    const before = await branches(stage.world);
    expect(await stage.run(await wrong(stage))).toMatchObject(refusal);
    expect(await branches(stage.world)).toEqual(before);
    const { request } = stage.request.claims;
    expect(await office.store.effects.find({ request, step: 0, direction: 'do' })).toBeUndefined();
  });

  test('runs no edited step on gates that are gone: it always needs people', async () => {
    const stage = await scene();
    const better = { ...COMMENT, args: { ...COMMENT.args, body: 'Done' } };
    const request = await sealed(office, 'release-agent', [COMMENT]);
    const edit = amendment(request, V1, { was: askDigest(COMMENT), ask: askDigest(better) });
    const input: StepInput = {
      ...{ request: request.claims.request, seal: request.seal, step: 0, ask: better, runs: COMMENT.tool },
      ...{ announced: ['agent-notices'], decisions: [], amendments: [await office.amend(edit)] },
    };
    expect(await stage.run(input)).toMatchObject({ kind: 'refused' });
    expect(await stage.run({ ...input, ask: COMMENT, amendments: [] })).toMatchObject({ kind: 'done' });
  });
});
