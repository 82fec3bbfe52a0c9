import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import type { AdmitInput } from '../../activities/contract.ts';
import { judgeActivities } from '../../activities/index.ts';
import type { JudgingDeps } from '../../activities/judge-step.ts';
import { createDirectory } from '../../src/approvals/directory.ts';
import type { Ask } from '../../src/domain/ask.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { createVendors } from '../../src/tools/vendors.ts';
import { vendorWorld } from '../tools/vendor-world.ts';
import { CHANGES, ready } from './changes.ts';
import { inActivity } from './in-activity.ts';
import { decision, openOffice, planInput, sealed } from './office.ts';

const office = await openOffice();
const { organisation } = office.installation;

const DELETE: Ask = {
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'old-checkout' },
};
const LIST: Ask = { tool: 'github.list_branches', args: { repository: 'acme/webshop' } };

function judge(agent: string, steps: readonly Ask[], over: Partial<JudgingDeps> = {}) {
  const deps = {
    ...office.judging,
    verifier: office.proofs.decisions,
    questions: office.proofs.questions,
    amendments: office.proofs.amendments,
    ...over,
  };
  const input = { id: 'req_1', agent, reason: 'a test', steps, receivedAt: '2026-11-21', seal: '' };
  return inActivity(judgeActivities(deps).judge, input);
}

const DENIED: readonly { title: string; agent?: string; ask: Ask; rule: string; sentence: RegExp }[] = [
  {
    title: 'an agent that nobody knows',
    agent: 'stranger',
    ask: LIST,
    rule: 'unknown-agent',
    sentence: /^No agent is called stranger\.$/,
  },
  {
    title: 'a suspended agent',
    agent: 'retired-agent',
    ask: { tool: 'stripe.get_customer', args: { customer: 'cus_ada' } },
    rule: 'agent-suspended',
    sentence: /^retired-agent is suspended and may do nothing\.$/,
  },
  {
    title: 'a tool that nobody knows',
    ask: { tool: 'github.delete_brunch', args: {} },
    rule: 'unreadable-step',
    sentence: /"github\.delete_brunch" is not a tool here, did you mean "github\.delete_branch"/,
  },
  {
    title: 'a field that the tool does not have',
    ask: { ...DELETE, args: { ...DELETE.args, force: true } },
    rule: 'unreadable-step',
    sentence: /"\/force": Unknown field/,
  },
  {
    title: 'a field that is missing',
    ask: { ...DELETE, args: { repository: 'acme/webshop' } },
    rule: 'unreadable-step',
    sentence: /"\/branch"/,
  },
  {
    title: 'a tool that nobody granted to this agent',
    agent: 'support-agent',
    ask: DELETE,
    rule: 'no-grant',
    sentence: /./,
  },
  {
    title: 'a protected branch',
    ask: { ...DELETE, args: { ...DELETE.args, branch: 'main' } },
    rule: 'protected-branch',
    sentence: /never deleted by an agent/,
  },
];

describe('judge', () => {
  test.each(DENIED)(
    'denies $title with a sentence',
    async ({ agent = 'release-agent', ask, rule, sentence }) => {
      const { steps } = await judge(agent, [ask]);
      expect(steps).toHaveLength(1);
      expect(steps[0]?.verdict).toMatchObject({
        effect: 'deny',
        rules: [{ sentence: expect.stringMatching(sentence) }],
      });
      expect(steps[0]?.verdict.rules[0]?.id).toBe(rule);
    },
  );

  test('gives each step its own verdict and target, and names the owner', async () => {
    expect(await judge('release-agent', [LIST, DELETE])).toMatchObject({
      owner: 'dana',
      policyVersion: office.installation.policy.version,
      steps: [
        { tool: 'github.list_branches', effect: 'read', verdict: { effect: 'allow' } },
        {
          tool: 'github.delete_branch',
          target: { scope: 'github/acme/webshop' },
          verdict: { effect: 'approve', gates: [{ group: 'platform', quorum: 1 }] },
        },
      ],
    });
  });

  test('answers the same digest for the same request, and another for any other', async () => {
    const other = { ...DELETE, args: { ...DELETE.args, branch: 'gift-cards' } };
    const digests = await Promise.all(
      [[DELETE], [DELETE], [other], [LIST, DELETE], [DELETE, LIST]].map(
        async (steps) => (await judge('release-agent', steps)).digest,
      ),
    );
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(4);
  });

  test('reaches no verdict, and can be tried again, while the directory does not answer', async () => {
    const directory = {
      ...office.installation.directory,
      agent: () => Promise.reject(new Error('ENOENT: /etc/countersign/agents.yaml')),
    };
    await expect(judge('release-agent', [LIST], { directory })).rejects.toMatchObject({
      type: 'unavailable',
      nonRetryable: false,
      message: expect.not.stringContaining('/etc'),
    });
  });
});

describe('prepare', () => {
  test('looks at the targets and makes the plan that people are shown', async () => {
    const { vendors, emulators } = await vendorWorld();
    const request = await sealed(office, 'release-agent', [LIST, DELETE]);
    const { prepare } = office.executor(vendors);
    const plan = await prepare(planInput(request));
    expect(plan.steps[1]).toMatchObject({
      title: 'Delete branch',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      target: { id: expect.stringMatching(/^github:acme\/webshop#heads\/old-checkout@[0-9a-f]{40}$/) },
      undo: 'Branch "old-checkout" is created again at the same commit',
    });
    expect(await prepare(planInput(request))).toEqual(plan);
    emulators.driftBranch('acme/webshop', 'old-checkout');
    const moved = await prepare(planInput(request));
    expect(moved.digest).not.toBe(plan.digest);
    expect(moved.stepDigests[0]).toBe(plan.stepDigests[0]);
    expect(moved.stepDigests[1]).not.toBe(plan.stepDigests[1]);
  });

  test('makes another digest for another version, agent or person it acts for', async () => {
    const { vendors } = await vendorWorld();
    const request = 'req_same';
    const requests = await Promise.all([
      sealed(office, 'release-agent', [DELETE], { request }),
      sealed(office, 'release-agent', [DELETE], { request, onBehalfOf: 'erin' }),
      sealed(office, 'support-agent', [DELETE], { request }),
    ]);
    const inputs = [
      ...requests.map((one) => planInput(one)),
      ...requests.map((one) => planInput(one, { version: 2 })),
    ];
    const plans = await Promise.all(inputs.map(office.executor(vendors).prepare));
    expect(new Set(plans.map(({ digest }) => digest)).size).toBe(6);
  });

  test('looks only at the steps that have not run', async () => {
    const { vendors } = await vendorWorld();
    const gone = { ...DELETE, args: { ...DELETE.args, branch: 'gone-already' } };
    const request = await sealed(office, 'release-agent', [gone, DELETE]);
    const { steps } = await office.executor(vendors).prepare(planInput(request, { from: 1 }));
    expect(steps[0]).not.toHaveProperty('fingerprint');
    expect(steps[1]).toHaveProperty('fingerprint');
  });

  test('fails for good, in our words, where a target does not exist', async () => {
    const { vendors } = await vendorWorld();
    const gone = { ...DELETE, args: { ...DELETE.args, branch: 'gone-already' } };
    const request = await sealed(office, 'release-agent', [gone]);
    await expect(office.executor(vendors).prepare(planInput(request))).rejects.toMatchObject({
      type: 'outside-final',
      nonRetryable: true,
      message: expect.stringMatching(/^Cannot look at branch "gone-already"/),
    });
  });

  test('shows the smaller tool where policy put one in place', async () => {
    const { vendors } = await vendorWorld();
    const mail = { to: ['lead@bigcorp.example'], subject: 'Hello', text: 'Hello', recallMinutes: 10 };
    const request = await sealed(office, 'outreach-agent', [{ tool: 'email.send', args: mail }]);
    const { steps } = await office.executor(vendors).prepare(planInput(request, { tools: ['email.draft'] }));
    expect(steps).toMatchObject([{ tool: 'email.draft', effect: 'draft' }]);
  });

  test('refuses to put a tool in place that is not a smaller one', async () => {
    const { vendors } = await vendorWorld();
    const request = await sealed(office, 'release-agent', [LIST]);
    const input = planInput(request, { tools: ['github.delete_branch'] });
    await expect(office.executor(vendors).prepare(input)).rejects.toMatchObject({ nonRetryable: true });
  });
});

const PLAN = { version: 1, digest: 'a'.repeat(64) };

describe('admit', () => {
  const request = sealed(office, 'release-agent', [DELETE]);
  const signed = async (person: string, over: Partial<Decision> = {}) =>
    office.decide(decision(await request, PLAN, person, over));

  async function admit(
    jws: string,
    over: Partial<AdmitInput> = {},
    directory = office.installation.directory,
  ) {
    const deps = {
      ...office.judging,
      verifier: office.proofs.decisions,
      questions: office.proofs.questions,
      amendments: office.proofs.amendments,
      directory,
    };
    return inActivity(judgeActivities(deps).admit, {
      jws,
      request: (await request).claims.request,
      ...PLAN,
      stage: 'waiting',
      needs: [{ groups: ['platform'], count: 2 }],
      tier: 'medium',
      needsReason: false,
      agent: 'release-agent',
      excluded: ['dana'],
      owner: 'dana',
      votes: [],
      ...over,
    });
  }

  test('counts the decision of an eligible person with those before it', async () => {
    const votes = [await signed('bob')];
    expect(await admit(await signed('alice'), { votes })).toMatchObject({
      admission: { admitted: true, vote: { decision: { person: 'alice' } } },
      quorum: { need: 2, have: 2, met: true },
    });
  });

  test('no longer counts the vote of somebody who was deactivated in between', async () => {
    const people = organisation.people.map((one) => (one.id === 'bob' ? { ...one, active: false } : one));
    const directory = createDirectory({ ...organisation, people });
    const votes = [await signed('bob')];
    expect(await admit(await signed('alice'), { votes }, directory)).toMatchObject({
      admission: { admitted: true },
      quorum: { need: 2, have: 1, met: false },
    });
  });

  test('tells the owner of the agent why they may not decide, and keeps the count', async () => {
    const votes = [await signed('bob')];
    expect(await admit(await signed('dana'), { votes })).toMatchObject({
      admission: { admitted: false, why: 'excluded', sentence: expect.stringContaining('owns the agent') },
      quorum: { have: 1, met: false },
    });
  });

  test.each([
    { why: 'bad-signature', jws: async () => 'not a signature' },
    { why: 'wrong-version', jws: () => signed('alice', { version: 2 }) },
    { why: 'wrong-digest', jws: () => signed('alice', { digest: 'b'.repeat(64) }) },
    { why: 'wrong-request', jws: () => signed('alice', { request: 'req_another' }) },
    { why: 'inactive', jws: () => signed('ivan') },
    { why: 'not-eligible', jws: () => signed('erin') },
    { why: 'unknown-person', jws: () => signed('mallory') },
  ])('refuses a decision as $why', async ({ why, jws }) => {
    expect(await admit(await jws())).toMatchObject({
      admission: { admitted: false, why, sentence: expect.stringMatching(/^[A-Z]/) },
      quorum: { have: 0, met: false },
    });
  });
});

describe('what activities leave in a history', () => {
  /** All that the executor and the signers hold and nobody else may see. */
  const credentials = (settings: Parameters<typeof createVendors>[0]) => [
    settings.github?.token ?? '',
    settings.stripe?.apiKey ?? '',
    settings.resend?.apiKey ?? '',
    ...office.secrets,
  ];

  const written = (failure: unknown) =>
    JSON.stringify(new DefaultFailureConverter().errorToFailure(failure, defaultPayloadConverter));

  test.each(CHANGES.map((change) => [change.tool, change] as const))(
    'never holds a credential, whatever becomes of %s',
    async (_, change) => {
      const { agent, effect } = change;
      const { emulators, vendors } = await vendorWorld();
      const secrets = credentials(emulators.settings);
      expect(secrets.every((secret) => secret.length > 20)).toBe(true);
      const refused = createVendors({
        github: { token: `${secrets[0]}x`, apiUrl: emulators.github.url },
        stripe: { apiKey: `${secrets[1]}x`, apiUrl: emulators.stripe.url },
        resend: { apiKey: `${secrets[2]}x`, apiUrl: emulators.resend.url },
      });
      const inputOf = () => ready(office, vendors, change);
      const left: string[] = [];
      const note = (run: Promise<unknown>) =>
        run
          .then((result) => left.push(JSON.stringify(result)))
          .catch((failure) => left.push(written(failure)));
      const unauthorised = await inputOf();
      await note(
        office.executor(refused).prepare(planInput({ ...(await sealed(office, agent, [unauthorised.ask])) })),
      );
      await note(office.executor(refused).execute(unauthorised));
      for (const status of [400, 401, 403, 429, 500]) {
        emulators.failNext({ ...effect, status });
        await note(office.executor(vendors).execute(await inputOf()));
      }
      const input = await inputOf();
      await note(office.executor(vendors).execute(input));
      await note(office.executor(vendors).undo(input));
      expect(left).toHaveLength(9);
      for (const text of left) for (const secret of secrets) expect(text).not.toContain(secret);
    },
  );
});
