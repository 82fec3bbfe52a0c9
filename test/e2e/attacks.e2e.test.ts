/**
 * The attack table of approvals, tried on the whole product: signed clicks into Bolt, the agents' door over HTTP, people
 * and policy changed in their files. Each title begins with the row's number.
 */
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decisionSigner } from '../../src/approvals/signing.ts';
import type { RequestDetail } from '../../src/dev/sandbox/api.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { DECISION_SIGNAL } from '../../workflows/messages.ts';
import type { AskedView, Problem, TestAgent } from '../support/agents.ts';
import { type MailServer, openMailServer } from '../support/mail-server.ts';
import { type OutsideWorld, openOutsideWorld } from '../support/outside-world.ts';
import { APPROVALS, type People, slackUser } from '../support/people.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { refundsOf } from '../support/vendor-state.ts';

let world: OutsideWorld;
let mail: MailServer;
let product: Product;
let people: People;
let config: string;
let release: TestAgent;
let support: TestAgent;
beforeAll(async () => {
  world = await openOutsideWorld();
  config = join(world.place.dataFolder, 'organisation');
  await cp(resolve('config'), config, { recursive: true });
  mail = await openMailServer();
  const settings = { COUNTERSIGN_CONFIG: config, COUNTERSIGN_SMTP_URL: mail.url };
  product = await startProduct({ ...world.place, env: { ...world.place.env, ...settings } });
  people = world.people;
  release = await product.agent('release-agent');
  support = await product.agent('support-agent');
}, 120_000);
afterAll(async () => {
  await product.stop();
  await world.close();
  await mail.close();
});
afterEach(async () => {
  // T14 makes the directory unreadable, T53 a person unreachable, and both must be loud.
  const known = (line: string) => /Cannot read organisation|\\"erin\\" has no Slack user/.test(line);
  expect((await product.troubles()).filter((line) => !known(line))).toEqual([]);
});

const REASON = 'First day of our new colleague';
const letIn = (permission = 'push') => ({
  tool: 'github.add_collaborator',
  args: { repository: 'acme/webshop', user: 'newhire', permission },
});
const deleting = (branch: string) => ({
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch },
});
const refund = (payment: string, amountCents: number) => ({
  tool: 'stripe.refund_payment',
  args: { payment, amountCents, reason: 'duplicate' },
});

/** A request that waits for people, its card with buttons. */
async function waiting(step: object = letIn(), more: object = {}, agent = release): Promise<string> {
  const { body } = await agent.ask({ ...step, reason: REASON, ...more });
  await agent.reaches(body.id, 'waiting');
  await people.card(body.id, ({ buttons }) => buttons.size > 0);
  return body.id;
}

/** What was said to this person alone after `deed`. */
async function hears(person: string, words: RegExp, deed: () => Promise<unknown>): Promise<void> {
  const before = (await people.whispers(person)).length;
  await deed();
  await until(`${person} hears ${words}`, async () => {
    const news = (await people.whispers(person)).slice(before);
    if (news.some((text) => words.test(text))) return true;
    throw new Error(news.join(' / '));
  });
}

/** Changes a file of the organisation for as long as `act` takes. */
async function edited(file: string, change: (before: string) => string, act: () => Promise<void>) {
  const path = join(config, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  await writeFile(path, after);
  try {
    await act();
  } finally {
    await writeFile(path, before);
  }
}

async function story(id: string): Promise<string> {
  const { timeline } = (await detailOf(id)) ?? { timeline: [] };
  return timeline.map(({ text }) => text).join('\n');
}
/** The operators' view: read from the history by the product's own reader. */
async function detailOf(id: string): Promise<Pick<RequestDetail, 'timeline'>> {
  const { timelineOf } = await import('../../src/orchestrator/timeline.ts');
  return { timeline: await onTemporal((client) => timelineOf(client, id)) };
}
async function onTemporal<Found>(act: (client: Client) => Promise<Found>): Promise<Found> {
  const connection = await Connection.connect({ address: product.temporal });
  try {
    return await act(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

/** Posts what only Slack should be able to sign. */
async function signedBySlack(body: string): Promise<void> {
  const time = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', world.signingSecret).update(`v0:${time}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...{ 'x-slack-signature': `v0=${mac}`, 'x-slack-request-timestamp': time },
  };
  expect((await fetch(product.boltUrl, { method: 'POST', body, headers })).status).toBeLessThan(500);
}

const branches = () =>
  world
    .vendorState()
    .all('branches')
    .map(({ name }) => name);
const stillNobody = async (id: string, agent = release) =>
  expect(await agent.view(id)).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });

describe('who decides', () => {
  it('T1 a member who is not asked changes nothing, hears who can approve, and the attempt stays in the history', async () => {
    const id = await waiting(letIn('admin'));
    await hears(
      'erin',
      /Only people in platform can approve this; Erin Evans is not among them/,
      async () => {
        // The review modal of a high tier, filled in as asked.
        await people.approve('erin', id);
      },
    );
    await stillNobody(id);
    expect(await story(id)).toMatch(/Refused a decision: Only people in platform/);
    await release.cancel(id);
  });

  it("T3 a person of one list clicks on the other kind, even with that kind's pointer: the stored list counts", async () => {
    const [code, money] = [await waiting(), await waiting(refund('pi_grace_mid', 8_000), {}, support)];
    await hears('alice', /Only people in finance can approve this/, () =>
      people.press('alice', money, 'approve'),
    );
    const { value = '' } = (await people.card(code)).buttons.get('approve') ?? {};
    await hears('alice', /not the current card/, () => people.press('alice', money, 'approve', { value }));
    await stillNobody(money, support);
    await stillNobody(code);
    await Promise.all([release.cancel(code), support.cancel(money)]);
  });

  it('T4 owner, on-behalf-of and prompter are refused, members of the group as they are', async () => {
    const exclusions = [
      ['dana', {}, /Dana Dvorak owns the agent/],
      ['alice', { onBehalfOf: 'alice' }, /the agent acts for Alice Ang/],
      ['bob', { requestedBy: 'bob' }, /Bob Brandt .*asked|prompted|Only people in platform/],
    ] as const;
    for (const [person, more, words] of exclusions) {
      const id = await waiting(letIn(), more);
      await hears(person, words, () => people.press(person, id, 'approve'));
      await stillNobody(id);
      await release.cancel(id);
    }
  });

  it('T5 joining every group does not lift an exclusion', async () => {
    const everywhere = (before: string) =>
      before.replace(
        /(- id: dana[\s\S]*?groups: )\[platform\]/,
        '$1[platform, finance, finance-leads, support]',
      );
    await edited('people.yaml', everywhere, async () => {
      const id = await waiting();
      await hears('dana', /Dana Dvorak owns the agent/, () => people.press('dana', id, 'approve'));
      await stillNobody(id);
      await release.cancel(id);
    });
  });

  it('T8 two groups need two people, although one person is in both', async () => {
    const id = await waiting(refund('pi_grace_big', 90_000), {}, support);
    await people.approve('carol', id);
    await until('one counts', async () => (await support.view(id)).waitingFor?.have === 1);
    await hears('carol', /already recorded; each person counts once/, () => people.approve('carol', id));
    expect(refundsOf(world.vendorState(), id, 0)).toEqual([]);
    await people.approve('dan', id);
    expect(await support.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
    expect(refundsOf(world.vendorState(), id, 0)).toHaveLength(1);
  });

  const gone = (before: string) => before.replace(/(- id: alice[\s\S]*?active: )true/, '$1false');
  it('T12 an approver who is deactivated before a step runs: their approval is void, and people are asked again', async () => {
    const id = await waiting();
    // The step is tried again for a while, so that something can happen before it runs.
    world.vendors.failNext({
      provider: 'github',
      method: 'PUT',
      pathPrefix: '/repos',
      status: 503,
      times: 50,
    });
    await people.approve('alice', id);
    await until('it runs', async () => (await release.view(id)).status === 'running');
    await edited('people.yaml', gone, async () => {
      await people.card(id, (card) => card.version === 2 && card.buttons.size > 0, 20_000);
      expect(await release.view(id)).toMatchObject({
        ...{ status: 'waiting', version: 2, waitingFor: { have: 0, need: 1 } },
        steps: [{ status: 'waiting' }],
      });
    });
    world.vendors.clearFaults();
    await release.cancel(id);
    expect(await release.reaches(id, 'closed')).toMatchObject({ outcome: 'cancelled', effects: 'none' });
  });

  it('T13 an approver who left the group meanwhile counts no more when the next vote arrives', async () => {
    const id = await waiting(letIn('admin'));
    await people.approve('alice', id);
    await until('one counts', async () => (await release.view(id)).waitingFor?.have === 1);
    const moved = (before: string) =>
      before.replace(/(- id: alice[\s\S]*?groups: )\[platform\]/, '$1[support]');
    await edited('people.yaml', moved, async () => {
      await people.approve('bob', id);
      await until('both were looked at', async () => (await story(id)).includes('bob said approve (1 of 2)'));
      expect(await release.view(id)).toMatchObject({ status: 'waiting', waitingFor: { have: 1 } });
    });
    await release.cancel(id);
  });

  it('T14 while the directory cannot be read nobody decides, and the clicker is told to try again', async () => {
    const id = await waiting();
    await edited(
      'people.yaml',
      () => 'people: [',
      async () => {
        await hears('alice', /was not recorded.*try again/, () => people.press('alice', id, 'approve'));
      },
    );
    await stillNobody(id);
    await people.approve('alice', id);
    expect(await release.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
  });
});

describe('what is decided on', () => {
  it('T28 a branch that moves between approval and run is asked about again', async () => {
    const id = await waiting(deleting('gift-cards'));
    world.vendors.driftBranch('acme/webshop', 'gift-cards');
    await people.approve('alice', id);
    const second = await people.card(id, (card) => card.version === 2 && card.buttons.size > 0);
    expect(second.words).toContain('gift-cards');
    expect(await release.view(id)).toMatchObject({ status: 'waiting', version: 2, waitingFor: { have: 0 } });
    expect(branches()).toContain('gift-cards');
    const [first] = await people.cards(id);
    expect(first?.buttons.size).toBe(0);
    await release.cancel(id);
  });

  it('T29 policy that got stricter meanwhile wins at execution: what was approved is asked about again', async () => {
    const id = await waiting(deleting('gift-cards'));
    const stricter = (now: string) => now.replace(/(@id\("delete-branch"\)[\s\S]*?@quorum\(")1/, '$12');
    const { policyVersion } = await release.view(id);
    const version = async () =>
      (
        await release.call<AskedView>('/v1/requests:dryRun', {
          body: { ...deleting('gift-cards'), reason: 'r' },
        })
      ).body.policyVersion;
    await edited('policy/gates.cedar', stricter, async () => {
      await until('the new policy holds', async () => (await version()) !== policyVersion);
      await people.approve('alice', id);
      await people.card(id, (card) => card.version === 2);
      expect(await release.view(id)).toMatchObject({ status: 'waiting', waitingFor: { need: 2 } });
    });
    await until('the policy is as before', async () => (await version()) === policyVersion);
    expect(branches()).toContain('gift-cards');
    await release.cancel(id);
  });

  it("T33 the agent's own labels lower nothing: not its confidence, not its words, not another name for the tool", async () => {
    const tierOf = async (id: string) => /(Low|Medium|High) risk/.exec((await people.card(id)).words)?.[0];
    const [plain, sure] = [
      await waiting(),
      await waiting(letIn(), { confidence: 1, reason: 'Risk: low. Approved.' }),
    ];
    expect(await tierOf(sure)).toBe(await tierOf(plain));
    for (const hint of [{ tier: 'low' }, { risk: 'low' }, { gates: [] }, { effect: 'read' }]) {
      const { status, body } = await release.call<Problem>('/v1/requests', {
        body: { ...letIn(), reason: REASON, ...hint },
      });
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'unknown-field' });
    }
    const alias = { ...letIn(), tool: 'github.read_collaborator', reason: REASON };
    expect(await release.call<Problem>('/v1/requests', { body: alias })).toMatchObject({
      status: 400,
      body: { code: 'unknown-tool' },
    });
    await Promise.all([plain, sure].map((id) => release.cancel(id)));
  });

  it('T35 a rollback does exactly what the card had said it would, and nothing else', async () => {
    const before = world.vendorState();
    const comment = (number: number) => ({
      tool: 'github.comment_on_issue',
      args: { repository: 'acme/webshop', number, body: 'Cleaning up.' },
    });
    const steps = [comment(1), deleting('gift-cards'), comment(404)];
    const id = await waiting({ steps });
    const undo = /Can be undone: (.*gift-cards.*|.*branch.*)/.exec((await people.card(id)).words)?.[1];
    expect(undo).toBeDefined();
    await people.approve('alice', id);
    expect(await release.reaches(id, 'closed')).toMatchObject({ outcome: 'rolled_back', effects: 'none' });
    const after = world.vendorState();
    for (const table of ['branches', 'comments', 'access', 'pulls'] as const)
      expect(after.all(table)).toEqual(before.all(table));
  });

  it('T68 a gated step has no effect and spends nothing before the vote', async () => {
    const before = world.vendorState();
    const ids = [await waiting(letIn('admin')), await waiting(refund('pi_ada_small', 500), {}, support)];
    const after = world.vendorState();
    for (const table of ['access', 'refunds', 'mails', 'branches', 'comments'] as const)
      expect(after.all(table)).toEqual(before.all(table));
    await Promise.all([release.cancel(ids[0] ?? ''), support.cancel(ids[1] ?? '')]);
  });

  it('T69 what policy denies cannot be approved by anybody: there is no card, and no pointer leads to it', async () => {
    const { body } = await release.ask({ ...deleting('release-2026-11'), reason: REASON }, { seconds: 10 });
    expect(body).toMatchObject({ status: 'closed', outcome: 'denied', effects: 'none' });
    expect(await people.cards(body.id)).toEqual([]);
    const other = await waiting();
    const value = `${body.id}.1.${(body.digest ?? '').slice(0, 8).padEnd(8, '0')}`;
    await hears('alice', /knows no such request; nothing was recorded/, () =>
      people.press('alice', other, 'approve', { value }),
    );
    expect(branches()).toContain('release-2026-11');
    await release.cancel(other);
  });
});

describe('what comes from the side', () => {
  const privateKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;

  it('T42 a decision signalled with a Temporal client of their own counts only if the approvals service signed it', async () => {
    const [id, other] = [await waiting(letIn('admin')), await waiting()];
    await people.approve('alice', other);
    await release.reaches(other, 'closed');
    const { version, digest = '' } = await release.view(id);
    const decision: Decision = {
      ...{ id: randomUUID(), request: id, version, digest, person: 'bob', answer: 'approve' },
      ...{ surface: 'slack', assurance: 'reviewed', at: new Date().toISOString() },
    };
    const { sign } = await decisionSigner(privateKey());
    await onTemporal(async (client) => {
      const { events } = await client.workflow.getHandle(other).fetchHistory();
      const genuine = events?.flatMap(({ workflowExecutionSignaledEventAttributes: one }) => one ?? [])[0];
      const stolen = JSON.parse(Buffer.from(genuine?.input?.payloads?.[0]?.data ?? '').toString()) as string;
      for (const forged of [await sign(decision), decision, JSON.stringify(decision), stolen])
        await client.workflow.getHandle(id).signal(DECISION_SIGNAL, forged);
    });
    await until(
      'all were refused',
      async () => ((await story(id)).match(/Refused a decision/g) ?? []).length >= 3,
    );
    await stillNobody(id);
    await release.cancel(id);
  });

  it('T54 a request that is reset re-applies its old approval, and yet its effect is there once', async () => {
    const id = await waiting(refund('pi_grace_mid', 8_000), {}, support);
    await people.approve('carol', id);
    expect(await support.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
    expect(refundsOf(world.vendorState(), id, 0)).toHaveLength(1);
    await onTemporal(async (client) => {
      const handle = client.workflow.getHandle(id);
      await until('the run ended', async () => (await handle.describe()).status.name === 'COMPLETED');
      const { events } = await handle.fetchHistory();
      const first = events?.find(({ workflowTaskCompletedEventAttributes: one }) => one != null);
      const { runId } = await client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: id },
        reason: 'an attack',
        requestId: randomUUID(),
        workflowTaskFinishEventId: first?.eventId ?? null,
      });
      const again = client.workflow.getHandle(id, runId);
      const signals = async () =>
        (await again.fetchHistory()).events?.filter(
          ({ workflowExecutionSignaledEventAttributes: one }) => one != null,
        ) ?? [];
      await until('the old approval is re-applied', async () => (await signals()).length === 1);
      await until('it settles', async () => (await support.view(id)).status !== 'running');
    });
    expect(refundsOf(world.vendorState(), id, 0)).toHaveLength(1);
    await stillNobody(id, support);
    await support.cancel(id);
  });

  it('T40 who holds the signing secret is no other app, no other team, and approves nothing critical', async () => {
    const [code, money] = [await waiting(), await waiting(refund('pi_grace_big', 600_000), {}, support)];
    const press = async (id: string, user: string, more: object = {}) => {
      const { message, buttons } = await people.card(id);
      const { blockId = '', value = '' } = buttons.get('deny') ?? {};
      const button = { type: 'button', action_id: 'approve', block_id: blockId, value };
      const payload = {
        ...{ type: 'block_actions', api_app_id: 'A0COUNTERSIGN', team: { id: 'T0ACME' } },
        ...{ user: { id: user, team_id: 'T0ACME' }, trigger_id: '1.2.abc', channel: { id: APPROVALS } },
        container: { type: 'message', message_ts: message.ts },
        actions: [{ ...button, action_ts: `${Date.now()}.${randomUUID().slice(0, 6)}` }],
        ...more,
      };
      return signedBySlack(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    };
    const securityLog = join(product.dataFolder, 'logs', 'security.jsonl');
    const refused = async () => (await readFile(securityLog, 'utf8')).split('\n').length;
    for (const forged of [
      { api_app_id: 'A0EVIL' },
      { team: { id: 'T0EVIL' }, user: { id: slackUser('alice'), team_id: 'T0EVIL' } },
    ]) {
      const before = await refused();
      await press(code, slackUser('alice'), forged);
      await until('it is refused', async () => (await refused()) > before);
    }
    await hears('carol', /nothing was recorded/, () => press(money, slackUser('carol')));
    await stillNobody(code);
    await stillNobody(money, support);
    await Promise.all([release.cancel(code), support.cancel(money)]);
  });

  it("T6 an agent has no door to approve through: not at its own door, and its token is nothing at the approvers'", async () => {
    const id = await waiting();
    for (const path of [`/v1/requests/${id}/approve`, `/v1/requests/${id}/decisions`, '/slack/events'])
      expect((await release.call(path, { body: { answer: 'approve' } })).status).toBe(404);
    const asApprover = await fetch(product.boltUrl, {
      method: 'POST',
      headers: { authorization: 'Bearer an-agent', 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'block_actions', user: { id: 'U0ALICE' } }),
    });
    expect(asApprover.status).toBe(401);
    await stillNobody(id);
    await release.cancel(id);
  });
});

describe('how it ends', () => {
  it('T57 a request that is cancelled while it waits ends at once: its card says so, and nothing runs', async () => {
    const before = world.vendorState();
    const id = await waiting(letIn('admin'));
    // Alice has approved so much by now that she is slowed down.
    await people.approve('bob', id);
    await until('one counts', async () => (await release.view(id)).waitingFor?.have === 1);
    const other = await product.agent('support-agent');
    expect((await other.cancel(id)).status).toBe(404);
    expect((await release.cancel(id)).status).toBeLessThan(300);
    expect(await release.reaches(id, 'closed', 3_000)).toMatchObject({
      ...{ outcome: 'cancelled', effects: 'none' },
      steps: [{ status: 'skipped' }],
    });
    const closed = await people.card(id, ({ buttons }) => buttons.size === 0);
    expect(closed.words).toContain('Cancelled');
    expect(world.vendorState().all('access')).toEqual(before.all('access'));
  });

  it('T53 whom Slack cannot reach is sent an e-mail that links to the page of the request', async () => {
    const noSlack = (now: string) =>
      now.replace(/(- id: erin[\s\S]*?)slack: \{[^}]*\}/, '$1email: erin@acme.example');
    await edited('people.yaml', noSlack, async () => {
      const id = await waiting(letIn(), { onBehalfOf: 'erin' });
      await release.cancel(id);
      const sent = await until('it is mailed', () => mail.received.find(({ text }) => text.includes(id)));
      expect(sent.to).toEqual(['erin@acme.example']);
      const { port } = new URL(product.boltUrl);
      expect(sent.text).toContain(`http://localhost:${port}/decide/${id}.1.`);
    });
  });

  it('T66 the agent can tell a human no, a deadline and policy apart, each with a sentence', async () => {
    const rejected = await waiting();
    await people.deny('bob', rejected, 'Not before Monday');
    const expired = await waiting(letIn(), { waitAtMostSeconds: 1 });
    const { body: denied } = await release.ask(
      { ...deleting('release-2026-11'), reason: REASON },
      { seconds: 10 },
    );
    expect(await release.reaches(rejected, 'closed')).toMatchObject({
      ...{ outcome: 'rejected', effects: 'none', mayRevise: true },
      message: expect.stringMatching(/bob said no: Not before Monday/),
    });
    expect(await release.reaches(expired, 'closed')).toMatchObject({
      ...{ outcome: 'expired', effects: 'none' },
      message: expect.stringMatching(/Only 0 of 1/),
    });
    expect(denied).toMatchObject({ outcome: 'denied', message: expect.stringMatching(/protected branch/) });
  });

  it('T70 a request that ended elsewhere: its card loses the buttons, and a stale click hears the outcome', async () => {
    const id = await waiting();
    const { message, buttons } = await people.card(id);
    await release.cancel(id);
    await release.reaches(id, 'closed');
    const closed = await people.card(id, (card) => card.buttons.size === 0);
    expect(closed.words).toContain('Cancelled');
    await hears('alice', /too late: the request is closed \(cancelled\)/, () =>
      world.slack.click({
        ...{ user: slackUser('alice'), channel: APPROVALS, ts: message.ts, actionId: 'approve' },
        ...{ blockId: buttons.get('approve')?.blockId ?? '', value: buttons.get('approve')?.value ?? '' },
      }),
    );
  });

  it('T47 a denial after execution began is too late, and says so', async () => {
    const id = await waiting();
    const { message, buttons } = await people.card(id);
    const pointer = buttons.get('approve') ?? { blockId: '', value: '' };
    world.vendors.failNext({
      provider: 'github',
      method: 'PUT',
      pathPrefix: '/repos',
      status: 503,
      times: 3,
    });
    await people.press('alice', id, 'approve');
    await until('it runs', async () => (await release.view(id)).status === 'running');
    await hears('bob', /too late: the request is (already running|closed)/, () =>
      world.slack.click({
        ...{ user: slackUser('bob'), channel: APPROVALS, ts: message.ts, actionId: 'deny', ...pointer },
      }),
    );
    expect(await release.reaches(id, 'closed', 30_000)).toMatchObject({ outcome: 'executed' });
  });

  it('T45 the last two approvers click at once: both votes are there, and it runs once', async () => {
    const id = await waiting(refund('pi_grace_big', 90_000), {}, support);
    await Promise.all(['carol', 'dan'].map((person) => people.approve(person, id)));
    expect(await support.reaches(id, 'closed')).toMatchObject({ outcome: 'executed' });
    const told = await story(id);
    for (const person of ['carol', 'dan']) expect(told).toContain(`${person} said approve`);
    expect(refundsOf(world.vendorState(), id, 0)).toHaveLength(1);
  });

  it('asks the agent from a card and shows the answer to people, the clock unchanged', async () => {
    const id = await waiting();
    const { expiresAt } = (await release.view(id)).waitingFor ?? {};
    await people.press('alice', id, 'ask');
    const { id: viewId } = await people.modal('alice');
    const values = { question: { value: 'Who invited them?' } };
    await people.hands.submitView({ user: slackUser('alice'), viewId, values });
    const [question] = await until('the agent reads it', async () => (await release.view(id)).questions);
    const answer = { question: question?.id, text: 'Their team lead.' };
    const answered = await release.call<AskedView>(`/v1/requests/${id}/answers`, { body: answer });
    expect(answered).toMatchObject({ status: 200, body: { status: 'waiting', waitingFor: { expiresAt } } });
    await people.card(id, ({ words }) => words.includes('Their team lead.'));
    const told = await until('alice is told', () =>
      world.slack.snapshot(slackUser('alice')).directMessages.find(({ text }) => text.includes(id)),
    );
    expect(JSON.stringify(told.blocks)).toContain('Their team lead.');
    await release.cancel(id);
  });
});
