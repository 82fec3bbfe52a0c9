import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { CompactSign, type JWK, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  amendmentSigner,
  amendmentVerifier,
  decisionSigner,
  decisionVerifier,
  JWS_CHARS_MAX,
  publicKeyOf,
  sealSigner,
  sealVerifier,
} from '../../src/approvals/signing.ts';
import { amendment, decision, privateKey } from './acme.ts';

const SEAL = {
  request: 'req_1',
  agent: 'release-agent',
  onBehalfOf: null,
  confidence: 0.9,
  asks: ['f'.repeat(64)],
  receivedAt: '2026-11-21T14:00:00.000Z',
};

async function signRaw(key: JWK, header: Record<string, unknown>, payload: unknown): Promise<string> {
  const { kid = '' } = await publicKeyOf(key);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ: 'countersign-decision+jws', kid, ...header })
    .sign(createPrivateKey({ key: { ...key }, format: 'jwk' }));
}

describe('decisionVerifier()', () => {
  it('gives back exactly what was signed, from JWK and from PEM keys', async () => {
    const jwk = privateKey();
    const pem = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
      .export({ format: 'pem', type: 'pkcs8' })
      .toString();
    const { verify } = await decisionVerifier([await publicKeyOf(jwk)]);
    const said = decision({ reason: 'Looks right' });
    for (const key of [jwk, pem]) {
      const { sign } = await decisionSigner(key);
      expect(await verify(await sign(said))).toEqual(said);
    }
  });

  it('accepts every key of the ring, so that keys can rotate', async () => {
    const [old, young] = [privateKey(), privateKey()];
    const { verify } = await decisionVerifier([await publicKeyOf(old), await publicKeyOf(young)]);
    for (const key of [old, young]) {
      const { sign } = await decisionSigner(key);
      expect(await verify(await sign(decision()))).toEqual(decision());
    }
  });

  const forgeries: readonly (readonly [string, (key: JWK) => Promise<string>])[] = [
    ['an unknown key', async () => (await decisionSigner(privateKey())).sign(decision())],
    ['no signature', async () => new UnsecuredJWT({ ...decision() }).encode()],
    ['an extra header', (key) => signRaw(key, { cty: 'json' }, decision())],
    [
      'a key of its own in the header',
      async (key) => signRaw(key, { jwk: await publicKeyOf(key) }, decision()),
    ],
    ['another type', (key) => signRaw(key, { typ: 'JWT' }, decision())],
    ['an extra claim', (key) => signRaw(key, {}, { ...decision(), admin: true })],
    ['a missing claim', (key) => signRaw(key, {}, { ...decision(), digest: undefined })],
    ['a short digest', (key) => signRaw(key, {}, { ...decision(), digest: 'aaaaaaaa' })],
    ['an unknown answer', (key) => signRaw(key, {}, { ...decision(), answer: 'maybe' })],
    ['a local time', (key) => signRaw(key, {}, { ...decision(), at: '2026-11-21 14:00' })],
    ['a payload that is no object', (key) => signRaw(key, {}, 'approve')],
    ['too much text', (key) => signRaw(key, {}, { ...decision(), reason: 'x'.repeat(JWS_CHARS_MAX) })],
    ['nothing at all', async () => ''],
    ['garbage', async () => 'a.b.c'],
  ];
  it.each(forgeries)('refuses %s', async (_, forge) => {
    const key = privateKey();
    const { verify } = await decisionVerifier([await publicKeyOf(key)]);
    await expect(verify(await forge(key))).rejects.toMatchObject({
      name: 'CountersignError',
      code: 'unauthenticated',
    });
  });

  it('refuses a decision whose payload was changed after signing', async () => {
    const key = privateKey();
    const [head, , signature] = (await (await decisionSigner(key)).sign(decision())).split('.');
    const other = Buffer.from(JSON.stringify(decision({ person: 'bob' }))).toString('base64url');
    const { verify } = await decisionVerifier([await publicKeyOf(key)]);
    await expect(verify(`${head}.${other}.${signature}`)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('takes no kind for another, even under one key', async () => {
    const key = privateKey();
    const ring = [await publicKeyOf(key)];
    const signed = {
      seal: await (await sealSigner(key)).sign(SEAL),
      decision: await (await decisionSigner(key)).sign(decision()),
      amendment: await (await amendmentSigner(key)).sign(amendment()),
    };
    const verifiers = {
      seal: await sealVerifier(ring),
      decision: await decisionVerifier(ring),
      amendment: await amendmentVerifier(ring),
    };
    expect(await verifiers.seal.verify(signed.seal)).toEqual(SEAL);
    expect(await verifiers.amendment.verify(signed.amendment)).toEqual(amendment());
    for (const [kind, { verify }] of Object.entries(verifiers)) {
      const others = Object.entries(signed).filter(([other]) => other !== kind);
      expect(others).toHaveLength(2);
      for (const [, jws] of others)
        await expect(verify(jws)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });
});

describe('signing keys', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }) as JWK;
  it.each([
    ['an empty key', ''],
    ['a blank key', '  \n'],
    ['no PEM', 'hunter2'],
    ['an empty JWK', {} as JWK],
    ['another algorithm', rsa],
  ])('refuse %s without quoting it', async (_, key) => {
    const refusal = await decisionSigner(key).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'misconfigured' });
    expect(String(refusal)).not.toContain('hunter2');
  });

  it('refuse an empty ring, a private key in a ring, and an oversized one', async () => {
    const key = privateKey();
    const many = await Promise.all(Array.from({ length: 21 }, () => publicKeyOf(privateKey())));
    for (const ring of [[], [key], many]) {
      await expect(decisionVerifier(ring)).rejects.toMatchObject({ code: 'misconfigured' });
    }
  });

  it('publish only the public half', async () => {
    const published = await publicKeyOf(privateKey());
    expect(Object.keys(published).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });
});
