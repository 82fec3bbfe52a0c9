/**
 * Who is asking: agents prove themselves by a bearer JWT of a known issuer (Ed25519), looked up in the directory at
 * every call. Never logs a token, never says which check failed beyond "expired".
 */
import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { CountersignError } from '../domain/errors.ts';
import type { Agent } from '../domain/people.ts';
import type { Clock, Directory } from '../domain/ports.ts';
import { TOKEN_AGE_MAX_SECONDS } from './token.ts';

/** An issuer of agents' tokens with its public keys. */
export interface Issuer {
  readonly issuer: string;
  readonly jwks: JSONWebKeySet;
}

/** Resolves to the agent of an `Authorization` header; rejects with `unauthenticated`, `agent-suspended` or `unavailable`. */
export type Authenticate = (authorization: string | undefined) => Promise<Agent>;

type KeySet = ReturnType<typeof createLocalJWKSet>;

const TOKEN_LENGTH_MAX = 8192;
const CLOCK_TOLERANCE_SECONDS = 30;
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/** Makes the door's authenticator. Refuses to be made without an issuer or an audience. */
export function createAuthenticator({
  issuers,
  audience,
  directory,
  clock,
}: {
  readonly issuers: readonly Issuer[];
  readonly audience: string;
  readonly directory: Pick<Directory, 'agent'>;
  readonly clock: Clock;
}): Authenticate {
  if (issuers.length === 0 || issuers.some(({ issuer }) => issuer === '') || audience === '') {
    throw new CountersignError(
      'misconfigured',
      'Cannot authenticate agents: no issuer or an empty name or audience',
    );
  }
  const keySets = new Map(issuers.map(({ issuer, jwks }) => [issuer, createLocalJWKSet(jwks)]));
  return async (authorization) => {
    const token = BEARER.exec((authorization ?? '').slice(0, TOKEN_LENGTH_MAX))?.[1];
    if (token === undefined) refuse('want a bearer token');
    const claims = await verified(token, { keySets, audience, now: clock() });
    return await knownAgent(claims.sub, directory);
  };
}

async function verified(
  token: string,
  {
    keySets,
    audience,
    now,
  }: { readonly keySets: ReadonlyMap<string, KeySet>; readonly audience: string; readonly now: Date },
): Promise<JWTPayload> {
  const issuer = claimedIssuer(token);
  const keySet = issuer === undefined ? undefined : keySets.get(issuer);
  if (issuer === undefined || keySet === undefined) refuse('bearer token is not valid');
  try {
    const { payload } = await jwtVerify(token, keySet, {
      algorithms: ['EdDSA'],
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      maxTokenAge: TOKEN_AGE_MAX_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    refuse(
      error instanceof errors.JWTExpired ? 'bearer token is expired' : 'bearer token is not valid',
      error,
    );
  }
}

/** Only picks the keys to verify with; nothing is believed before `jwtVerify` checked it again. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    // Not a JWT at all: the caller refuses it like a token of an unknown issuer.
    return undefined;
  }
}

async function knownAgent(id: string | undefined, directory: Pick<Directory, 'agent'>): Promise<Agent> {
  if (id === undefined || id === '') refuse('bearer token is not valid');
  const agent = await directory.agent(id).catch((cause: unknown) => {
    throw new CountersignError('unavailable', 'Cannot authenticate: the directory is unreachable', { cause });
  });
  if (agent === undefined) refuse('bearer token is not valid');
  if (agent.suspended) {
    throw new CountersignError('agent-suspended', `Cannot accept requests: agent "${agent.id}" is suspended`);
  }
  return agent;
}

function refuse(why: string, cause?: unknown): never {
  throw new CountersignError('unauthenticated', `Cannot authenticate: ${why}`, { cause });
}
