/** Tokens that should open nothing: forged, borrowed, stretched. */
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Attack, deleting, type Ground, refused } from './attack.ts';

const NO = refused(401, 'unauthenticated');
const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

const claims = (over: Readonly<Record<string, unknown>> = {}) => {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'countersign-local',
    aud: 'countersign',
    sub: 'release-agent',
    profile: 'release',
    sid: 'forged',
    jti: 'forged',
    iat: now,
    exp: now + 600,
    ...over,
  };
};

const with_ = (name: string, token: (ground: Ground) => string | Promise<string>): Attack => ({
  name,
  agent: 'release-agent',
  expected: NO,
  call: async (ground) => ({
    body: deleting({}),
    headers: { authorization: `Bearer ${await token(ground)}` },
  }),
});

const strangerKey = () => generateKeyPairSync('ed25519').privateKey;
const signedBy = (key: Parameters<SignJWT['sign']>[0], alg: string, payload: object) =>
  new SignJWT({ ...payload }).setProtectedHeader({ alg, typ: 'JWT' }).sign(key);

/** A genuine token, taken apart and put together with other claims under its old signature. */
async function reworded(ground: Ground, over: Readonly<Record<string, unknown>>): Promise<string> {
  const [header = '', payload = '', signature = ''] = (await ground.token('release-agent')).split('.');
  const genuine: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return [header, encoded({ ...(genuine as object), ...over }), signature].join('.');
}

export const CREDENTIAL_ATTACKS: readonly Attack[] = [
  with_('A token without a signature', () => `${encoded({ alg: 'none' })}.${encoded(claims())}.`),
  with_('A token signed with a key of their own', () => signedBy(strangerKey(), 'EdDSA', claims())),
  with_('A token signed with a shared word', () =>
    signedBy(new TextEncoder().encode('countersign'.repeat(4)), 'HS256', claims()),
  ),
  with_('A genuine token with another agent written in', (ground) =>
    reworded(ground, { sub: 'support-agent', profile: 'support' }),
  ),
  with_('A genuine token made to last', (ground) => reworded(ground, { exp: 4_102_444_800 })),
  with_('A token for another audience', (ground) =>
    ground.token('release-agent', { audience: 'somewhere-else' }),
  ),
  with_('A token of an issuer nobody named', (ground) =>
    ground.token('release-agent', { issuer: 'https://attacker.example' }),
  ),
  with_('A token minted for another profile', (ground) =>
    ground.token('release-agent', { profile: 'support' }),
  ),
  with_('A token that ended an hour ago', (ground) =>
    ground.token('release-agent', { now: new Date(Date.now() - 3_600_000), ttlSeconds: 60 }),
  ),
  with_('A token from tomorrow', (ground) =>
    ground.token('release-agent', { now: new Date(Date.now() + 86_400_000) }),
  ),
  with_('A token of an agent that nobody knows', (ground) =>
    ground.token('ghost-agent', { profile: 'release' }),
  ),
];
