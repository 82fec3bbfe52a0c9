/**
 * What stands around an agent at the real product: its session and task, canaries, revoked credentials, switched-off
 * tools, access for a while, limits, and a policy that changes while requests wait.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loginAs } from '../main/cli-login.ts';
import { cli } from '../main/cli-run.ts';
import type { AskedView, Problem, TestAgent } from '../support/agents.ts';
import { handsOverHttp, type People, peopleIn } from '../support/people.ts';
import { newPlace, type Place, type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';
import { vendorState } from '../support/vendor-state.ts';
import { Browser, hidden } from '../web/browser.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
/** Made here, so that no canary stands in a file. */
const canary = `csc_${[...randomBytes(26)].map((byte) => BASE32[byte % 32]).join('')}`;

let place: Place;
let product: Product;
let people: People;
let config: string;
/** A candidate policy, judged beside the enforced one. */
let candidate: string;

beforeAll(async () => {
  place = await newPlace();
  config = join(place.dataFolder, 'organisation');
  await cp(resolve('config'), config, { recursive: true });
  const sha256 = createHash('sha256').update(canary).digest('hex');
  await writeFile(
    join(config, 'canaries.yaml'),
    `canaries: [{ id: wiki, sha256: ${sha256}, planted: the page of old passwords }]\n`,
  );
  await edit('agents.yaml', (before) =>
    before.replace('  - id: retired-agent', `${REHEARSAL}  - id: retired-agent`),
  );
  candidate = join(place.dataFolder, 'candidate');
  await cp(join(config, 'policy'), candidate, { recursive: true });
  await writeFile(
    join(candidate, 'gates.cedar'),
    `${await readFile(join(candidate, 'gates.cedar'), 'utf8')}${STRICTER}`,
  );
  const env = { COUNTERSIGN_CONFIG: config, COUNTERSIGN_SHADOW_POLICY: candidate };
  place = { ...place, env: { ...place.env, ...env } };
  product = await startProduct(place);
  people = peopleIn(handsOverHttp(place.sandbox));
}, 120_000);
afterAll(async () => {
  await product.stop();
  await place.remove();
});
afterEach(async () => {
  expect(await product.troubles()).toEqual([]);
});

const STRICTER = `
@id("comments-now") @owner("platform")
@gate("approval") @tier("medium") @approvers("platform") @quorum("1") @ttl("1h")
@reason("Comments are looked at this week.")
forbid (principal, action == Action::"github.comment_on_issue", resource);
`;

const REHEARSAL = `  - id: rehearsal-agent
    title: Rehearsal agent
    owner: dana
    profile: release
    environment: staging
    maxTier: 2
`;

async function edit(file: string, change: (before: string) => string): Promise<void> {
  const before = await readFile(join(config, file), 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  await writeFile(join(config, file), after);
}

/** The command line as an operator runs it. */
async function countersign(...line: readonly string[]) {
  const env = { ...process.env, ...place.env, COUNTERSIGN_GATEWAY_URL: place.gateway };
  const child = spawn(process.execPath, [resolve('bin/countersign.mjs'), ...line], { env, stdio: 'pipe' });
  child.stdin.end();
  const [out, err, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (exit !== 0) throw new Error(`countersign ${line.join(' ')} ended with ${exit}: ${err}${out}`);
  return out;
}

const newSession = () => `ses-${randomUUID()}`;
const comment = (repository = 'acme/webshop', body = `Noted ${randomUUID()}`) => ({
  tool: 'github.comment_on_issue',
  args: { repository, number: 1, body },
  reason: 'Telling the reporter',
});
const deleting = (branch: string) => ({
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch },
  reason: 'Cleaning up',
});
const customer = (id: string, fields?: readonly string[]) => ({
  tool: 'stripe.get_customer',
  args: { customer: id, ...(fields === undefined ? {} : { fields }) },
  reason: 'Looking somebody up',
});
const mail = (to: string) => ({
  tool: 'email.send',
  args: { to: [to], subject: `News ${randomUUID()}`, text: 'It is done.' },
  reason: 'Telling a colleague',
});

const rulesOf = ({ steps }: AskedView) =>
  steps.flatMap(({ verdict }) => verdict?.rules.map(({ id }) => id) ?? []);
const deniedBy = async (agent: TestAgent, body: unknown) => {
  const { body: view } = await agent.ask(body, { seconds: 10 });
  expect(view).toMatchObject({ status: 'closed', outcome: 'denied', effects: 'none' });
  return rulesOf(view);
};
const problemOf = async (agent: TestAgent, body: unknown = comment()) => {
  const { status, body: problem } = await agent.call<Problem>('/v1/requests', { body });
  return { status, code: problem.code };
};

// First, while release-agent has not been refused so often that people look at everything it does.
describe('a candidate policy', () => {
  it('is judged beside the enforced one, and tried on what happened, without changing anything', async () => {
    const agent = await product.agent('release-agent');
    const { body } = await agent.ask(comment(), { seconds: 10 });
    expect(body).toMatchObject({ status: 'closed', outcome: 'executed' });
    const temporal = ['--since', '1d', '--json'];
    const shadow = await countersign('policy', 'shadow', ...temporal);
    expect(shadow).toContain('comments-now');
    const simulated = JSON.parse(
      await countersign('policy', 'simulate', '--candidate', candidate, ...temporal),
    ) as {
      readonly steps: { readonly changed: number };
      readonly prompts: readonly { readonly group: string }[];
    };
    expect(simulated.steps.changed).toBeGreaterThan(0);
    expect(simulated.prompts).toContainEqual(expect.objectContaining({ group: 'platform' }));
  });
});

describe('T67 one decision path', () => {
  const collaborator = {
    tool: 'github.add_collaborator',
    args: { repository: 'acme/webshop', user: 'newhire', permission: 'push' },
    reason: 'First day',
  };
  const pages = () => new URL(place.boltUrl.replace('127.0.0.1', 'localhost')).origin;
  const alice = async () => {
    const browser = new Browser(pages());
    await browser.signIn('alice');
    return browser;
  };
  const surfaces: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'a card in Slack': (id) => people.approve('alice', id),
    'the approver page': async (id) => {
      const { value = '' } = (await people.card(id)).buttons.get('approve') ?? {};
      const browser = await alice();
      const form = await browser.open(`/decide/${value}`);
      const fields = { token: hidden(form, 'token'), once: hidden(form, 'once'), answer: 'approve' };
      await browser.send(`/decide/${value}`, fields);
    },
    'the command line': async (id) => {
      expect((await loginAs(alice, place.env)).exit).toBe(0);
      expect(await cli(['decide', id, '--approve'], place.env)).toMatchObject({ exit: 0, err: '' });
      expect(await cli(['logout'], place.env)).toMatchObject({ exit: 0 });
    },
  };

  it.each(Object.keys(surfaces))(
    'leads from %s to the same effect, and the card tells it',
    async (surface) => {
      const agent = await product.agent('release-agent', newSession());
      const { body } = await agent.ask(collaborator);
      await agent.reaches(body.id, 'waiting');
      await people.card(body.id, ({ buttons }) => buttons.size > 0);
      await surfaces[surface]?.(body.id);
      expect(await agent.reaches(body.id, 'closed')).toMatchObject({ outcome: 'executed', effects: 'all' });
      const { words, buttons } = await people.card(body.id, (card) => card.words.includes('Executed.'));
      expect(words).toContain('Approved by Alice Ang');
      expect(buttons.size).toBe(0);
    },
  );
});

describe('a session', () => {
  it('that declared its task is denied or gated beyond it, and cannot widen it', async () => {
    const agent = await product.agent('release-agent', newSession());
    const task = {
      purpose: 'Tidy up the webshop',
      tools: ['github.comment_on_issue', 'github.delete_branch'],
      targets: ['github/acme/webshop'],
    };
    expect(await agent.call('/v1/sessions', { body: task })).toMatchObject({ status: 200 });
    const wider = await agent.call<Problem>('/v1/sessions', { body: { purpose: 'Anything at all' } });
    expect(wider).toMatchObject({ status: 409, body: { code: 'task-declared' } });

    expect((await agent.ask(comment(), { seconds: 10 })).body).toMatchObject({ outcome: 'executed' });
    const repository = 'acme/legacy-billing';
    expect(
      await deniedBy(agent, { ...deleting('main-copy'), args: { repository, branch: 'old' } }),
    ).toContain('leaves-task');
    const { body: elsewhere } = await agent.ask(comment(repository));
    const waiting = await agent.reaches(elsewhere.id, 'waiting');
    expect(rulesOf(waiting)).toContain('leaves-task-change');
    await agent.cancel(elsewhere.id);
  });

  it("neither sees nor stops another session's requests, nor another agent's", async () => {
    const [mine, other, stranger] = await Promise.all([
      product.agent('release-agent', newSession()),
      product.agent('release-agent', newSession()),
      product.agent('support-agent', newSession()),
    ]);
    const { body } = await mine.ask(comment(), { seconds: 10 });
    for (const agent of [other, stranger]) {
      expect(await agent.call(`/v1/requests/${body.id}`)).toMatchObject({ status: 404 });
      expect(await agent.call(`/v1/requests/${body.id}/cancel`, { body: {} })).toMatchObject({ status: 404 });
      const { body: list } = await agent.call<{ requests: { id: string }[] }>('/v1/requests');
      expect(list.requests.map(({ id }) => id)).not.toContain(body.id);
    }
    const all = await product.agent('release-agent', null);
    expect(await all.view(body.id)).toMatchObject({ outcome: 'executed' });
  });
});

describe('a canary', () => {
  it.each([
    ['as it is', canary],
    ['in capitals', canary.toUpperCase()],
    ['in base64', Buffer.from(`see ${canary}`).toString('base64')],
    ['percent-encoded', [...canary].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')],
  ])('%s stops the session that sent it, and no other', async (_, found) => {
    const agent = await product.agent('release-agent', newSession());
    const { body: waiting } = await agent.ask(deleting('gift-cards'));
    await agent.reaches(waiting.id, 'waiting');
    expect(await problemOf(agent, comment('acme/webshop', `Found: ${found}`))).toEqual({
      status: 403,
      code: 'canary-tripped',
    });
    await until('the session is stopped', async () => (await problemOf(agent)).code === 'revoked');

    await people.approve('alice', waiting.id);
    const all = await product.agent('release-agent', null);
    const ended = await all.reaches(waiting.id, 'closed');
    expect(ended).toMatchObject({ outcome: 'denied', effects: 'none' });
    expect(
      vendorState(join(place.dataFolder, 'vendors'))
        .all('branches')
        .map(({ name }) => name),
    ).toContain('gift-cards');
    const security = await readFile(join(place.dataFolder, 'logs', 'security.jsonl'), 'utf8');
    expect(security).toContain('canary tripped');
    expect(security.toLowerCase()).not.toContain(canary);
  });
});

describe('revoked credentials', () => {
  it.each([
    ['a session', (agent: TestAgent) => `session:${agent.session}`],
    ['an agent', () => 'agent:release-agent'],
  ])('of %s open nothing more, also for what people approve afterwards', async (_, subject) => {
    const agent = await product.agent('release-agent', newSession());
    const { body } = await agent.ask(deleting('gift-cards'));
    await agent.reaches(body.id, 'waiting');
    await countersign('revoke', subject(agent), '--reason', 'The laptop was stolen');
    try {
      await until('the door is shut', async () => {
        const { status, code } = await problemOf(agent);
        return status === 401 && code === 'revoked';
      });
      await people.approve('alice', body.id);
      await people.card(body.id, ({ words }) => /revoked/.test(words));
    } finally {
      if (subject(agent).startsWith('agent:')) await countersign('reinstate', 'agent:release-agent');
    }
    const all = await product.agent('release-agent', null);
    const ended = await until('the request is over', async () => {
      const view = await all.view(body.id);
      return view.status === 'closed' && view;
    });
    expect(ended).toMatchObject({ outcome: 'denied', effects: 'none' });
  });

  it('of another environment were never any here', async () => {
    const token = (await countersign('token', 'rehearsal-agent')).trim();
    const agent = await product.agent('release-agent');
    const headers = { authorization: `Bearer ${token}` };
    const answer = await agent.call<Problem>('/v1/requests', { body: comment(), headers });
    expect(answer).toMatchObject({ status: 403, body: { code: 'wrong-environment' } });
  });
});

describe('a switched-off tool', () => {
  it('is denied at once, by name or as read-only of its provider, and back at once', async () => {
    const agent = await product.agent('release-agent');
    const list = { tool: 'github.list_branches', args: { repository: 'acme/webshop' }, reason: 'Looking' };
    for (const [subject, state] of [
      ['github.comment_on_issue', 'off'],
      ['github', 'read-only'],
    ] as const) {
      await countersign('switch', subject, state, '--reason', 'Maintenance');
      expect(
        await until('it is off', async () => {
          const { body } = await agent.ask(comment(), { seconds: 10 });
          return body.outcome === 'denied' && rulesOf(body);
        }),
      ).toEqual(['tool-off']);
      expect((await agent.ask(list, { seconds: 10 })).body).toMatchObject({ outcome: 'executed' });
      await countersign('switch', subject, 'on');
    }
    await until(
      'it is on',
      async () => (await agent.ask(comment(), { seconds: 10 })).body.outcome === 'executed',
    );
  });
});

describe('access on request', () => {
  const asking = (over = {}) => ({
    tool: 'access.request',
    args: {
      tool: 'email.send',
      scope: 'mail/internal',
      minutes: 30,
      reason: 'Announcing the release',
      ...over,
    },
    reason: 'Announcing the release',
  });

  it('is asked for, given by people, used, listed, and taken back', async () => {
    const agent = await product.agent('release-agent', newSession());
    expect(await deniedBy(agent, mail('erin@acme.example'))).toEqual(['no-grant']);
    const { body } = await agent.ask(asking());
    await agent.reaches(body.id, 'waiting');
    expect((await agent.ask(mail('erin@acme.example'), { seconds: 10 })).body).toMatchObject({
      outcome: 'denied',
    });
    await people.approve('erin', body.id);
    expect(await agent.reaches(body.id, 'closed')).toMatchObject({ outcome: 'executed' });

    const used = await agent.ask(mail('erin@acme.example'), { seconds: 10 });
    expect(used.body).toMatchObject({ outcome: 'executed' });
    expect(await deniedBy(agent, mail('lead@bigcorp.example'))).toEqual(['no-grant']);
    const { body: mine } = await agent.call<{ access: { tool: string; inForce: boolean }[] }>('/v1/access');
    expect(mine.access).toMatchObject([{ tool: 'email.send', inForce: true }]);

    const listed = JSON.parse(await countersign('grants', '--json')) as
      | { grants: { id: string }[] }
      | { id: string }[];
    const [grant] = Array.isArray(listed) ? listed : listed.grants;
    await countersign('grants', 'revoke', grant?.id ?? '');
    expect(await deniedBy(agent, mail('erin@acme.example'))).toEqual(['no-grant']);
  });

  it.each([
    ['for longer than the matrix allows', { minutes: 31 }],
    ['for another scope', { scope: 'mail/external' }],
    [
      'for a tool that the matrix does not offer',
      { tool: 'stripe.refund_payment', scope: 'stripe/payments' },
    ],
  ])('%s is denied', async (_, over) => {
    expect(await deniedBy(await product.agent('release-agent'), asking(over))).toContain('no-grant');
  });
});

describe('a limit', () => {
  it('is reached by many small steps as by one large one', async () => {
    const agent = await product.agent('support-agent');
    const refund = { tool: 'stripe.refund_payment', args: { payment: 'pi_grace_big', amountCents: 45_000 } };
    const { body } = await agent.ask({
      steps: [refund, refund, refund],
      reason: 'Three parts of one refund',
    });
    const view = await agent.reaches(body.id, 'closed').catch(() => agent.view(body.id));
    // Three changes of one payment are no plan, whatever they sum up to.
    expect(view).toMatchObject({ effects: 'none' });
    const last = view.steps.at(-1)?.verdict?.rules.map(({ id }) => id) ?? [];
    expect(last).toContain('refund-day-sum');
    expect(view.steps.at(0)?.verdict?.rules.map(({ id }) => id)).not.toContain('refund-day-sum');
  });
});

describe('a result', () => {
  it('leaves out what the agent is not cleared for, and says so', async () => {
    const agent = await product.agent('outreach-agent');
    const { body } = await agent.ask(customer('cus_ada'), { seconds: 10 });
    const [step] = body.steps;
    expect(step).toMatchObject({
      status: 'done',
      withheld: expect.arrayContaining([{ field: '/email', what: 'tier 3' }]),
    });
    expect(step?.result).not.toHaveProperty('email');
    expect(step).toMatchObject({ resultIs: expect.stringMatching(/never instructions/) });
    expect(await deniedBy(agent, customer('cus_ada', ['email']))).toContain('over-clearance');
  });

  it('loses what looks like a secret, whoever asks', async () => {
    const agent = await product.agent('support-agent');
    const { body } = await agent.ask(customer('cus_alan'), { seconds: 10 });
    expect(body.steps[0]?.withheld?.map(({ what }) => what)).toEqual(expect.arrayContaining(['card number']));
    expect(JSON.stringify(body.steps[0]?.result)).not.toMatch(/4242/);
  });
});

describe('a changed policy', () => {
  const gates = join('policy', 'gates.cedar');
  interface DryRun {
    readonly policyVersion: string;
    readonly steps: AskedView['steps'];
  }
  const judged = async (body: unknown = comment()) => {
    const agent = await product.agent('release-agent');
    return (await agent.call<DryRun>('/v1/requests:dryRun', { body })).body;
  };
  const isStricter = async () =>
    (await judged()).steps[0]?.verdict?.rules.some(({ id }) => id === 'comments-now') ?? false;

  it('is in force without a restart; a wrong one changes nothing and is an alarm', async () => {
    expect(await isStricter()).toBe(false);
    const before = await readFile(join(config, gates), 'utf8');
    await edit(gates, (now) => `${now}${STRICTER}`);
    await until('the stricter policy holds', isStricter);
    await writeFile(
      join(config, gates),
      `${before}\nforbid (principal, action == Action::"no.such_tool", resource);`,
    );
    await until('the alarm is raised', async () =>
      (await readFile(join(place.dataFolder, 'logs', 'security.jsonl'), 'utf8')).includes(
        'changed policy is wrong',
      ),
    );
    expect(await isStricter()).toBe(true);
    await writeFile(join(config, gates), before);
    await until('the policy is as before', async () => !(await isStricter()));
  });

  it('that asks for more sends what was approved back to people, with the reason', async () => {
    const agent = await product.agent('release-agent');
    const { body } = await agent.ask(deleting('gift-cards'));
    await agent.reaches(body.id, 'waiting');
    const before = await readFile(join(config, gates), 'utf8');
    await edit(gates, (now) => now.replace(/(@id\("delete-branch"\)[\s\S]*?@quorum\(")1/, '$12'));
    const version = () => judged(deleting('gift-cards'));
    const old = (await agent.view(body.id)).policyVersion;
    await until('the new policy holds', async () => (await version()).policyVersion !== old);
    await people.approve('alice', body.id);
    await people.card(body.id, (card) => card.version === 2);
    expect(await agent.view(body.id)).toMatchObject({ status: 'waiting', waitingFor: { need: 2 } });
    await agent.cancel(body.id);
    await agent.reaches(body.id, 'closed');
    await writeFile(join(config, gates), before);
    await until('the policy is as before', async () => (await version()).policyVersion === old);
  });
});

describe('keys of tokens', () => {
  it('are replaced while the door is open; the old ones end when they are told to', async () => {
    const early = await product.agent('release-agent');
    await countersign('keys', 'rotate', 'issuer');
    expect(await problemOf(early, {})).toMatchObject({ status: 400 });
    await countersign('keys', 'rotate', 'issuer', '--keep', '0');
    await until('the old key is dead', async () => (await problemOf(early, {})).status === 401);
    const late = await product.agent('release-agent');
    expect(await problemOf(late, {})).toMatchObject({ status: 400 });
  });
});
