import { createHmac } from 'node:crypto';
import { decodeJwt, importJWK, type JWK, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../src/approvals/signing.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { type Authenticate, createAuthenticator, type Issuer } from '../../src/gateway/auth.ts';
import { AUDIENCE, LOCAL_ISSUER, mintToken } from '../../src/gateway/token.ts';
import { directory, newKey } from './open-door.ts';
import { bookInMemory, revoking } from './orders-in-memory.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const NOW_S = NOW.getTime() / 1000;
const KEY = newKey();
const OTHER_KEY = newKey();
const MINTING = { privateKey: KEY, profile: 'release', now: NOW };

async function authenticator(
  more: Partial<Parameters<typeof createAuthenticator>[0]> = {},
): Promise<Authenticate> {
  const own = [{ issuer: LOCAL_ISSUER, keys: { jwks: { keys: [await publicKeyOf(KEY)] } } }];
  return createAuthenticator({
    issuers: () => own,
    environment: 'prod',
    directory,
    orders: bookInMemory(),
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
  readonly jti?: unknown;
  readonly sid?: unknown;
  readonly profile?: unknown;
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
    jti: 'tok_1',
    sid: 'ses_1',
    profile: 'release',
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
    ['a minted token', () => mintToken({ ...MINTING, agent: 'release-agent' })],
    ["an issuer's token", () => forge()],
    ['one of several audiences', () => forge({ aud: ['elsewhere', AUDIENCE] })],
    ['a clock that is 20 s ahead', () => forge({ iat: NOW_S + 20 })],
    ['an expiry 20 s ago', () => forge({ iat: NOW_S - 900, exp: NOW_S - 20 })],
    ['an age of an hour', () => forge({ iat: NOW_S - 3600, exp: NOW_S + 60 })],
  ])('grants %s', async (_, token) => {
    const authenticate = await authenticator();
    await expect(authenticate(`Bearer ${await token()}`)).resolves.toMatchObject({
      agent: { id: 'release-agent' },
    });
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
    ['no token id', () => forge({ jti: undefined })],
    ['no word on its session', () => forge({ sid: undefined })],
    ['no profile', () => forge({ profile: undefined })],
    ['no profile in so many words', () => forge({ profile: null })],
    ['another profile than the directory has', () => forge({ profile: 'support' })],
    ['a list of profiles', () => forge({ profile: ['release'] })],
    ['a session that is no text', () => forge({ sid: { id: 'ses_1' } })],
    ['an empty session', () => forge({ sid: '' })],
    ['a session with a line break', () => forge({ sid: 'ses_1\nses_2' })],
    ['a session of 200 characters', () => forge({ sid: 's'.repeat(200) })],
    ['a token id that is no text', () => forge({ jti: 7 })],
    ["an outside issuer's subject for our own", () => forge({ sub: '0oa1' })],
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
    const agent = () => Promise.reject(new Error('away'));
    const away = { agent, agentByIdentity: agent };
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

  test('names the session and the token it was asked with, or none', async () => {
    const authenticate = await authenticator();
    expect(await authenticate(`Bearer ${await forge()}`)).toMatchObject({ session: 'ses_1', token: 'tok_1' });
    expect(await authenticate(`Bearer ${await forge({ sid: null })}`)).toMatchObject({ session: null });
  });

  test.each([
    ['the token', revoking('token', 'tok_1')],
    ['the session', revoking('session', 'ses_1')],
    ['the agent', revoking('agent', 'release-agent')],
  ])('refuses revoked credentials from the next call on: %s', async (_, revocation) => {
    const orders = bookInMemory();
    const authenticate = await authenticator({ orders });
    const token = `Bearer ${await forge()}`;
    await expect(codeOf(authenticate(token))).resolves.toBe('granted');
    await orders.add(revocation);
    await expect(codeOf(authenticate(token))).resolves.toBe('revoked');
  });

  test.each([
    ["another token's", revoking('token', 'ses_1')],
    ["another session's", revoking('session', 'tok_1')],
    ["another agent's", revoking('agent', 'outreach-agent')],
  ])('lets credentials pass that are not revoked: %s', async (_, revocation) => {
    const orders = bookInMemory();
    await orders.add(revocation);
    await expect(codeOf((await authenticator({ orders }))(`Bearer ${await forge()}`))).resolves.toBe(
      'granted',
    );
  });

  test('is unavailable, not open, when standing orders cannot be read', async () => {
    const orders = bookInMemory();
    orders.failWith(new Error('connection lost'));
    const refused = (await authenticator({ orders }))(`Bearer ${await forge()}`);
    await expect(refused).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('connection'),
    });
  });

  test('refuses agents of another environment, and says which', async () => {
    const here = await authenticator();
    const staging = await authenticator({ environment: 'staging' });
    const [ours, theirs] = [await forge(), await forge({ sub: 'staging-agent' })].map(
      (token) => `Bearer ${token}`,
    );
    await expect(codeOf(here(ours))).resolves.toBe('granted');
    await expect(codeOf(staging(theirs))).resolves.toBe('granted');
    await expect(codeOf(staging(ours))).resolves.toBe('wrong-environment');
    await expect(here(theirs)).rejects.toThrow(
      'Cannot accept requests: agent "staging-agent" belongs to "staging", this is "prod"',
    );
  });

  test('believes replaced keys from the next call on', async () => {
    const own = async (...keys: JWK[]): Promise<Issuer> => ({
      issuer: LOCAL_ISSUER,
      keys: { jwks: { keys: await Promise.all(keys.map(publicKeyOf)) } },
    });
    let issuers = [await own(KEY)];
    const authenticate = await authenticator({ issuers: () => issuers });
    const tries = async () =>
      await Promise.all(
        [KEY, OTHER_KEY].map(async (key) => codeOf(authenticate(`Bearer ${await forge({ key })}`))),
      );
    expect(await tries()).toEqual(['granted', 'unauthenticated']);
    issuers = [await own(KEY, OTHER_KEY)];
    expect(await tries()).toEqual(['granted', 'granted']);
    issuers = [await own(OTHER_KEY)];
    expect(await tries()).toEqual(['unauthenticated', 'granted']);
    issuers = [];
    expect(await tries()).toEqual(['unauthenticated', 'unauthenticated']);
  });

  const keys = { jwks: { keys: [] } };
  test.each<[string, readonly Issuer[]]>([
    ['no issuer', []],
    ['an issuer without a name', [{ issuer: '', keys }]],
    ['an empty audience', [{ issuer: 'one', audience: '', keys }]],
    [
      'one issuer twice',
      [
        { issuer: 'one', keys },
        { issuer: 'one', keys },
      ],
    ],
    ['no algorithm', [{ issuer: 'one', algorithms: [], keys }]],
    ['a shared secret', [{ issuer: 'one', algorithms: ['HS256' as 'ES256'], keys }]],
    ['no signature', [{ issuer: 'one', algorithms: ['none' as 'ES256'], keys }]],
    ['keys over plain HTTP', [{ issuer: 'one', keys: { jwksUri: 'http://okta.example/keys' } }]],
    ['keys from a file', [{ issuer: 'one', keys: { jwksUri: 'file:///etc/keys' } }]],
    ['keys behind a password', [{ issuer: 'one', keys: { jwksUri: 'https://a:b@okta.example/keys' } }]],
    ['keys at no address', [{ issuer: 'one', keys: { jwksUri: 'okta' } }]],
    [
      'a name that only looks local',
      [{ issuer: 'one', keys: { jwksUri: 'http://localhost.evil.example/' } }],
    ],
  ])('refuses to be made from %s', async (_, issuers) => {
    await expect(authenticator({ issuers: () => issuers })).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('mintToken()', () => {
  test.each([0, -1, 1.5, 3601, Number.NaN])('refuses a lifetime of %s seconds', async (ttlSeconds) => {
    await expect(mintToken({ ...MINTING, agent: 'a', ttlSeconds })).rejects.toMatchObject({
      code: 'invalid-field',
    });
  });

  test('lives 15 minutes unless told otherwise', async () => {
    const token = await mintToken({ ...MINTING, agent: 'release-agent' });
    const later = (seconds: number) =>
      authenticator({ clock: () => new Date(NOW.getTime() + seconds * 1000) });
    await expect(codeOf((await later(900))(`Bearer ${token}`))).resolves.toBe('granted');
    await expect(codeOf((await later(931))(`Bearer ${token}`))).resolves.toBe('unauthenticated');
  });

  test('names a new token each time, and a new session unless told', async () => {
    const claims = async (more: object = {}) =>
      decodeJwt(await mintToken({ ...MINTING, agent: 'a', ...more }));
    const [first, second] = [await claims(), await claims()];
    expect(first).toMatchObject({ sub: 'a', profile: 'release', aud: AUDIENCE, iss: LOCAL_ISSUER });
    expect([first.jti, first.sid]).toEqual([
      expect.stringMatching(/^tok_.{22}$/),
      expect.stringMatching(/^ses_.{22}$/),
    ]);
    expect(new Set([first.jti, second.jti, first.sid, second.sid]).size).toBe(4);
    expect((await claims({ session: 'ses_mine' })).sid).toBe('ses_mine');
    expect((await claims({ session: null })).sid).toBeNull();
  });
});
