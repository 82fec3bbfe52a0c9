import { describe, expect, test } from 'vitest';
import { CountersignError } from '../../src/domain/errors.ts';
import { OutsideError } from '../../src/domain/retry.ts';
import { PROBLEMS, problemOf, refusalOf } from '../../src/gateway/problems.ts';

const answer = (error: unknown) => problemOf(refusalOf(error));
const coded = (code: string, statusCode?: number) =>
  Object.assign(new Error('fastify says'), { code, statusCode });

describe('refusalOf()', () => {
  test.each([
    ['our own error keeps its code', new CountersignError('key-reused', 'Cannot start'), 'key-reused', 409],
    ['a vendor that is away', new OutsideError('retryable', 'Temporal is away'), 'unavailable', 503],
    ['a body that is too large', coded('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'body-too-large', 413],
    ['another content type', coded('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'bad-json', 400],
    ['a malformed address', coded('FST_ERR_BAD_URL', 400), 'not-found', 404],
    ['a syntax error in JSON', Object.assign(new SyntaxError('at 3'), { statusCode: 400 }), 'bad-json', 400],
    ['an error nobody foresaw', new Error('postgres://user:hunter2@db'), 'internal', 500],
    ['a 5xx of the framework', coded('FST_ERR_SOMETHING', 500), 'internal', 500],
    ['a thrown string', 'hunter2', 'internal', 500],
    ['nothing at all', undefined, 'internal', 500],
  ])('reads %s', (_, error, code, status) => {
    expect(answer(error)).toMatchObject({ code, status, type: `urn:countersign:problem:${code}` });
  });

  test('keeps the cause inside', () => {
    const cause = new Error('secret');
    expect(refusalOf(cause).cause).toBe(cause);
  });
});

describe('problemOf()', () => {
  test.each([
    new Error('hunter2'),
    new CountersignError('internal', 'Cannot continue: hunter2'),
    new CountersignError('misconfigured', 'Cannot read: hunter2', {
      problems: [{ field: 'x', problem: 'hunter2' }],
    }),
  ])('shows nothing of a failure of ours: %s', (error) => {
    expect(JSON.stringify(answer(error))).not.toContain('hunter2');
  });

  test('names the fields of a refusal', () => {
    const problems = [{ field: '/steps/0/args/branch', problem: 'Too short' }];
    expect(answer(new CountersignError('invalid-field', 'Cannot read body', { problems })).errors).toEqual(
      problems,
    );
  });

  test('has no list of fields where none is named', () => {
    expect(answer(new CountersignError('not-found', 'Cannot find request'))).not.toHaveProperty('errors');
  });

  test('gives every code a 4xx or 5xx status and a title', () => {
    for (const { status, title } of Object.values(PROBLEMS)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});
