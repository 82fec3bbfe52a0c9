import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, test, vi } from 'vitest';
import type { RequestInput } from '../../src/domain/request.ts';
import type { NewRequest } from '../../src/orchestrator/requests.ts';
import { createRequests } from '../../src/orchestrator/temporal-requests.ts';
import { COMMENT, deleting, LIST, LOST_AGENT, newAgent, openOrchestra } from './orchestra.ts';

const { deps, client, requests, start, waiting, sign, signQuestion, proofs } = await openOrchestra();
const UNKNOWN = `req_${'a'.repeat(26)}`;
const SETTLE_MS = 10_000;

/** `ask` with other values; `undefined` takes a field out. */
const changed = (ask: NewRequest, other: object) =>
  JSON.parse(JSON.stringify({ ...ask, ...other })) as NewRequest;

const branches = async () => {
  const { id } = await start();
  const result = (await requests.settled(id, SETTLE_MS))?.steps[0]?.result;
  return JSON.stringify(result);
};

describe('start()', () => {
  const ask = () => ({ agent: newAgent(), reason: 'the test wants it', steps: [LIST], key: 'ticket 4711' });

  test('starts a request once for one key, also ten times at once', async () => {
    const one = ask();
    const started = await Promise.all(Array.from({ length: 10 }, () => requests.start(one)));
    expect(new Set(started.map(({ id }) => id)).size).toBe(1);
    expect(started.filter(({ created }) => created)).toHaveLength(1);
  });

  test('finds the request of a key again when it is closed', async () => {
    const one = ask();
    const { id } = await requests.start(one);
    expect(await requests.settled(id, SETTLE_MS)).toMatchObject({ status: 'closed' });
    expect(await requests.start(one)).toEqual({ id, created: false });
  });

  test.each([
    { title: 'other steps', other: { steps: [LIST, LIST] } },
    { title: 'another reason', other: { reason: 'something else' } },
    { title: 'another person it acts for', other: { onBehalfOf: 'erin' } },
    { title: 'another person who prompted it', other: { requestedBy: 'erin' } },
    { title: 'another confidence', other: { confidence: 0.5 } },
    { title: 'another deadline', other: { waitAtMostMs: 60_000 } },
    { title: 'no session', other: { session: undefined } },
    { title: 'another session', other: { session: 'ses_2' } },
  ])('refuses a key that came before with $title', async ({ other }) => {
    const { session, ...one } = { ...ask(), session: 'ses_1' };
    await requests.start({ ...one, session });
    await expect(requests.start(changed({ ...one, session }, other))).rejects.toMatchObject({
      code: 'key-reused',
    });
  });

  test('finds the request of a key again with another token of the session', async () => {
    const one = { ...ask(), session: 'ses_1' };
    const { id } = await requests.start({ ...one, token: 'tok_1' });
    expect(await requests.start({ ...one, token: 'tok_2' })).toEqual({ id, created: false });
  });

  test('seals the session and the token, and hands no token to the workflow', async () => {
    const { id } = await start({ session: 'ses_1', token: 'tok_1' });
    const { events } = await client.workflow.getHandle(id).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data ?? '';
    const { seal, session, ...rest } = JSON.parse(Buffer.from(input).toString()) as RequestInput;
    expect(session).toBe('ses_1');
    expect(await proofs.seals.verify(seal)).toMatchObject({ session: 'ses_1', token: 'tok_1' });
    expect(JSON.stringify(rest)).not.toContain('tok_1');
  });

  test('seals who prompted the agent, and nobody where nobody did', async () => {
    for (const [asked, sealed] of [
      [{ requestedBy: 'erin' }, 'erin'],
      [{}, null],
    ] as const) {
      const { id } = await start(asked);
      const { events } = await client.workflow.getHandle(id).fetchHistory();
      const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data ?? '';
      const { seal, requestedBy } = JSON.parse(Buffer.from(input).toString()) as RequestInput;
      expect(requestedBy).toBe(asked.requestedBy);
      expect(await proofs.seals.verify(seal)).toMatchObject({ requestedBy: sealed });
    }
  });

  test('is refused where this process has no secret for ids, and no secret at all is refused at once', async () => {
    const agent = newAgent();
    const without = createRequests({ ...deps, idSecret: null });
    await expect(without.start({ ...ask(), agent })).rejects.toMatchObject({ code: 'internal' });
    expect(() => createRequests({ ...deps, idSecret: '' })).toThrow(
      expect.objectContaining({ code: 'misconfigured' }),
    );
  });

  test('keeps the keys of two agents apart, and starts anew without a key', async () => {
    const { key: _, ...keyless } = ask();
    const started = await Promise.all([ask(), ask(), keyless, keyless].map((one) => requests.start(one)));
    expect(started.every(({ created }) => created)).toBe(true);
    expect(new Set(started.map(({ id }) => id)).size).toBe(4);
  });

  test('leaves no customer text where operators look: id, memo, summary, search attributes', async () => {
    const secretive = { ...ask(), reason: 'Ada Byron, ada@customer.example', onBehalfOf: 'erin' };
    const { id } = await requests.start(secretive);
    const described = await client.workflow.getHandle(id).describe();
    const { memo, typedSearchAttributes } = described;
    const shown = JSON.stringify([id, memo, typedSearchAttributes, await described.staticSummary()]);
    for (const text of ['Ada', 'ticket', 'erin', 'customer.example']) expect(shown).not.toContain(text);
    expect(await described.staticSummary()).toBe(
      `${secretive.agent}: github.list_branches on github/acme/webshop`,
    );
  });
});

describe('view() and settled()', () => {
  test('show a request to its agent only', async () => {
    const { id, agent } = await start();
    expect(await requests.settled(id, SETTLE_MS, { agent })).toMatchObject({ outcome: 'executed', agent });
    expect(await requests.view(id, { agent })).toMatchObject({ outcome: 'executed' });
    expect(await requests.view(id, { agent: newAgent() })).toBeUndefined();
    expect(await requests.settled(id, 100, { agent: newAgent() })).toBeUndefined();
  });

  test('show a request of a session to this session, and to its agent without one', async () => {
    const { id, agent } = await start({ session: 'ses_1' });
    for (const asker of [{ agent, session: 'ses_1' }, { agent, session: null }, { agent }]) {
      expect(await requests.settled(id, SETTLE_MS, asker)).toMatchObject({ outcome: 'executed' });
      expect(await requests.view(id, asker)).toMatchObject({ outcome: 'executed' });
    }
  });

  test.each([
    { title: 'another session', session: 'ses_2' },
    { title: 'a session named alike', session: 'SES_1' },
    { title: 'a session without a name', session: '' },
    { title: "the session's name at another agent", session: 'ses_1', other: true },
  ])('show nothing of a request to $title', async ({ session, other = false }) => {
    const { id, agent } = await start({ session: 'ses_1', steps: [LIST, deleting('gift-cards')] });
    await waiting(id);
    const asker = { agent: other ? newAgent() : agent, session };
    expect(await requests.view(id, asker)).toBeUndefined();
    expect(await requests.settled(id, 100, asker)).toBeUndefined();
    await expect(requests.cancel(id, asker)).rejects.toMatchObject({ code: 'not-found' });
    expect(await requests.view(id)).toMatchObject({ status: 'waiting' });
    await requests.cancel(id, { agent, session: 'ses_1' });
    expect(await requests.settled(id, SETTLE_MS, asker)).toBeUndefined();
  });

  test('show a request without a session to no session', async () => {
    const { id, agent } = await start();
    expect(await requests.settled(id, SETTLE_MS, { agent, session: 'ses_1' })).toBeUndefined();
    expect(await requests.settled(id, SETTLE_MS, { agent })).toMatchObject({ outcome: 'executed' });
  });

  test.each([UNKNOWN, 'req_', '', "req_' OR 1=1", randomUUID()])('know nothing of "%s"', async (id) => {
    expect(await requests.view(id)).toBeUndefined();
    expect(await requests.settled(id, 100)).toBeUndefined();
    expect(await requests.timeline(id)).toEqual([]);
  });

  test('settled() waits no longer than told for people', async () => {
    const { id } = await start({ steps: [deleting('gift-cards')] });
    await waiting(id);
    const before = performance.now();
    expect(await requests.settled(id, 300)).toMatchObject({ status: 'waiting' });
    expect(performance.now() - before).toBeLessThan(3_000);
    await requests.cancel(id);
  });

  test('settled() answers as soon as the request is closed', async () => {
    const { id } = await start({ steps: [deleting('gift-cards')] });
    await waiting(id);
    const settling = requests.settled(id, 20_000);
    const before = performance.now();
    await requests.cancel(id);
    expect(await settling).toMatchObject({ status: 'closed', outcome: 'cancelled', effects: 'none' });
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe('a request that an operator terminated', () => {
  const terminate = (id: string) => client.workflow.getHandle(id).terminate('an operator said so');
  const halted = { status: 'closed', outcome: 'halted', mayRevise: false };

  test.each([
    { title: 'reads nothing changed after a read', steps: [LIST], effects: 'none' },
    { title: 'reads some changed after a change', steps: [COMMENT], effects: 'some' },
  ])('$title', async ({ steps, effects }) => {
    const { id } = await start({ steps: [...steps, deleting('gift-cards')] });
    await waiting(id);
    await terminate(id);
    const view = await requests.view(id);
    expect(view).toMatchObject({
      ...halted,
      effects,
      message: 'An operator ended the request; nothing was undone.',
      steps: [{ status: 'done' }, { status: 'skipped' }],
      closedAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(view).not.toHaveProperty('waitingFor');
    expect(await requests.settled(id, SETTLE_MS)).toEqual(view);
    await expect(requests.cancel(id)).rejects.toMatchObject({ code: 'already-closed' });
    expect((await requests.timeline(id)).at(-1)).toMatchObject({ kind: 'problem' });
  });

  test('before any worker saw it reads as asked, with nothing run', async () => {
    const idle = createRequests({ ...deps, workflowQueue: `nobody-${randomUUID()}` });
    const agent = newAgent();
    const { id } = await idle.start({ agent, reason: 'a test', steps: [COMMENT] });
    expect(await idle.view(id, { agent })).toMatchObject({
      id,
      agent,
      status: 'running',
      steps: [{ tool: COMMENT.tool, status: 'pending' }],
    });
    await terminate(id);
    expect(await idle.view(id)).toMatchObject({ ...halted, effects: 'none', steps: [{ status: 'skipped' }] });
  });
});

describe('a request whose agent the directory cannot answer for', () => {
  test('fails with nothing run, says why, and does not say where', async () => {
    const { id } = await start({ agent: LOST_AGENT, steps: [COMMENT] });
    expect(await requests.settled(id, SETTLE_MS)).toMatchObject({
      status: 'closed',
      outcome: 'failed',
      effects: 'none',
      message: 'Cannot judge: the directory of agents does not answer',
      steps: [{ status: 'skipped' }],
    });
    const lines = (await requests.timeline(id)).map(({ kind, text }) => `${kind}: ${text}`);
    expect(lines).toContain(
      'problem: Could not judge the request: Cannot judge: the directory of agents does not answer',
    );
    expect(lines.join()).not.toContain('/etc');
  });
});

describe('answer()', () => {
  test('answers what an approver asked, once, for the asking agent only', async () => {
    const { id, agent } = await start({ steps: [deleting('gift-cards')] });
    const { version, digest = '' } = await waiting(id);
    const question = { id: 'q_1', request: id, version, digest, person: 'alice', text: 'Who uses it?' };
    const at = new Date().toISOString();
    expect(await requests.question(id, await signQuestion({ ...question, surface: 'slack', at }))).toBe(
      'recorded',
    );
    await vi.waitFor(async () => expect((await requests.view(id))?.questions).toHaveLength(1), {
      timeout: 5_000,
    });
    const given = { question: 'q_1', text: 'Nobody since March.' };
    await expect(requests.answer(id, given, { agent: 'other-agent' })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(requests.answer(id, { ...given, question: 'q_2' }, { agent })).rejects.toMatchObject({
      code: 'not-found',
    });
    const both = await Promise.allSettled([
      requests.answer(id, given, { agent }),
      requests.answer(id, { ...given, text: 'Everybody.' }, { agent }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'already-answered' },
    });
    const { questions: [stands] = [] } = (await requests.view(id)) ?? {};
    const again = { question: 'q_1', text: stands?.answer ?? '' };
    expect(await requests.answer(id, again, { agent })).toMatchObject({ questions: [stands] });

    await requests.cancel(id);
    await requests.settled(id, SETTLE_MS);
    await expect(requests.answer(id, { ...given, text: 'Late' }, { agent })).rejects.toMatchObject({
      code: 'already-answered',
    });
    await expect(requests.answer('req_none', given)).rejects.toMatchObject({ code: 'not-found' });
    expect(await requests.question(id, 'jws')).toBe('closed');
    expect((await requests.timeline(id)).map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'A signed question arrived',
        'alice asked the agent a question',
        'The agent answered a question',
      ]),
    );
  });
});

describe('decide()', () => {
  test('makes a decision durable, and the request goes on', async () => {
    const { id } = await start({ steps: [deleting('old-checkout')] });
    const view = await waiting(id);
    expect(await branches()).toContain('old-checkout');
    expect(await requests.decide(id, await sign(view, 'alice'))).toBe('recorded');
    expect(await requests.settled(id, SETTLE_MS)).toMatchObject({ outcome: 'executed', effects: 'all' });
    expect(await branches()).not.toContain('old-checkout');
    expect((await requests.timeline(id)).map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'Judged: approve (delete-branch)',
        'alice said approve (1 of 1)',
        'Ran step 1: github.delete_branch',
        'Closed as executed: The step ran.',
      ]),
    );
  });

  test('records a decision that does not count, with the reason in the timeline', async () => {
    const { id } = await start({ steps: [deleting('gift-cards')] });
    const view = await waiting(id);
    for (const jws of ['no signature at all', await sign(view, 'dana')]) {
      expect(await requests.decide(id, jws)).toBe('recorded');
    }
    await vi.waitFor(async () => {
      const refused = (await requests.timeline(id)).filter(({ text }) =>
        text.startsWith('Refused a decision'),
      );
      expect(refused).toHaveLength(2);
    });
    expect(await requests.view(id)).toMatchObject({ status: 'waiting', waitingFor: { have: 0 } });
    await requests.decide(id, await sign(view, 'bob', 'deny'));
    expect(await requests.settled(id, SETTLE_MS)).toMatchObject({ outcome: 'rejected', effects: 'none' });
  });

  test('says "closed" and "unknown"', async () => {
    const { id } = await start();
    await requests.settled(id, SETTLE_MS);
    await client.workflow.getHandle(id).result();
    expect(await requests.decide(id, 'jws')).toBe('closed');
    expect(await requests.decide(UNKNOWN, 'jws')).toBe('unknown');
    expect(await requests.decide('../../etc', 'jws')).toBe('unknown');
  });
});

describe('cancel()', () => {
  test('undoes what ran', async () => {
    const { id } = await start({ steps: [COMMENT, deleting('gift-cards')] });
    await waiting(id);
    await requests.cancel(id);
    expect(await requests.settled(id, SETTLE_MS)).toMatchObject({
      outcome: 'cancelled',
      effects: 'none',
      steps: [{ status: 'undone' }, { status: 'skipped' }],
    });
  });

  test('refuses what is closed or unknown', async () => {
    const { id } = await start();
    await requests.settled(id, SETTLE_MS);
    await expect(requests.cancel(id)).rejects.toMatchObject({
      code: 'already-closed',
      message: `Cannot cancel "${id}": it is closed as "executed"`,
    });
    for (const other of [UNKNOWN, 'nonsense']) {
      await expect(requests.cancel(other)).rejects.toMatchObject({ code: 'not-found' });
    }
  });
});

describe('list()', () => {
  test('finds the requests of one agent, by status, newest state first known', async () => {
    const agent = newAgent();
    const { id: done } = await start({ agent });
    const { id: open } = await start({ agent, steps: [LIST, deleting('gift-cards')] });
    await Promise.all([requests.settled(done, SETTLE_MS), waiting(open)]);
    const ids = async (status?: 'running' | 'waiting' | 'closed') =>
      (await requests.list({ asker: { agent }, limit: 10, ...(status === undefined ? {} : { status }) })).map(
        ({ id }) => id,
      );
    await vi.waitFor(
      async () => {
        expect((await ids()).toSorted()).toEqual([done, open].toSorted());
        expect(await ids('closed')).toEqual([done]);
        expect(await ids('waiting')).toEqual([open]);
        expect(await ids('running')).toEqual([]);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await requests.list({ asker: { agent }, status: 'waiting', limit: 1 })).toMatchObject([
      {
        id: open,
        agent,
        status: 'waiting',
        risk: 'medium',
        tools: ['github.list_branches', 'github.delete_branch'],
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    ]);
    expect(await requests.list({ asker: { agent }, limit: 1 })).toHaveLength(1);
    await client.workflow.getHandle(open).terminate('an operator said so');
    await vi.waitFor(async () => expect((await ids('closed')).toSorted()).toEqual([done, open].toSorted()), {
      timeout: 10_000,
      interval: 100,
    });
    expect(await requests.list({ asker: { agent }, status: 'waiting', limit: 10 })).toEqual([]);
  });

  test("finds a session's requests only, and all of the agent's without one", async () => {
    const agent = newAgent();
    const asked = await Promise.all(
      [{ session: 'ses_1' }, { session: 'ses_1' }, { session: 'ses_2' }, {}].map((of) =>
        start({ agent, ...of }),
      ),
    );
    const [first, second, third] = asked.map(({ id }) => id);
    const ids = async (session: string | null, limit = 10) =>
      (await requests.list({ asker: { agent, session }, limit })).map(({ id }) => id).toSorted();
    await vi.waitFor(async () => expect(await ids(null)).toHaveLength(4), { timeout: 10_000, interval: 100 });
    expect(await ids('ses_1')).toEqual([first, second].toSorted());
    expect(await ids('ses_2')).toEqual([third]);
    expect(await ids('ses_1', 1)).toHaveLength(1);
    expect(await ids('')).toEqual([]);
    expect(await requests.list({ asker: { agent: newAgent(), session: 'ses_1' }, limit: 10 })).toEqual([]);
  });

  test.each([
    "x' OR WorkflowType = 'Request",
    "x' OR '1' = '1",
    "release' --",
    String.raw`x\' OR WorkflowType = \'Request`,
    '*',
    '%',
    '"',
    '',
    '\u0000',
    'x'.repeat(500),
  ])('finds nothing for the agent %j, whatever it means to the query', async (agent) => {
    expect(await requests.list({ asker: { agent }, limit: 10 })).toEqual([]);
  });
});

describe('without Temporal', () => {
  test('every call rejects as unavailable within its time, and shows no inside', async () => {
    const lost = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    // The client's own deadline is 10 s; a shorter one set around the call wins.
    const hurried = Object.assign(Object.create(lost) as Client, {
      withDeadline: <T>(_: number | Date, call: () => Promise<T>) =>
        lost.withDeadline(Date.now() + 500, call),
    });
    const alone = createRequests({ ...deps, client: hurried });
    const calls = [
      alone.start({ agent: 'release-agent', reason: 'a test', steps: [LIST] }),
      alone.view(UNKNOWN),
      alone.settled(UNKNOWN, 0, { agent: 'release-agent' }),
      alone.cancel(UNKNOWN),
      alone.list({ limit: 1 }),
      alone.decide(UNKNOWN, 'jws'),
      alone.timeline(UNKNOWN),
      alone.ready(),
    ];
    for (const ended of await Promise.allSettled(calls)) {
      expect(ended).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', message: expect.stringMatching(/^Cannot reach Temporal: /) },
      });
    }
  });

  test('ready() resolves while the server answers', async () => {
    await expect(requests.ready()).resolves.toBeUndefined();
  });
});
