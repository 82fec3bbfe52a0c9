/** The agents' door of the running product: what it refuses, what it repeats, and that no secret ever leaves. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import type { Answer, AskedView, Problem, TestAgent } from '../support/agents.ts';
import { type OutsideWorld, openOutsideWorld } from '../support/outside-world.ts';
import { slackUser } from '../support/people.ts';
import { type Product, startProduct } from '../support/product.ts';
import { until } from '../support/until.ts';

const READ = {
  tool: 'github.list_branches',
  args: { repository: 'acme/webshop' },
  reason: 'Looking for branches that nobody needs',
};
const DELETION = {
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'old-checkout' },
  reason: 'Merged in May',
};

describe("the agents' door", () => {
  let world: OutsideWorld;
  let product: Product;
  let agent: TestAgent;
  const answers: string[] = [];
  beforeAll(async () => {
    world = await openOutsideWorld();
    product = await startProduct(world.place);
    agent = await product.agent('release-agent');
  }, 120_000);
  afterAll(async () => {
    await product.stop();
    await world.close();
  });
  afterEach(async () => {
    expect(await product.troubles()).toEqual([]);
  });

  /** Keeps every answer, for the search for secrets at the end. */
  async function kept<Body>(answer: Promise<Answer<Body>>): Promise<Answer<Body>> {
    const { status, headers, body } = await answer;
    answers.push(JSON.stringify([status, [...headers], body]));
    return { status, headers, body };
  }
  const problem = (path: string, call: Parameters<TestAgent['call']>[1], by = agent) =>
    kept(by.call<Problem>(path, call));
  const requests = async () =>
    (await agent.call<{ requests: readonly unknown[] }>('/v1/requests?limit=100')).body.requests.length;

  it('answers the same request to the same key, and refuses another body under it', async () => {
    const first = await kept(agent.ask(READ, { key: 'once-1', seconds: 10 }));
    const again = await kept(agent.ask(READ, { key: 'once-1', seconds: 10 }));
    expect(first.body).toMatchObject({ status: 'closed', outcome: 'executed' });
    expect(again.body.id).toBe(first.body.id);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);

    const other = { ...READ, reason: 'Something else' };
    const refused = await problem('/v1/requests', { body: other, headers: { 'idempotency-key': 'once-1' } });
    expect([refused.status, refused.body.code]).toEqual([409, 'key-reused']);
    // Another agent's keys are its own.
    const support = await product.agent('support-agent');
    const { body } = await kept(
      support.ask(
        { tool: 'stripe.get_customer', args: { customer: 'cus_ada' }, reason: 'Asked' },
        { key: 'once-1' },
      ),
    );
    expect(body.id).not.toBe(first.body.id);
  });

  it('starts one request for twenty asks with one key at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => kept(agent.ask(DELETION, { key: 'at-once' }))),
    );
    expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    await agent.reaches(all[0]?.body.id ?? '', 'waiting');
    await agent.cancel(all[0]?.body.id ?? '');
  });

  const steps = (count: number) =>
    Array.from({ length: count }, () => ({ tool: READ.tool, args: READ.args }));
  const refusals: readonly (readonly [
    string,
    Parameters<TestAgent['call']>[1],
    number,
    string,
    string | undefined,
  ])[] = [
    [
      'a body over 256 KiB',
      { body: { ...READ, reason: 'x'.repeat(262_144) } },
      413,
      'body-too-large',
      undefined,
    ],
    ['a body that is no JSON', { raw: '{"tool":' }, 400, 'bad-json', undefined],
    ['an unknown field', { body: { ...READ, priority: 'high' } }, 400, 'unknown-field', '/priority'],
    [
      'an unknown argument',
      { body: { ...READ, args: { ...READ.args, force: true } } },
      400,
      'unknown-field',
      '/args/force',
    ],
    ['21 steps', { body: { steps: steps(21), reason: 'Many' } }, 400, 'too-many-steps', '/steps'],
    ['an unknown tool', { body: { ...READ, tool: 'github.rename_org' } }, 400, 'unknown-tool', '/tool'],
    ['a missing reason', { body: { tool: READ.tool, args: READ.args } }, 400, 'invalid-field', '/reason'],
    [
      'a person nobody knows',
      { body: { ...READ, onBehalfOf: 'mallory' } },
      400,
      'invalid-field',
      '/onBehalfOf',
    ],
    [
      'a key with a space',
      { body: READ, headers: { 'idempotency-key': 'a b' } },
      400,
      'invalid-field',
      'idempotency-key',
    ],
    [
      'a token of nobody',
      { body: READ, headers: { authorization: 'Bearer e30.e30.x' } },
      401,
      'unauthenticated',
      undefined,
    ],
  ];
  it.each(refusals)('refuses %s and starts nothing', async (_, call, status, code, field) => {
    const before = await requests();
    const answer = await problem('/v1/requests', call);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    if (field !== undefined) expect(answer.body.errors?.map((one) => one.field)).toContain(field);
    expect(await requests()).toBe(before);
  });

  it('runs 20 steps', async () => {
    const { body } = await kept(
      agent.ask({ steps: steps(20), reason: 'As many as there may be' }, { seconds: 20 }),
    );
    expect(body).toMatchObject({ status: 'closed', outcome: 'executed' });
    expect(body.steps.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'done'));
  });

  it("does not show, cancel or list another agent's request", async () => {
    const { body } = await kept(agent.ask(READ, { seconds: 10 }));
    const support = await product.agent('support-agent');
    for (const call of [{}, { body: {} }] as const) {
      const path = `/v1/requests/${body.id}${'body' in call ? '/cancel' : ''}`;
      const answer = await problem(path, call, support);
      expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
    }
    const { body: list } = await kept(
      support.call<{ requests: readonly { id: string }[] }>('/v1/requests?limit=100'),
    );
    expect(list.requests.map(({ id }) => id)).not.toContain(body.id);
  });

  it('lets a suspended agent do nothing', async () => {
    const retired = await product.agent('retired-agent');
    for (const [path, call] of [
      ['/v1/requests', { body: READ }],
      ['/v1/tools', {}],
      ['/v1/requests:dryRun', { body: READ }],
    ] as const) {
      const answer = await problem(path, call, retired);
      expect([answer.status, answer.body.code]).toEqual([403, 'agent-suspended']);
    }
  });

  it('waits as long as the caller prefers, and no longer', async () => {
    const startedAt = performance.now();
    const none = await kept(agent.ask(DELETION));
    expect(none.status).toBe(202);
    expect(none.headers.get('preference-applied')).toBe('wait=0');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await agent.reaches(none.body.id, 'waiting');

    const path = `/v1/requests/${none.body.id}`;
    const second = await kept(agent.call<AskedView>(path, { headers: { prefer: 'wait=1' } }));
    expect([second.status, second.headers.get('retry-after')]).toEqual([202, '10']);
    // A wait that the answer cuts short.
    const waited = kept(agent.call<AskedView>(path, { headers: { prefer: 'wait=30' } }));
    await world.people.approve('alice', none.body.id);
    expect((await waited).body).toMatchObject({ status: 'closed', outcome: 'executed' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('cancels what waits and refuses to cancel what is closed', async () => {
    const { body } = await kept(agent.ask({ ...DELETION, args: { ...DELETION.args, branch: 'gift-cards' } }));
    await agent.reaches(body.id, 'waiting');
    expect((await kept(agent.cancel(body.id))).status).toBeLessThan(300);
    expect(await agent.reaches(body.id, 'closed')).toMatchObject({ outcome: 'cancelled', effects: 'none' });
    await world.people.card(body.id, ({ words }) => words.includes('Cancelled.'));
    const again = await problem(`/v1/requests/${body.id}/cancel`, { body: {} });
    expect([again.status, again.body.code]).toEqual([409, 'already-closed']);
  });

  it('tells what failed at a vendor in our words, after trying as often as is worth it', async () => {
    const comment = {
      tool: 'github.comment_on_issue',
      args: { repository: 'acme/webshop', number: 1, body: 'Found it' },
      reason: 'Telling the reporter',
    };
    const prefix = {
      provider: 'github',
      method: 'POST',
      pathPrefix: '/repos/acme/webshop/issues/1/comments',
    } as const;
    world.vendors.failNext({ ...prefix, status: 503, times: 1 });
    expect((await kept(agent.ask(comment, { seconds: 20 }))).body).toMatchObject({ outcome: 'executed' });
    world.vendors.failNext({ ...prefix, status: 403, times: 1 });
    const { body } = await kept(agent.ask(comment, { seconds: 20 }));
    expect(body).toMatchObject({
      outcome: 'failed',
      effects: 'none',
      message: expect.stringContaining('GitHub answered 403'),
    });
  });

  it('lets no secret into logs, histories, Slack or answers', async () => {
    world.slack.failNext({ method: 'chat.update', status: 500, times: 1 });
    world.vendors.failNext({
      provider: 'github',
      method: 'GET',
      pathPrefix: '/repos/acme/webshop',
      status: 401,
      times: 1,
    });
    await kept(agent.ask(READ, { seconds: 10 }));
    const keys = Object.values(await loadOrCreateKeys(join(product.dataFolder, 'keys')));
    const secrets = [...world.secrets, ...keys.map(({ privateJwk }) => privateJwk.d ?? '')];
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);

    const places = new Map<string, string>([
      ['answers', answers.join('\n')],
      ['histories', await histories()],
    ]);
    const logs = join(product.dataFolder, 'logs');
    for (const name of await readdir(logs)) places.set(name, await readFile(join(logs, name), 'utf8'));
    for (const user of ['alice', 'dana', 'guest'])
      places.set(user, JSON.stringify(world.slack.snapshot(slackUser(user))));
    expect([...places.keys()]).toEqual(expect.arrayContaining(['countersign.jsonl', 'security.jsonl']));
    for (const [where, text] of places) {
      expect(text.length, where).toBeGreaterThan(
        where === 'security.jsonl' || where === 'temporal.log' ? -1 : 200,
      );
      for (const [index, secret] of secrets.entries())
        expect(text.includes(secret), `secret ${index} in ${where}`).toBe(false);
    }
    expect(places.get('histories')).toContain('old-checkout');
  });

  /** Every history with its payloads readable. */
  async function histories(): Promise<string> {
    const connection = await Connection.connect({ address: product.temporal });
    try {
      const { workflow } = new Client({ connection });
      return await until('histories can be listed', async () => {
        const found: string[] = [];
        for await (const { workflowId, memo, searchAttributes } of workflow.list()) {
          const history = await workflow.getHandle(workflowId).fetchHistory();
          found.push(JSON.stringify([memo, searchAttributes, history], readable));
        }
        return found.length >= 8 && found.join('\n');
      });
    } finally {
      await connection.close();
    }
  }
});

/** Payloads as text: histories write their bytes as base64 under "data". */
function readable(name: string, value: unknown): unknown {
  return name === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value;
}
