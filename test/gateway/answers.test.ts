import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ANSWER_CHARS_MAX } from '../../src/domain/question.ts';
import { canariesOf, canaryHash } from '../../src/gateway/canary.ts';
import { type Answer, type OpenDoor, openDoor } from './open-door.ts';

const CANARY = `csc_${'abcdefghijklmnopqrstuvwxyz234567'.slice(0, 26)}`;
const ASK = {
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch: 'old' },
  reason: 'Merged long ago',
};
const QUESTION = { id: 'q_1', by: 'alice', text: 'Who uses it?', at: '2026-11-21T10:00:00.000Z' };

let door: OpenDoor;
let id: string;
beforeAll(async () => {
  door = await openDoor({ canaries: canariesOf([{ id: 'wiki', sha256: canaryHash(CANARY) }]) });
});
afterAll(() => door.close());
beforeEach(async () => {
  // Never as sure as before: the same ask would join the one that waits.
  const own = { ...ASK, confidence: Math.random() };
  const { body } = await door.call('/v1/requests', { body: own, headers: { prefer: 'wait=0' } });
  id = body.id;
  door.requests.ask(id, QUESTION);
});

const answer = (
  body: unknown,
  options: { readonly agent?: string; readonly of?: string } = {},
): Promise<Answer> =>
  door.call(`/v1/requests/${options.of ?? id}/answers`, {
    body: typeof body === 'string' ? body : (body as object),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
  });

describe('POST /v1/requests/{id}/answers', () => {
  test('answers an open question; the request keeps waiting and shows it', async () => {
    const { status, body } = await answer({ question: 'q_1', text: ' Nobody since March. ' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'waiting',
      questions: [{ ...QUESTION, answer: 'Nobody since March.' }],
      links: { self: `/v1/requests/${id}` },
    });
    const read = await door.call(`/v1/requests/${id}`, { headers: { prefer: 'wait=0' } });
    expect(read.body.questions).toEqual(body.questions);
  });

  const good = { question: 'q_1', text: 'x' };
  test.each([
    ["another agent's request", good, { agent: 'outreach-agent' }, 404, 'not-found'],
    ['an unknown request', good, { of: 'req_nobody' }, 404, 'not-found'],
    ['an unknown question', { question: 'q_2', text: 'x' }, {}, 404, 'not-found'],
    ['an empty text', { question: 'q_1', text: '  ' }, {}, 400, 'invalid-field'],
    [
      'a text too long',
      { question: 'q_1', text: 'x'.repeat(ANSWER_CHARS_MAX + 1) },
      {},
      400,
      'invalid-field',
    ],
    ['characters nobody sees', { question: 'q_1', text: 'a\u202Eb' }, {}, 400, 'invalid-field'],
    ['unknown keys', { ...good, approve: true }, {}, 400, 'unknown-field'],
    ['no question', { text: 'x' }, {}, 400, 'invalid-field'],
  ] as const)('refuses %s', async (_, body, options, status, code) => {
    expect(await answer(body, options)).toMatchObject({ status, body: { code } });
    const { body: after } = await door.call(`/v1/requests/${id}`, { headers: { prefer: 'wait=0' } });
    expect(after.questions).toEqual([QUESTION]);
  });

  test('refuses a second answer and one to a closed request', async () => {
    await answer({ question: 'q_1', text: 'First' });
    expect(await answer({ question: 'q_1', text: 'Second' })).toMatchObject({
      status: 409,
      body: { code: 'already-answered' },
    });
    door.requests.ask(id, { ...QUESTION, id: 'q_2' });
    door.requests.close(id);
    expect(await answer({ question: 'q_2', text: 'Late' })).toMatchObject({
      status: 409,
      body: { code: 'already-closed' },
    });
  });

  test('lets nobody in without a token', async () => {
    const path = `/v1/requests/${id}/answers`;
    expect(await door.call(path, { body: good, agent: null })).toMatchObject({ status: 401 });
  });

  test('never fails with 5xx, whatever the body is', async () => {
    const near = fc.record({
      question: fc.oneof(fc.constantFrom('q_1', '__proto__'), fc.jsonValue()),
      text: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), near), async (body) => {
        expect([200, 400, 404, 409]).toContain((await answer(JSON.stringify(body))).status);
      }),
      { numRuns: 100 },
    );
  });

  test('stops an agent whose answer carries a canary', async () => {
    const tripped = await answer({ question: 'q_1', text: `It says ${CANARY}` });
    expect(tripped).toMatchObject({ status: 403, body: { code: 'canary-tripped' } });
    expect(await answer(good)).toMatchObject({ status: 401, body: { code: 'revoked' } });
  });
});
