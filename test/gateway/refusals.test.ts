import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenDoor, openDoor } from './open-door.ts';

const ARGS = { repository: 'acme/webshop', branch: 'old' };
const STEP = { tool: 'github.delete_branch', args: ARGS };
const ASK = { ...STEP, reason: 'Merged long ago' };
const steps = (count: number) => ({ reason: 'r', steps: Array(count).fill(STEP) });
const mail = (args: object) => ({ tool: 'email.send', args: { to: [], text: 'x', ...args }, reason: 'r' });

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

describe('POST /v1/requests accepts', () => {
  test.each<[string, object]>([
    ['one step', ASK],
    ['one step as a list', { reason: 'r', steps: [STEP] }],
    ['twenty steps', steps(20)],
    ['the longest reason', { ...ASK, reason: 'r'.repeat(1000) }],
    ['a reason of several lines', { ...ASK, reason: 'a\nb\tc' }],
    ['no confidence at all', { ...ASK, confidence: 0 }],
    ['full confidence', { ...ASK, confidence: 1 }],
    ['the shortest deadline', { ...ASK, waitAtMostSeconds: 1 }],
    ['the longest deadline', { ...ASK, waitAtMostSeconds: 604_800 }],
    ['an active person', { ...ASK, onBehalfOf: 'alice' }],
    ['one person for whom and by whom', { ...ASK, onBehalfOf: 'alice', requestedBy: 'alice' }],
  ])('%s', async (_, body) => {
    expect((await door.call('/v1/requests', { body, headers: { prefer: 'wait=0' } })).status).toBe(202);
  });

  test.each(['k', 'a'.repeat(200), '!~"#'])('the key %j', async (key) => {
    const headers = { prefer: 'wait=0', 'idempotency-key': key };
    expect((await door.call('/v1/requests', { body: ASK, headers })).status).toBe(202);
  });
});

async function refused(body: unknown, headers: Record<string, string> = {}) {
  const count = door.requests.started.length;
  const answer = await door.call('/v1/requests', { method: 'POST', body, headers });
  expect(door.requests.started).toHaveLength(count);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body.status).toBe(answer.status);
  return answer;
}

describe('POST /v1/requests refuses, naming the field and starting nothing:', () => {
  test.each<[string, object, string, string]>([
    ['neither tool nor steps', { reason: 'r' }, 'invalid-field', '/tool'],
    ['tool and steps', { ...ASK, steps: [STEP] }, 'invalid-field', '/tool'],
    ['args and steps', { args: {}, steps: [STEP], reason: 'r' }, 'invalid-field', '/args'],
    ['a tool without args', { tool: STEP.tool, reason: 'r' }, 'invalid-field', '/args'],
    ['args that are a list', { ...ASK, args: [] }, 'invalid-field', '/args'],
    ['no steps', steps(0), 'invalid-field', '/steps'],
    ['twenty-one steps', steps(21), 'too-many-steps', '/steps'],
    ['no reason', STEP, 'invalid-field', '/reason'],
    ['a blank reason', { ...ASK, reason: ' \n ' }, 'invalid-field', '/reason'],
    ['a reason that is too long', { ...ASK, reason: 'r'.repeat(1001) }, 'invalid-field', '/reason'],
    ['a reason that reorders text', { ...ASK, reason: 'safe \u202e elif' }, 'invalid-field', '/reason'],
    ['a person nobody knows', { ...ASK, onBehalfOf: 'Alice' }, 'invalid-field', '/onBehalfOf'],
    ['a person who left', { ...ASK, onBehalfOf: 'ivan' }, 'invalid-field', '/onBehalfOf'],
    ['a person of 101 characters', { ...ASK, onBehalfOf: 'a'.repeat(101) }, 'invalid-field', '/onBehalfOf'],
    ['a prompter nobody knows', { ...ASK, requestedBy: 'Alice' }, 'invalid-field', '/requestedBy'],
    ['a prompter who left', { ...ASK, requestedBy: 'ivan' }, 'invalid-field', '/requestedBy'],
    ['a prompter that is a group', { ...ASK, requestedBy: 'platform' }, 'invalid-field', '/requestedBy'],
    ['a prompter without a name', { ...ASK, requestedBy: '' }, 'invalid-field', '/requestedBy'],
    ['two prompters', { ...ASK, requestedBy: ['alice', 'bob'] }, 'invalid-field', '/requestedBy'],
    ['confidence above 1', { ...ASK, confidence: 1.01 }, 'invalid-field', '/confidence'],
    ['confidence in words', { ...ASK, confidence: 'high' }, 'invalid-field', '/confidence'],
    ['a deadline of nothing', { ...ASK, waitAtMostSeconds: 0 }, 'invalid-field', '/waitAtMostSeconds'],
    [
      'a deadline beyond a week',
      { ...ASK, waitAtMostSeconds: 604_801 },
      'invalid-field',
      '/waitAtMostSeconds',
    ],
    [
      'a deadline of half a second',
      { ...ASK, waitAtMostSeconds: 0.5 },
      'invalid-field',
      '/waitAtMostSeconds',
    ],
    ['an unknown key', { ...ASK, force: true }, 'unknown-field', '/force'],
    [
      'an unknown key of a step',
      { reason: 'r', steps: [STEP, { ...STEP, undo: false }] },
      'unknown-field',
      '/steps/1/undo',
    ],
    [
      'an unknown key of the arguments',
      { ...ASK, args: { ...ARGS, 'a/b': 1 } },
      'unknown-field',
      '/args/a~1b',
    ],
    [
      'an unknown key of a later step',
      { reason: 'r', steps: [STEP, { ...STEP, args: { ...ARGS, force: 1 } }] },
      'unknown-field',
      '/steps/1/args/force',
    ],
    [
      'a wrong argument',
      { reason: 'r', steps: [{ ...STEP, args: { ...ARGS, branch: '' } }] },
      'invalid-field',
      '/steps/0/args/branch',
    ],
    ['a missing argument', { ...ASK, args: { branch: 'x' } }, 'invalid-field', '/args/repository'],
    [
      'a wrong part of an argument',
      mail({ to: ['a@acme.example', 'nobody'] }),
      'invalid-field',
      '/args/to/1',
    ],
    ['an unknown tool', { ...ASK, tool: 'shell.run' }, 'unknown-tool', '/tool'],
    ['a tool of the prototype', { ...ASK, tool: 'constructor' }, 'unknown-tool', '/tool'],
    [
      'an unknown tool of a step',
      { reason: 'r', steps: [STEP, { ...STEP, tool: 'GITHUB.delete_branch' }] },
      'unknown-tool',
      '/steps/1/tool',
    ],
    ['NUL in an argument', { ...ASK, args: { ...ARGS, branch: 'a\0' } }, 'invalid-field', '/args/branch'],
  ])('%s', async (_, body, code, field) => {
    const answer = await refused(body);
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  test.each<[string, string, number, string]>([
    ['no JSON', '{"tool":', 400, 'bad-json'],
    ['nothing', '', 400, 'bad-json'],
    ['null', 'null', 400, 'bad-json'],
    ['a list', '[]', 400, 'invalid-field'],
    ['a text', '"ask"', 400, 'invalid-field'],
    ['a key of the prototype', '{"__proto__":{"tool":"x"},"reason":"r"}', 400, 'bad-json'],
    ['a hidden prototype', '{"constructor":{"prototype":{"tool":"x"}}}', 400, 'bad-json'],
    ['a very deep body', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 400, 'invalid-field'],
    ['a number beyond all', '{"reason":"r","confidence":1e999}', 400, 'invalid-field'],
    ['a body over 256 KiB', JSON.stringify({ ...ASK, reason: 'r'.repeat(262_144) }), 413, 'body-too-large'],
  ])('%s', async (_, body, status, code) => {
    expect(await refused(body)).toMatchObject({ status, body: { code } });
  });

  test.each(['', 'a b', 'k\u00e9', 'a'.repeat(201)])('the key %j', async (key) => {
    expect(await refused(ASK, { 'idempotency-key': key })).toMatchObject({
      status: 400,
      body: { code: 'invalid-field', errors: [{ field: 'idempotency-key' }] },
    });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
  ])('the content type %s', async (type) => {
    expect(await refused(JSON.stringify(ASK), { 'content-type': type })).toMatchObject({
      status: 400,
      body: { code: 'bad-json' },
    });
  });

  test('many unknown keys, naming a few', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${index}`, 1]));
    const { body } = await refused({ ...ASK, ...many });
    expect(body.errors).toHaveLength(20);
  });
});

describe('the door while its parts are away', () => {
  test('answers 503 and when to come back', async () => {
    const { requests } = door;
    const { CountersignError } = await import('../../src/domain/errors.ts');
    requests.failWith(new CountersignError('unavailable', 'Cannot start request: Temporal does not answer'));
    const answer = await door.call('/v1/requests', { body: ASK });
    requests.failWith(undefined);
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('5');
  });
});
