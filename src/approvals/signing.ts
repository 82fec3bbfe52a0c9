/**
 * Signatures: decisions, amendments, questions and seals as compact JWS, Ed25519 only. Each kind carries a `typ` header
 * of its own, so that one can never be taken for another. Signing needs the private key; verifying takes public keys only, several for rotation.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactSign, calculateJwkThumbprint, compactVerify, decodeProtectedHeader, type JWK } from 'jose';
import type { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import type {
  AmendmentSigner,
  AmendmentVerifier,
  DecisionSigner,
  DecisionVerifier,
  QuestionSigner,
  QuestionVerifier,
  SealSigner,
  SealVerifier,
} from '../domain/ports.ts';
import { amendmentClaims, decisionClaims, questionClaims, sealClaims } from './claims.schema.ts';

/** A longer JWS is refused unread. */
export const JWS_CHARS_MAX = 16 * 1024;

const KEYS_MAX = 20;
const ALG = 'EdDSA';

/** What is signed, kept apart by the `typ` header. */
type Kind = 'decision' | 'amendment' | 'question' | 'seal';

/** Signs decisions with an Ed25519 private key, as JWK or PKCS#8 PEM. Refuses an empty or other key. */
export async function decisionSigner(privateKey: JWK | string): Promise<DecisionSigner> {
  return { sign: await signer('decision', decisionClaims, privateKey) };
}

/** Verifies decisions against any of several public JWKs. `verify` rejects with `unauthenticated`. */
export async function decisionVerifier(publicJwks: readonly JWK[]): Promise<DecisionVerifier> {
  return { verify: await verifier('decision', decisionClaims, publicJwks) };
}

/** Signs amendments, with the key that signs decisions; as `decisionSigner`. */
export async function amendmentSigner(privateKey: JWK | string): Promise<AmendmentSigner> {
  return { sign: await signer('amendment', amendmentClaims, privateKey) };
}

/** Verifies amendments; as `decisionVerifier`. */
export async function amendmentVerifier(publicJwks: readonly JWK[]): Promise<AmendmentVerifier> {
  return { verify: await verifier('amendment', amendmentClaims, publicJwks) };
}

/** Signs questions, with the key that signs decisions; as `decisionSigner`. */
export async function questionSigner(privateKey: JWK | string): Promise<QuestionSigner> {
  return { sign: await signer('question', questionClaims, privateKey) };
}

/** Verifies questions; as `decisionVerifier`. */
export async function questionVerifier(publicJwks: readonly JWK[]): Promise<QuestionVerifier> {
  return { verify: await verifier('question', questionClaims, publicJwks) };
}

/** Signs seals; as `decisionSigner`. */
export async function sealSigner(privateKey: JWK | string): Promise<SealSigner> {
  return { sign: await signer('seal', sealClaims, privateKey) };
}

/** Verifies seals; as `decisionVerifier`. */
export async function sealVerifier(publicJwks: readonly JWK[]): Promise<SealVerifier> {
  return { verify: await verifier('seal', sealClaims, publicJwks) };
}

/** The public half of an Ed25519 private key, with its thumbprint as `kid`. Safe to hand to any role. */
export async function publicKeyOf(privateKey: JWK | string): Promise<JWK> {
  return publicJwk(createPublicKey(readPrivate(privateKey)));
}

async function signer<Claims>(kind: Kind, schema: z.ZodType<Claims>, privateKey: JWK | string) {
  const key = readPrivate(privateKey);
  const { kid = '' } = await publicJwk(createPublicKey(key));
  return async (claims: Claims): Promise<string> => {
    const payload = new TextEncoder().encode(JSON.stringify(schema.parse(claims)));
    const jws = await new CompactSign(payload)
      .setProtectedHeader({ alg: ALG, typ: typOf(kind), kid })
      .sign(key);
    if (jws.length > JWS_CHARS_MAX) {
      throw new CountersignError(
        'invalid-field',
        `Cannot sign ${kind}: ${jws.length} characters, at most ${JWS_CHARS_MAX} are allowed`,
      );
    }
    return jws;
  };
}

async function verifier<Claims>(kind: Kind, schema: z.ZodType<Claims>, publicJwks: readonly JWK[]) {
  const keys = await keyRing(publicJwks);
  return async (jws: string): Promise<Claims> => {
    if (jws.length > JWS_CHARS_MAX) throw unbelievable(kind, 'it is too long');
    try {
      const key = keys.get(keyIdOf(jws, kind));
      if (key === undefined) throw new TypeError('unknown key');
      const { payload } = await compactVerify(jws, key, { algorithms: [ALG] });
      return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
    } catch (cause) {
      // One sentence for every cause: what exactly was wrong helps a forger more than a clicker.
      throw unbelievable(kind, 'its signature or content is not valid', cause);
    }
  };
}

/** The header must hold exactly alg, typ and kid: anything else could ask a library for more than a signature check. */
function keyIdOf(jws: string, kind: Kind): string {
  const { alg, typ, kid, ...extra } = decodeProtectedHeader(jws);
  if (alg !== ALG || typ !== typOf(kind) || typeof kid !== 'string' || Object.keys(extra).length > 0) {
    throw new TypeError('unexpected header');
  }
  return kid;
}

async function keyRing(publicJwks: readonly JWK[]): Promise<ReadonlyMap<string, KeyObject>> {
  if (publicJwks.length === 0 || publicJwks.length > KEYS_MAX) {
    throw misconfigured(`${publicJwks.length} public keys given, wanted 1 to ${KEYS_MAX}`);
  }
  const ring = new Map<string, KeyObject>();
  for (const jwk of publicJwks) {
    if (jwk.d !== undefined) throw misconfigured('a private key was given where a public one belongs');
    const key = readKey(() => createPublicKey({ key: { ...jwk }, format: 'jwk' }));
    ring.set((await publicJwk(key)).kid ?? '', key);
  }
  return ring;
}

function readPrivate(key: JWK | string): KeyObject {
  if (typeof key === 'string' && key.trim() === '') throw misconfigured('the key is empty');
  return readKey(() => createPrivateKey(typeof key === 'string' ? key : { key: { ...key }, format: 'jwk' }));
}

/** The cause is dropped on purpose: a parser's message may quote what it could not read. */
function readKey(read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch {
    throw misconfigured('the key cannot be read, wanted an Ed25519 JWK or PEM');
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw misconfigured(`the key is "${key.asymmetricKeyType}", wanted "ed25519"`);
  return key;
}

async function publicJwk(key: KeyObject): Promise<JWK> {
  const jwk = key.export({ format: 'jwk' }) as JWK;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: ALG, use: 'sig' };
}

function typOf(kind: Kind): string {
  return `countersign-${kind}+jws`;
}

function misconfigured(problem: string): CountersignError {
  return new CountersignError('misconfigured', `Cannot load signing keys: ${problem}`);
}

function unbelievable(kind: Kind, problem: string, cause?: unknown): CountersignError {
  return new CountersignError('unauthenticated', `Cannot believe ${kind}: ${problem}`, { cause });
}
