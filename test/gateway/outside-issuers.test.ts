import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAuthenticator, type Issuer } from '../../src/gateway/auth.ts';
import { AGENTS, agent, directory } from './open-door.ts';
import { bookInMemory, revoking } from './orders-in-memory.ts';

const OKTA = 'https://acme.okta.example';
const SPIRE = 'https://spire.acme.example';
const SPIFFE_ID = 'spiffe://acme.example/agents/release';
const NOW = new Date('2026-11-21T09:00:00.000Z');
const NOW_S = NOW.getTime() / 1000;
const MINUTE_MS = 60_000;

const KNOWN = [...AGENTS, agent('spiffe-agent', { identities: [{ issuer: SPIRE, subject: SPIFFE_ID }] })];
const people = {
  ...directory,
  agentByIdentity: async ({ issuer, subject }: { readonly issuer: string; readonly subject: string }) =>
    KNOWN.find(({ identities }) =>
      identities.some((one) => one.issuer === issuer && one.subject === subject),
    ),
};

type Alg = 'ES256' | 'ES384' | 'RS256' | 'PS256' | 'EdDSA';

interface Key {
  readonly kid: string;
  readonly alg: Alg;
  readonly publicJwk: JWK;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
}

async function key(kid: string, alg: Alg): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}

const FIRST = await key('first', 'ES256');
const SECOND = await key('second', 'ES256');

/** `undefined` leaves a claim out. */
type Claims = Readonly<Record<string, unknown>>;

async function sign(by: Key, claims: Claims = {}): Promise<string> {
  const payload = {
    iss: OKTA,
    aud: 'api://countersign',
    sub: '0oa1',
    iat: NOW_S,
    exp: NOW_S + 3600,
    ...claims,
  };
  const token = new SignJWT(JSON.parse(JSON.stringify(payload)) as JWTPayload);
  return `Bearer ${await token.setProtectedHeader({ alg: by.alg, kid: by.kid }).sign(by.privateKey)}`;
}

/** The issuer's own server. `answer` is what it says to a question for its keys. */
let server: Server;
let jwksUri: string;
let asked: number;
let answer: () => { readonly status?: number; readonly location?: string; readonly body: string } | undefined;
const serving = (...keys: readonly Key[]) => {
  answer = () => ({ body: JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }) });
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  asked = 0;
  serving(FIRST);
  server = createServer((_, response) => {
    asked += 1;
    const said = answer();
    if (said === undefined) return;
    response.writeHead(said.status ?? 200, said.location === undefined ? {} : { location: said.location });
    response.end(said.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
});
afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function door(more: Partial<Issuer> = {}, orders = bookInMemory()) {
  const issuers = [{ issuer: OKTA, audience: 'api://countersign', keys: { jwksUri }, ...more }];
  return createAuthenticator({
    issuers: () => issuers,
    environment: 'prod',
    directory: people,
    orders,
    clock: () => new Date(),
  });
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return await attempt.then(
    () => 'granted',
    (error: { readonly code: string }) => error.code,
  );
}

describe('an outside issuer', () => {
  test('is believed by its published keys, asked for once', async () => {
    const authenticate = door();
    const callers = await Promise.all([1, 2, 3].map(async () => await authenticate(await sign(FIRST))));
    expect(callers[0]).toMatchObject({ agent: { id: 'okta-agent' }, session: null, token: null });
    expect(asked).toBe(1);
  });

  test.each<Alg>(['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'])('may sign with %s', async (alg) => {
    const own = await key('own', alg);
    serving(own);
    await expect(codeOf(door()(await sign(own)))).resolves.toBe('granted');
  });

  test('maps a SPIFFE id to its agent', async () => {
    const authenticate = door({ issuer: SPIRE });
    const token = await sign(FIRST, {
      iss: SPIRE,
      sub: SPIFFE_ID,
      aud: ['api://other', 'api://countersign'],
    });
    expect(await authenticate(token)).toMatchObject({ agent: { id: 'spiffe-agent' } });
  });

  test('has its sessions and tokens named with its name, so that it can name nobody else’s', async () => {
    const orders = bookInMemory();
    const authenticate = door({}, orders);
    const token = await sign(FIRST, { sid: 'ses_1', jti: 'tok_1' });
    expect(await authenticate(token)).toMatchObject({ session: `ses_1@${OKTA}`, token: `tok_1@${OKTA}` });
    await orders.add(revoking('session', 'ses_1'));
    await expect(codeOf(authenticate(token))).resolves.toBe('granted');
    await orders.add(revoking('session', `ses_1@${OKTA}`));
    await expect(codeOf(authenticate(token))).resolves.toBe('revoked');
  });

  test.each<[string, Claims, string]>([
    ['a day-old token', { iat: NOW_S - 86_400, exp: NOW_S + 60 }, 'granted'],
    [
      'an older token, however long it says it lives',
      { iat: NOW_S - 86_500, exp: NOW_S + 60 },
      'unauthenticated',
    ],
    ['a token with the profile the directory has', { profile: 'release' }, 'granted'],
    ['a token of another profile', { profile: 'support' }, 'unauthenticated'],
    ['a subject of nobody', { sub: '0oa2' }, 'unauthenticated'],
    ['the id of an agent as subject', { sub: 'release-agent' }, 'unauthenticated'],
    ['a subject that another issuer knows', { sub: SPIFFE_ID }, 'unauthenticated'],
    ['the audience of our own tokens', { aud: 'countersign' }, 'unauthenticated'],
    ['no audience', { aud: undefined }, 'unauthenticated'],
    ['no expiry', { exp: undefined }, 'unauthenticated'],
    ['no issue time', { iat: undefined }, 'unauthenticated'],
    ['an issue time in the future', { iat: NOW_S + 60 }, 'unauthenticated'],
    ['a token that is not valid yet', { nbf: NOW_S + 60 }, 'unauthenticated'],
    ['an expired token', { exp: NOW_S - 31 }, 'unauthenticated'],
    ['our own name as issuer', { iss: 'countersign-local' }, 'unauthenticated'],
    ['its name with a slash', { iss: `${OKTA}/` }, 'unauthenticated'],
  ])('is held to its claims: %s', async (_, claims, code) => {
    await expect(codeOf(door()(await sign(FIRST, claims)))).resolves.toBe(code);
  });

  test('is not believed with an algorithm that is not among its own', async () => {
    await expect(codeOf(door({ algorithms: ['RS256'] })(await sign(FIRST)))).resolves.toBe('unauthenticated');
    expect(asked).toBe(0);
  });

  test.each(['HS256', 'none', 'ES256K', 'dir'])('is not believed with %s', async (alg) => {
    const [, payload = '', signature = ''] = (await sign(FIRST)).split('.');
    const header = Buffer.from(JSON.stringify({ alg, kid: 'first' })).toString('base64url');
    await expect(codeOf(door()(`Bearer ${header}.${payload}.${signature}`))).resolves.toBe('unauthenticated');
    expect(asked).toBe(0);
  });

  test('is not asked for keys at an address that the token names', async () => {
    const [, payload = '', signature = ''] = (await sign(SECOND)).split('.');
    const own = { alg: 'ES256', kid: 'second', jku: 'https://evil.example/keys', jwk: SECOND.publicJwk };
    const header = Buffer.from(JSON.stringify(own)).toString('base64url');
    await expect(codeOf(door()(`Bearer ${header}.${payload}.${signature}`))).resolves.toBe('unauthenticated');
  });
});

describe('an outside issuer that replaces its keys', () => {
  test('has a new key believed when the pause between questions is over', async () => {
    const authenticate = door();
    await authenticate(await sign(FIRST));
    serving(FIRST, SECOND);
    await expect(codeOf(authenticate(await sign(SECOND)))).resolves.toBe('unauthenticated');
    vi.setSystemTime(NOW.getTime() + MINUTE_MS);
    await expect(codeOf(authenticate(await sign(SECOND)))).resolves.toBe('granted');
    await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('granted');
    expect(asked).toBe(2);
  });

  test('has a key that it took away believed for five minutes at most', async () => {
    const authenticate = door();
    await authenticate(await sign(FIRST));
    serving(SECOND);
    vi.setSystemTime(NOW.getTime() + 4 * MINUTE_MS);
    await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('granted');
    vi.setSystemTime(NOW.getTime() + 5 * MINUTE_MS + 1);
    await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('unauthenticated');
    await expect(codeOf(authenticate(await sign(SECOND)))).resolves.toBe('granted');
  });

  test('is not asked again for each key that nobody has', async () => {
    const authenticate = door();
    await authenticate(await sign(FIRST));
    for (let at = 0; at < 20; at += 1) {
      const token = sign({ ...SECOND, kid: `unknown-${at}` });
      await expect(codeOf(authenticate(await token))).resolves.toBe('unauthenticated');
    }
    expect(asked).toBe(1);
  });
});

describe('an issuer whose keys cannot be fetched', () => {
  const many = (count: number) => JSON.stringify({ keys: Array(count).fill({ kty: 'oct', k: 'AA' }) });

  test.each<[string, typeof answer]>([
    ['an error', () => ({ status: 500, body: '' })],
    ['a page', () => ({ body: '<html>' })],
    ['no key set', () => ({ body: '{"keys": "none"}' })],
    ['null', () => ({ body: 'null' })],
    ['too many keys', () => ({ body: many(101) })],
    ['more than it may', () => ({ body: JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) }) })],
    ['another address', () => ({ status: 302, location: 'http://127.0.0.1:1/keys', body: '' })],
  ])('lets nobody in when it answers with %s', async (_, says) => {
    answer = says;
    await expect(door()(await sign(FIRST))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Cannot authenticate: the keys of the issuer are unreachable',
    });
  });

  test('lets nobody in when it says nothing, within seconds', { timeout: 10_000 }, async () => {
    answer = () => undefined;
    const began = performance.now();
    await expect(codeOf(door()(await sign(FIRST)))).resolves.toBe('unavailable');
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  test('is left in peace for a moment, and believed when it is back', async () => {
    answer = () => ({ status: 503, body: '' });
    const authenticate = door();
    for (let at = 0; at < 10; at += 1)
      await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('unavailable');
    expect(asked).toBe(1);
    serving(FIRST);
    vi.setSystemTime(NOW.getTime() + 2_001);
    await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('granted');
  });

  test('keeps those it knows believed while they are fresh', async () => {
    const authenticate = door();
    await authenticate(await sign(FIRST));
    answer = () => ({ status: 503, body: '' });
    vi.setSystemTime(NOW.getTime() + MINUTE_MS);
    await expect(codeOf(authenticate(await sign(SECOND)))).resolves.toBe('unavailable');
    await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('granted');
    vi.setSystemTime(NOW.getTime() + 6 * MINUTE_MS);
    await expect(codeOf(authenticate(await sign(FIRST)))).resolves.toBe('unavailable');
  });
});
