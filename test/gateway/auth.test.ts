import { createHmac } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../src/approvals/signing.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { type Authenticate, createAuthenticator } from '../../src/gateway/auth.ts';
import { AUDIENCE, LOCAL_ISSUER, mintToken } from '../../src/gateway/token.ts';
import { directory, newKey } from './open-door.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const NOW_S = NOW.getTime() / 1000;
const KEY = newKey();
const OTHER_KEY = newKey();

async function authenticator(
  more: Partial<Parameters<typeof createAuthenticator>[0]> = {},
): Promise<Authenticate> {
  const jwks = { keys: [await publicKeyOf(KEY)] };
  return createAuthenticator({
    issuers: [{ issuer: LOCAL_ISSUER, jwks }],
    audience: AUDIENCE,
    directory,
    clock: () => NOW,
    ...more,
  });
}

interface Claims {
  readonly key?: JWK;
  readonly kid?: string;
  readonly iss?: string;
  readonly aud?: string | string[];
  readonly sub?: string | undefined;
  readonly iat?: number | undefined;
  readonly exp?: number | undefined;
  readonly nbf?: number;
}

/** A token as an outside issuer could make it; `undefined` leaves a claim out. */
async function forge(claims: Claims = {}): Promise<string> {
  const { key = KEY, kid = (await publicKeyOf(key)).kid ?? '', ...rest } = claims;
  const payload = {
    iss: LOCAL_ISSUER,
    aud: AUDIENCE,
    sub: 'release-agent',
    iat: NOW_S,
    exp: NOW_S + 900,
    ...rest,
  };
  return await new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', kid })
    .sign(await importJWK(key, 'EdDSA'));
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function withHeader(header: object, signature?: (signed: string) => string): Promise<string> {
  const [, payload = '', kept = ''] = (await forge()).split('.');
  const signed = `${encode(header)}.${payload}`;
  return `${signed}.${signature?.(signed) ?? kept}`;
}

async function codeOf(attempt: Promise<unknown>): Promise<ErrorCode | 'granted'> {
  return await attempt.then(
    () => 'granted' as const,
    (error: { code: ErrorCode }) => error.code,
  );
}

describe('createAuthenticator()', () => {
  test.each<[string, () => Promise<string>]>([
    ['a minted token', () => mintToken({ privateKey: KEY, agent: 'release-agent', now: NOW })],
    ["an issuer's token", () => forge()],
    ['one of several audiences', () => forge({ aud: ['elsewhere', AUDIENCE] })],
    ['a clock that is 20 s ahead', () => forge({ iat: NOW_S + 20 })],
    ['an expiry 20 s ago', () => forge({ iat: NOW_S - 900, exp: NOW_S - 20 })],
    ['an age of an hour', () => forge({ iat: NOW_S - 3600, exp: NOW_S + 60 })],
  ])('grants %s', async (_, token) => {
    const authenticate = await authenticator();
    await expect(authenticate(`Bearer ${await token()}`)).resolves.toMatchObject({ id: 'release-agent' });
  });

  test.each<[string, () => Promise<string>]>([
    ['alg none', async () => `${await withHeader({ alg: 'none' }, () => '')}AA`],
    ['alg none without a signature', () => withHeader({ alg: 'none' }, () => '')],
    [
      'HMAC keyed with the public key',
      async () => {
        const { x = '', kid } = await publicKeyOf(KEY);
        return withHeader({ alg: 'HS256', kid }, (signed) =>
          createHmac('sha256', Buffer.from(x, 'base64url')).update(signed).digest('base64url'),
        );
      },
    ],
    ['a key inside the header', async () => withHeader({ alg: 'EdDSA', jwk: await publicKeyOf(OTHER_KEY) })],
    [
      'an unknown critical header',
      async () => withHeader({ alg: 'EdDSA', kid: (await publicKeyOf(KEY)).kid, crit: ['b64'], b64: false }),
    ],
    ['another key', () => forge({ key: OTHER_KEY })],
    [
      'another key under our kid',
      async () => forge({ key: OTHER_KEY, kid: (await publicKeyOf(KEY)).kid ?? '' }),
    ],
    ['an unknown kid', () => forge({ kid: 'nobody' })],
    ['an unknown issuer', () => forge({ iss: 'https://elsewhere.example' })],
    ['no issuer', async () => forge({ iss: '' })],
    ['another audience', () => forge({ aud: 'elsewhere' })],
    ['an expired token', () => forge({ iat: NOW_S - 900, exp: NOW_S - 31 })],
    ['no expiry', () => forge({ exp: undefined })],
    ['no issue time', () => forge({ iat: undefined })],
    ['an issue time in the future', () => forge({ iat: NOW_S + 60 })],
    ['a token older than an hour', () => forge({ iat: NOW_S - 3700, exp: NOW_S + 900 })],
    ['a token not valid yet', () => forge({ nbf: NOW_S + 60 })],
    ['no subject', () => forge({ sub: undefined })],
    ['an empty subject', () => forge({ sub: '' })],
    ['an unknown agent', () => forge({ sub: 'nobody' })],
    [
      'a changed payload',
      async () => {
        const [header, , signature] = (await forge()).split('.');
        return `${header}.${encode({ iss: LOCAL_ISSUER, aud: AUDIENCE, sub: 'outreach-agent', iat: NOW_S, exp: NOW_S + 900 })}.${signature}`;
      },
    ],
    ['a token without its end', async () => (await forge()).slice(0, -4)],
    ['a token of nine thousand characters', async () => `${await forge()}${'A'.repeat(9000)}`],
    ['words', async () => 'not.a.token'],
  ])('refuses %s', async (_, token) => {
    const authenticate = await authenticator();
    await expect(codeOf(authenticate(`Bearer ${await token()}`))).resolves.toBe('unauthenticated');
  });

  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token a.b.c'])(
    'refuses the header %j',
    async (header) => {
      const authenticate = await authenticator();
      await expect(codeOf(authenticate(header))).resolves.toBe('unauthenticated');
    },
  );

  test('says of a suspended agent that it is suspended', async () => {
    const authenticate = await authenticator();
    await expect(codeOf(authenticate(`Bearer ${await forge({ sub: 'retired-agent' })}`))).resolves.toBe(
      'agent-suspended',
    );
  });

  test('is unavailable, not open, when the directory is away', async () => {
    const away = { agent: () => Promise.reject(new Error('away')) };
    const authenticate = await authenticator({ directory: away });
    await expect(codeOf(authenticate(`Bearer ${await forge()}`))).resolves.toBe('unavailable');
  });

  test('tells expired tokens from the rest and repeats nothing of them', async () => {
    const authenticate = await authenticator();
    const token = await forge({ iat: NOW_S - 900, exp: NOW_S - 31 });
    await expect(authenticate(`Bearer ${token}`)).rejects.toThrow(
      'Cannot authenticate: bearer token is expired',
    );
    await expect(authenticate(`Bearer ${await forge({ aud: 'x' })}`)).rejects.toThrow(
      /: bearer token is not valid$/,
    );
  });

  test('believes each issuer with its own keys only', async () => {
    const issuers = [
      { issuer: 'one', jwks: { keys: [await publicKeyOf(KEY)] } },
      { issuer: 'two', jwks: { keys: [await publicKeyOf(OTHER_KEY)] } },
    ];
    const authenticate = await authenticator({ issuers });
    await expect(codeOf(authenticate(`Bearer ${await forge({ iss: 'two', key: OTHER_KEY })}`))).resolves.toBe(
      'granted',
    );
    await expect(codeOf(authenticate(`Bearer ${await forge({ iss: 'one', key: OTHER_KEY })}`))).resolves.toBe(
      'unauthenticated',
    );
  });

  test.each([{ issuers: [] }, { audience: '' }, { issuers: [{ issuer: '', jwks: { keys: [] } }] }])(
    'refuses to be made from %j',
    async (more) => {
      await expect(authenticator(more)).rejects.toMatchObject({ code: 'misconfigured' });
    },
  );
});

describe('mintToken()', () => {
  test.each([0, -1, 1.5, 3601, Number.NaN])('refuses a lifetime of %s seconds', async (ttlSeconds) => {
    await expect(mintToken({ privateKey: KEY, agent: 'a', now: NOW, ttlSeconds })).rejects.toMatchObject({
      code: 'invalid-field',
    });
  });

  test('lives 15 minutes unless told otherwise', async () => {
    const token = await mintToken({ privateKey: KEY, agent: 'release-agent', now: NOW });
    const later = (seconds: number) =>
      authenticator({ clock: () => new Date(NOW.getTime() + seconds * 1000) });
    await expect(codeOf((await later(900))(`Bearer ${token}`))).resolves.toBe('granted');
    await expect(codeOf((await later(931))(`Bearer ${token}`))).resolves.toBe('unauthenticated');
  });
});
