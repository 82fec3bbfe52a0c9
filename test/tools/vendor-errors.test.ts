import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OutsideError } from '../../src/domain/retry.ts';
import { askVendor } from '../../src/tools/ask-vendor.ts';
import { sortVendorError, unlessMissing, vendorStatus } from '../../src/tools/vendor-errors.ts';

const read = { provider: 'GitHub', access: 'read', action: 'list branches' } as const;
const write = { provider: 'Stripe', access: 'write', action: 'refund payment' } as const;

/** As the three clients make them. */
const octokit = (status: number, headers: object = {}) =>
  Object.assign(new Error('Not Found'), {
    name: 'HttpError',
    status,
    request: {},
    response: { status, headers, data: {} },
  });
const stripe = (statusCode: number, code: string, headers: object = {}) =>
  Object.assign(new Error('No'), { type: 'StripeInvalidRequestError', statusCode, code, headers });
const resend = (statusCode: number | null, name: string, headers: object = {}) => ({
  statusCode,
  name,
  message: 'No',
  headers,
});
const network = (code: string, syscall = 'read') => Object.assign(new Error(code), { code, syscall });
/** Undici's wrapping, inside Octokit's, which claims status 500. */
const octokitNetwork = (cause: Error) =>
  Object.assign(new Error('x', { cause: new TypeError('fetch failed', { cause }) }), {
    name: 'HttpError',
    status: 500,
    request: {},
  });
const stripeNetwork = (detail: Error) =>
  Object.assign(new Error('x'), { type: 'StripeConnectionError', detail });

describe('sortVendorError()', () => {
  it.each<readonly [string, unknown, string, string]>([
    ['GitHub 400', octokit(400), 'final', 'final'],
    ['GitHub 401', octokit(401), 'final', 'final'],
    ['GitHub 403', octokit(403), 'final', 'final'],
    [
      'GitHub 403 with the allowance used up',
      octokit(403, { 'x-ratelimit-remaining': '0' }),
      'retryable',
      'retryable',
    ],
    ['GitHub 403 with Retry-After', octokit(403, { 'retry-after': '60' }), 'retryable', 'retryable'],
    ['GitHub 404', octokit(404), 'final', 'final'],
    ['GitHub 409 (stale head)', octokit(409), 'final', 'final'],
    ['GitHub 422 (not a fast forward)', octokit(422), 'final', 'final'],
    ['GitHub 429', octokit(429), 'retryable', 'retryable'],
    ['GitHub 500', octokit(500), 'retryable', 'unknown'],
    ['GitHub 502', octokit(502), 'retryable', 'unknown'],
    ['GitHub 503', octokit(503), 'retryable', 'retryable'],
    ['GitHub 504', octokit(504), 'retryable', 'unknown'],
    ['GitHub 408', octokit(408), 'retryable', 'unknown'],
    ['Stripe refused', stripe(400, 'charge_already_refunded'), 'final', 'final'],
    ['Stripe declined', stripe(402, 'card_declined'), 'final', 'final'],
    ['Stripe key in use', stripe(409, 'idempotency_key_in_use'), 'retryable', 'retryable'],
    ['Stripe lock timeout', stripe(429, 'lock_timeout'), 'retryable', 'retryable'],
    ['Stripe 500', stripe(500, 'api_error'), 'retryable', 'unknown'],
    ['Resend invalid', resend(422, 'validation_error'), 'final', 'final'],
    ['Resend key with another body', resend(409, 'invalid_idempotent_request'), 'final', 'final'],
    ['Resend key in use', resend(409, 'concurrent_idempotent_requests'), 'retryable', 'retryable'],
    ['Resend too fast', resend(429, 'rate_limit_exceeded'), 'retryable', 'retryable'],
    ['Resend quota used up', resend(429, 'daily_quota_exceeded'), 'final', 'final'],
    ['Resend redirect', resend(302, 'application_error'), 'final', 'final'],
    ['Resend without any answer', resend(null, 'application_error'), 'retryable', 'unknown'],
    [
      'connection refused, Octokit',
      octokitNetwork(network('ECONNREFUSED', 'connect')),
      'retryable',
      'retryable',
    ],
    [
      'connection refused, Stripe',
      stripeNetwork(network('ECONNREFUSED', 'connect')),
      'retryable',
      'retryable',
    ],
    [
      'refused on every address',
      octokitNetwork(Object.assign(new AggregateError([network('ECONNREFUSED')]), { code: 'ECONNREFUSED' })),
      'retryable',
      'retryable',
    ],
    ['unknown host', octokitNetwork(network('ENOTFOUND', 'getaddrinfo')), 'retryable', 'retryable'],
    ['connect timeout', octokitNetwork(network('ETIMEDOUT', 'connect')), 'retryable', 'retryable'],
    ['undici connect timeout', octokitNetwork(network('UND_ERR_CONNECT_TIMEOUT')), 'retryable', 'retryable'],
    ['connection reset, Octokit', octokitNetwork(network('ECONNRESET')), 'retryable', 'unknown'],
    ['connection reset, Stripe', stripeNetwork(network('ECONNRESET')), 'retryable', 'unknown'],
    ['broken pipe', stripeNetwork(network('EPIPE', 'write')), 'retryable', 'unknown'],
    ['other side closed', octokitNetwork(network('UND_ERR_SOCKET')), 'retryable', 'unknown'],
    [
      'Stripe timeout',
      stripeNetwork(Object.assign(new Error('x'), { code: 'ETIMEDOUT' })),
      'retryable',
      'unknown',
    ],
    ['fetch timeout', octokitNetwork(new DOMException('x', 'TimeoutError')), 'retryable', 'unknown'],
    ['certificate not trusted', octokitNetwork(network('DEPTH_ZERO_SELF_SIGNED_CERT')), 'final', 'final'],
    ['a mistake of ours', new TypeError('x is undefined'), 'final', 'unknown'],
    ['a thrown string', 'oops', 'final', 'unknown'],
    ['nothing', undefined, 'final', 'unknown'],
  ])('sorts %s', (_, error, whenReading, whenWriting) => {
    expect(sortVendorError(error, read).kind).toBe(whenReading);
    expect(sortVendorError(error, write).kind).toBe(whenWriting);
  });

  it('leaves an error alone that is sorted already, however deep it sits', () => {
    const sorted = new OutsideError('final', 'Cannot use GitHub: no credential is set');
    expect(sortVendorError(sorted, write)).toBe(sorted);
    expect(sortVendorError(octokitNetwork(sorted), write)).toBe(sorted);
  });

  it('ends on errors that cause themselves', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    expect(sortVendorError(loop, write).kind).toBe('unknown');
  });

  it.each<readonly [string, unknown, number | undefined]>([
    ['seconds', octokit(429, { 'retry-after': '7' }), 7_000],
    ['zero seconds', stripe(429, 'rate_limit', { 'retry-after': '0' }), 0],
    ['a week, cut to an hour', octokit(503, { 'retry-after': '604800' }), 3_600_000],
    [
      "GitHub's reset against the answer's date",
      octokit(403, {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1795237260',
        date: 'Sat, 21 Nov 2026 05:00:00 GMT',
      }),
      60_000,
    ],
    ['nonsense', octokit(429, { 'retry-after': 'soon' }), undefined],
    ['nothing', octokit(429), undefined],
    ['a final answer', octokit(404, { 'retry-after': '7' }), undefined],
  ])('reads how long to wait from %s', (_, error, waitMs) => {
    expect(sortVendorError(error, read).retryAfterMs).toBe(waitMs);
  });

  it.each<readonly [unknown, string]>([
    [
      stripe(400, 'charge_already_refunded'),
      'Cannot refund payment: Stripe answered 400 "charge_already_refunded"',
    ],
    [octokit(404), 'Cannot refund payment: Stripe answered 404'],
    [
      stripeNetwork(network('ECONNRESET')),
      'Cannot refund payment: Stripe gave no answer (ECONNRESET), so it may or may not have happened',
    ],
    [stripe(400, 'Visit <http://evil.example>'), 'Cannot refund payment: Stripe answered 400'],
  ])('says it in our words only', (error, message) => {
    const sorted = sortVendorError(error, write);
    expect(sorted.message).toBe(message);
    expect(sorted.cause).toBe(error);
  });
});

describe('vendorStatus()', () => {
  it.each<readonly [unknown, number | undefined]>([
    [sortVendorError(octokit(422), write), 422],
    [sortVendorError(stripe(404, 'resource_missing'), write), 404],
    [sortVendorError(octokitNetwork(network('ECONNRESET')), write), undefined],
    [new OutsideError('final', 'x'), undefined],
    [octokit(404), undefined],
  ])('is the status behind a sorted error', (error, status) => {
    expect(vendorStatus(error)).toBe(status);
  });
});

describe('unlessMissing()', () => {
  it('turns 404 into undefined and nothing else', async () => {
    expect(await unlessMissing(Promise.resolve(1))).toBe(1);
    expect(await unlessMissing(Promise.reject(sortVendorError(octokit(404), read)))).toBeUndefined();
    await expect(unlessMissing(Promise.reject(sortVendorError(octokit(403), read)))).rejects.toMatchObject({
      kind: 'final',
    });
    await expect(unlessMissing(Promise.reject(octokit(404)))).rejects.toMatchObject({ name: 'HttpError' });
  });
});

describe('askVendor()', () => {
  const schema = z.object({ id: z.string() });
  const signal = new AbortController().signal;

  it('keeps only what the schema names', async () => {
    expect(await askVendor(read, { signal, schema }, async () => ({ id: 'a', secret: 'b' }))).toEqual({
      id: 'a',
    });
  });

  it.each([
    ['read', read, 'final'],
    ['write', write, 'unknown'],
  ] as const)('does not take an answer without an id for the success of a %s', async (_, call, kind) => {
    await expect(askVendor(call, { signal, schema }, async () => ({}))).rejects.toMatchObject({ kind });
  });

  it.each([
    ['read', read, 'retryable'],
    ['write', write, 'unknown'],
  ] as const)('stops waiting for a %s when the signal is aborted', async (_, call, kind) => {
    const stop = new AbortController();
    const asked = askVendor(call, { signal: stop.signal, schema }, () => new Promise(() => undefined));
    stop.abort();
    await expect(asked).rejects.toMatchObject({ name: 'OutsideError', kind });
  });

  it('sorts what the client throws', async () => {
    await expect(
      askVendor(read, { signal, schema }, () => Promise.reject(octokit(503))),
    ).rejects.toMatchObject({ kind: 'retryable' });
  });
});
