/**
 * The keys that agents' tokens are verified with: given in the configuration, or fetched from the issuer's JWKS address
 * (Okta, Keycloak, SPIRE). Only public, asymmetric keys; an address that does not answer is `unavailable`, never a pass.
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { CountersignError } from '../domain/errors.ts';
import { AUDIENCE, LOCAL_ISSUER } from './token.ts';

/** What tokens may be signed with. No shared secret and no `none`, whatever an issuer's configuration says. */
export const ALGORITHMS = Object.freeze([
  'EdDSA',
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const);
export type Algorithm = (typeof ALGORITHMS)[number];

/** An issuer of agents' tokens. Its keys are held by the identity of this object: another object is asked anew. */
export interface Issuer {
  /** Its `iss`, letter by letter. `LOCAL_ISSUER` is our own: Ed25519 only, and subjects are ids of agents. */
  readonly issuer: string;
  /** The `aud` its tokens must name; `AUDIENCE` where absent. */
  readonly audience?: string;
  /** All of `ALGORITHMS` where absent. */
  readonly algorithms?: readonly Algorithm[];
  readonly keys: { readonly jwks: JSONWebKeySet } | { readonly jwksUri: string };
}

/** How an issuer's tokens are verified. `keyFor` rejects with `unavailable` when the keys cannot be fetched. */
export interface IssuerKeys {
  readonly isOwn: boolean;
  readonly audience: string;
  readonly algorithms: readonly Algorithm[];
  readonly keyFor: JWTVerifyGetKey;
}

const TIMEOUT_MS = 3_000;
/** A kid that nobody knows has the keys fetched again at most this often. */
const COOLDOWN_MS = 30_000;
/** A key that the issuer took away is believed at most this long. */
const KEPT_AT_MOST_MS = 300_000;
/** After a failed fetch, callers are told so without asking the issuer again. */
const BACKOFF_MS = 2_000;
const ANSWER_BYTES_MAX = 262_144;
const KEYS_MAX = 100;

/** Throws `misconfigured` for an issuer that can't be believed safely. Fetches nothing yet. */
export function openIssuer({ issuer, audience = AUDIENCE, algorithms, keys }: Issuer): IssuerKeys {
  if (issuer === '' || audience === '') throw misconfigured('an issuer or its audience is empty');
  const isOwn = issuer === LOCAL_ISSUER;
  const allowed = isOwn ? (['EdDSA'] as const) : (algorithms ?? ALGORITHMS);
  const unsafe = allowed.find((algorithm) => !ALGORITHMS.includes(algorithm));
  if (allowed.length === 0 || unsafe !== undefined)
    throw misconfigured(`algorithm is "${unsafe ?? ''}", wanted of ${ALGORITHMS.join(', ')}`);
  const keyFor = 'jwks' in keys ? createLocalJWKSet(keys.jwks) : remoteKeys(safeAddress(keys.jwksUri));
  return { isOwn, audience, algorithms: allowed, keyFor };
}

/** Keys fetched over plain HTTP could be anybody's, so only this machine is spoken to so. */
function safeAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (url === undefined || !isSafe || url.username !== '' || url.password !== '')
    throw misconfigured('a JWKS address is not safe, wanted https without a name and password');
  return url;
}

function remoteKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEPT_AT_MOST_MS,
    [customFetch]: patientFetch(),
  });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      throw new CountersignError(
        'unavailable',
        'Cannot authenticate: the keys of the issuer are unreachable',
        {
          cause: error,
        },
      );
    }
  };
}

/** The keys were there, and none of them fits the token. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

/** Callers are not authenticated yet: what they send must not make us knock at a silent issuer's door each time. */
function patientFetch() {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (url: string, options: RequestInit): Promise<Response> => {
    const since = Date.now() - failedAt;
    if (since >= 0 && since < BACKOFF_MS) throw new Error('the keys could not be fetched a moment ago');
    try {
      return await fetchBounded(url, options);
    } catch (error) {
      failedAt = Date.now();
      throw error;
    }
  };
}

async function fetchBounded(url: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(url, options);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ANSWER_BYTES_MAX)
      throw new Error(`the key set is larger than ${ANSWER_BYTES_MAX} bytes`);
  }
  if (answer.status !== 200) throw new Error(`the key set was answered with "${answer.status}"`);
  const set = JSON.parse(text) as { readonly keys?: readonly unknown[] } | null;
  if (!Array.isArray(set?.keys) || set.keys.length > KEYS_MAX)
    throw new Error(`the key set has no list of at most ${KEYS_MAX} keys`);
  return Response.json(set);
}

function misconfigured(problem: string): CountersignError {
  return new CountersignError('misconfigured', `Cannot authenticate agents: ${problem}`);
}
