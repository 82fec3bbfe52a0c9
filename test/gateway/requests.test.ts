import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type OpenDoor, openDoor } from './open-door.ts';

const ASK = {
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'old' },
  reason: 'Merged long ago',
};
const NOW_WAIT = { prefer: 'wait=0' };

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

async function ask(
  body: object = ASK,
  headers: Record<string, string> = NOW_WAIT,
  agent = 'release-agent',
): Promise<Answer> {
  return await door.call('/v1/requests', { body, headers, agent });
}

describe('POST /v1/requests', () => {
  test('hands over exactly what was asked, parsed', async () => {
    const steps = [
      { tool: 'github.delete_branch', args: { repository: 'acme/webshop', branch: 'old' } },
      { tool: 'email.send', args: { to: ['a@acme.example'], text: 'Gone' } },
    ];
    await ask(
      {
        ...{ steps, reason: ' Merged long ago ', onBehalfOf: 'alice', requestedBy: 'dana' },
        ...{ confidence: 0.5, waitAtMostSeconds: 60 },
      },
      { ...NOW_WAIT, 'idempotency-key': 'k1' },
    );
    expect(door.requests.started.at(-1)).toEqual({
      agent: 'release-agent',
      token: expect.stringMatching(/^tok_/),
      key: 'k1',
      reason: 'Merged long ago',
      onBehalfOf: 'alice',
      requestedBy: 'dana',
      confidence: 0.5,
      waitAtMostMs: 60_000,
      steps: [
        steps[0],
        { tool: 'email.send', args: { to: ['a@acme.example'], text: 'Gone', recallMinutes: 10 } },
      ],
    });
  });

  test('leaves out what was not said', async () => {
    await ask();
    const { tool, args, reason } = ASK;
    expect(door.requests.started.at(-1)).toEqual({
      ...{ agent: 'release-agent', reason, steps: [{ tool, args }] },
      token: expect.stringMatching(/^tok_/),
    });
  });

  test('answers 202 with a handle while the request is open', async () => {
    const { status, headers, body } = await ask();
    expect(status).toBe(202);
    expect(headers.get('retry-after')).toBe('10');
    expect(headers.get('preference-applied')).toBe('wait=0');
    expect(headers.get('location')).toBe(body.links.self);
    expect(headers.has('idempotency-replayed')).toBe(false);
    expect(body).toMatchObject({ status: 'waiting', waitingFor: { groups: ['platform'], need: 1, have: 0 } });
    expect(body.links).toEqual({
      self: `/v1/requests/${body.id}`,
      history: `http://temporal.example/${body.id}`,
    });
  });

  test('answers 200 with the outcome when it comes within the wait', async () => {
    door.requests.closeAtOnceWith({ outcome: 'denied', effects: 'none', message: 'Not here' });
    const { status, headers, body } = await ask({ ...ASK, confidence: 0.42 }, {});
    door.requests.closeAtOnceWith(undefined);
    expect(status).toBe(200);
    expect(headers.has('retry-after')).toBe(false);
    expect(headers.has('preference-applied')).toBe(false);
    expect(body).toMatchObject({ status: 'closed', outcome: 'denied', effects: 'none', message: 'Not here' });
  });

  test('answers a repeated key with the same request and says so', async () => {
    const headers = { ...NOW_WAIT, 'idempotency-key': 'twice' };
    const first = await ask(ASK, headers);
    const count = door.requests.started.length;
    const second = await ask(ASK, headers);
    expect(second.body.id).toBe(first.body.id);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(door.requests.started).toHaveLength(count);
  });

  test('refuses a repeated key with another body', async () => {
    const headers = { ...NOW_WAIT, 'idempotency-key': 'reused' };
    await ask(ASK, headers);
    expect(await ask({ ...ASK, reason: 'Another' }, headers)).toMatchObject({
      status: 409,
      body: { code: 'key-reused' },
    });
  });

  test('lets two agents use one key apart', async () => {
    const headers = { ...NOW_WAIT, 'idempotency-key': 'shared' };
    const body = { tool: 'email.send', args: { to: [], text: 'x' }, reason: 'r' };
    const mine = await ask(body, headers);
    const theirs = await ask(body, headers, 'outreach-agent');
    expect(theirs.body.id).not.toBe(mine.body.id);
    expect(theirs.body.agent).toBe('outreach-agent');
  });

  test('says where the request is even when reading it fails afterwards', async () => {
    const { settled } = door.requests;
    door.requests.settled = () => Promise.reject(new Error('connection lost'));
    const answer = await ask(ASK, { prefer: 'wait=1' });
    door.requests.settled = settled;
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    expect(answer.headers.get('location')).toMatch(/^\/v1\/requests\/req_\d+$/);
    expect(JSON.stringify(answer.body)).not.toContain('connection lost');
  });
});

describe('GET /v1/requests/{id}', () => {
  test('waits for the outcome as long as preferred', async () => {
    const { body } = await ask();
    const reading = door.call(`/v1/requests/${body.id}`, { headers: { prefer: 'wait=20' } });
    door.requests.close(body.id, { outcome: 'rejected', effects: 'none', message: 'No' });
    expect(await reading).toMatchObject({ status: 200, body: { outcome: 'rejected' } });
  });

  test('answers 202 as long as it is open', async () => {
    const { body } = await ask();
    const answer = await door.call(`/v1/requests/${body.id}`, { headers: NOW_WAIT });
    expect(answer).toMatchObject({ status: 202, body: { id: body.id, status: 'waiting' } });
  });

  test.each([
    ["another agent's", async () => (await ask(ASK, NOW_WAIT, 'outreach-agent')).body.id as string],
    ['an unknown', async () => 'req_nobody'],
    ['a strange', async () => '..%2f..%2fetc'],
  ])('knows nothing of %s request', async (_, id) => {
    const answer = await door.call(`/v1/requests/${await id()}`, { headers: NOW_WAIT });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});

describe('POST /v1/requests/{id}/cancel', () => {
  test('stops an open request', async () => {
    const { body } = await ask();
    const answer = await door.call(`/v1/requests/${body.id}/cancel`, { method: 'POST' });
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'cancelled', effects: 'none' } });
  });

  test('takes an empty object as body and nothing else', async () => {
    const { body } = await ask();
    const path = `/v1/requests/${body.id}/cancel`;
    expect(await door.call(path, { body: { force: true } })).toMatchObject({
      status: 400,
      body: { code: 'unknown-field', errors: [{ field: '/force' }] },
    });
    expect(await door.call(path, { body: {} })).toMatchObject({ status: 200 });
  });

  test('refuses what is closed', async () => {
    const { body } = await ask();
    door.requests.close(body.id);
    expect(await door.call(`/v1/requests/${body.id}/cancel`, { method: 'POST' })).toMatchObject({
      status: 409,
      body: { code: 'already-closed' },
    });
  });

  test("does not touch another agent's request", async () => {
    const { body } = await ask();
    const answer = await door.call(`/v1/requests/${body.id}/cancel`, {
      method: 'POST',
      agent: 'outreach-agent',
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await door.requests.view(body.id)).toMatchObject({ status: 'waiting' });
  });
});

describe('GET /v1/requests', () => {
  test("lists this agent's requests only, by status", async () => {
    const own = await door.call('/v1/requests?status=waiting&limit=100');
    expect(own.status).toBe(200);
    expect(own.body.requests.length).toBeGreaterThan(1);
    for (const { agent, status } of own.body.requests)
      expect({ agent, status }).toEqual({ agent: 'release-agent', status: 'waiting' });
    const theirs = await door.call('/v1/requests', { agent: 'outreach-agent' });
    for (const { agent } of theirs.body.requests) expect(agent).toBe('outreach-agent');
  });

  test('keeps the limit', async () => {
    expect((await door.call('/v1/requests?limit=2')).body.requests).toHaveLength(2);
  });

  test.each([
    ['status=open', 'invalid-field', 'status'],
    ['limit=0', 'invalid-field', 'limit'],
    ['limit=101', 'invalid-field', 'limit'],
    ['limit=1.5', 'invalid-field', 'limit'],
    ['limit=x', 'invalid-field', 'limit'],
    ['agent=outreach-agent', 'unknown-field', 'agent'],
  ])('refuses ?%s', async (query, code, field) => {
    expect(await door.call(`/v1/requests?${query}`)).toMatchObject({
      status: 400,
      body: { code, errors: [{ field }] },
    });
  });
});

describe('GET /v1/tools', () => {
  test('lists what this agent may ask for, with the schema of its arguments', async () => {
    const all = await door.call('/v1/tools');
    expect(all.body.tools.map((tool: { name: string }) => tool.name)).toEqual([
      'email.send',
      'github.delete_branch',
    ]);
    const { body } = await door.call('/v1/tools', { agent: 'outreach-agent' });
    expect(body.tools).toHaveLength(1);
    expect(body.tools[0]).toMatchObject({
      ...{ name: 'email.send', effect: 'message', reversibility: 'reversible' },
      input: { type: 'object', required: ['to', 'text'], additionalProperties: false },
    });
  });
});

describe('authentication', () => {
  test.each([
    ['POST', '/v1/requests'],
    ['POST', '/v1/requests:dryRun'],
    ['GET', '/v1/requests'],
    ['GET', '/v1/requests/req_1'],
    ['POST', '/v1/requests/req_1/cancel'],
    ['GET', '/v1/tools'],
    ['POST', '/v1/sessions'],
    ['GET', '/v1/sessions/current'],
    ['GET', '/v1/access'],
  ])('%s %s refuses a call without a token before reading it', async (method, path) => {
    const count = door.requests.started.length;
    const body = method === 'POST' ? '{not json' : undefined;
    const answer = await door.call(path, { method, body, agent: null });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(door.requests.started).toHaveLength(count);
  });

  test('refuses a suspended agent with a problem of its own', async () => {
    expect(await ask(ASK, NOW_WAIT, 'retired-agent')).toMatchObject({
      status: 403,
      body: { code: 'agent-suspended' },
    });
  });
});
