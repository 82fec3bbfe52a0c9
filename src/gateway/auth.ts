/**
 * Who is asking: agents prove themselves by a bearer JWT of a configured issuer, looked up in the directory at every
 * call and held against the credentials that were revoked. Never logs a token, never says which check failed beyond
 * "expired".
 */
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { CountersignError } from '../domain/errors.ts';
import type { Environment } from '../domain/facts.ts';
import type { Agent } from '../domain/people.ts';
import type { Clock, Directory, StandingOrders } from '../domain/ports.ts';
import { type Issuer, type IssuerKeys, openIssuer } from './issuer-keys.ts';
import { refuseRevoked } from './standing.ts';
import { TOKEN_AGE_MAX_SECONDS } from './token.ts';

export type { Algorithm, Issuer } from './issuer-keys.ts';

/**
 * An authenticated agent. Sessions and tokens of outside issuers are named `<sid>@<issuer>`, so that no issuer can name
 * another's. `session` is null where the token names none; `token` where it has no `jti`.
 */
export interface Caller {
  readonly agent: Agent;
  readonly session: string | null;
  readonly token: string | null;
}

/**
 * Resolves to the caller of an `Authorization` header. Rejects with `unauthenticated`, `revoked`, `agent-suspended`,
 * `wrong-environment`, or `unavailable` where the directory, the orders or an issuer's keys cannot be read.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** What the authenticator stands on. `issuers` is asked at every call: replaced keys count at once. */
export interface AuthenticatorParts {
  readonly issuers: () => readonly Issuer[];
  readonly environment: Environment;
  readonly directory: Pick<Directory, 'agent' | 'agentByIdentity'>;
  readonly orders: StandingOrders;
  readonly clock: Clock;
}

const TOKEN_LENGTH_MAX = 8192;
const CLOCK_TOLERANCE_SECONDS = 30;
const OUTSIDE_AGE_MAX_SECONDS = 86_400;
/** With the longest name of an issuer behind it, it still fits where revocations are kept. */
const NAME = /^[\x21-\x7e]{1,199}$/;
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/** Makes the door's authenticator. Refuses to be made without an issuer, or from one that is not safe to believe. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticate {
  const { issuers, clock } = parts;
  checkIssuers(issuers());
  const opened = new WeakMap<Issuer, IssuerKeys>();
  const keysOf = (issuer: Issuer) => {
    const keys = opened.get(issuer) ?? openIssuer(issuer);
    opened.set(issuer, keys);
    return keys;
  };
  return async (authorization) => {
    const token = BEARER.exec((authorization ?? '').slice(0, TOKEN_LENGTH_MAX))?.[1];
    if (token === undefined) refuse('want a bearer token');
    const claimed = claimedIssuer(token);
    const issuer = issuers().find((one) => one.issuer === claimed);
    if (issuer === undefined) refuse(NOT_VALID);
    const keys = keysOf(issuer);
    const claims = await verified(token, { issuer, keys, now: clock() });
    const caller = await callerOf(claims, { issuer, keys, directory: parts.directory });
    await checkStanding(caller, parts);
    return caller;
  };
}

const NOT_VALID = 'bearer token is not valid';

function checkIssuers(issuers: readonly Issuer[]): void {
  const names = issuers.map(({ issuer }) => issuer);
  const problem = names.length === 0 ? 'no issuer' : 'an issuer is named twice';
  if (names.length === 0 || new Set(names).size < names.length)
    throw new CountersignError('misconfigured', `Cannot authenticate agents: ${problem}`);
  for (const issuer of issuers) openIssuer(issuer);
}

interface Known {
  readonly issuer: Issuer;
  readonly keys: IssuerKeys;
}

async function verified(token: string, { issuer, keys, now }: Known & { readonly now: Date }) {
  const { isOwn, audience, algorithms, keyFor } = keys;
  try {
    const { payload } = await jwtVerify(token, keyFor, {
      algorithms: [...algorithms],
      issuer: issuer.issuer,
      audience,
      requiredClaims: isOwn ? ['sub', 'exp', 'iat', 'jti', 'sid', 'profile'] : ['sub', 'exp', 'iat'],
      maxTokenAge: isOwn ? TOKEN_AGE_MAX_SECONDS : OUTSIDE_AGE_MAX_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    refuse(error instanceof errors.JWTExpired ? 'bearer token is expired' : NOT_VALID, error);
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

/** Refuses a token that was minted for another profile than the agent has now: its powers were meant for that one. */
async function callerOf(
  { sub = '', sid, jti, profile }: JWTPayload,
  { issuer: { issuer }, keys, directory }: Known & Pick<AuthenticatorParts, 'directory'>,
): Promise<Caller> {
  const found = keys.isOwn ? directory.agent(sub) : directory.agentByIdentity({ issuer, subject: sub });
  const agent = await found.catch((cause: unknown) => {
    throw new CountersignError('unavailable', 'Cannot authenticate: the directory is unreachable', { cause });
  });
  if (agent === undefined || (profile !== undefined && profile !== agent.profile)) refuse(NOT_VALID);
  const named = (claim: unknown) => {
    if (claim === undefined || claim === null) return null;
    if (typeof claim !== 'string' || !NAME.test(claim)) refuse(NOT_VALID);
    return keys.isOwn ? claim : `${claim}@${issuer}`;
  };
  return { agent, session: named(sid), token: named(jti) };
}

/** The gravest reason first. */
async function checkStanding(
  { agent, session, token }: Caller,
  { orders, environment, clock }: AuthenticatorParts,
): Promise<void> {
  await refuseRevoked({ agent: agent.id, session, token }, orders, clock());
  if (agent.suspended)
    throw new CountersignError('agent-suspended', `Cannot accept requests: agent "${agent.id}" is suspended`);
  if (agent.environment === environment) return;
  throw new CountersignError(
    'wrong-environment',
    `Cannot accept requests: agent "${agent.id}" belongs to "${agent.environment}", this is "${environment}"`,
  );
}

function refuse(why: string, cause?: unknown): never {
  throw new CountersignError('unauthenticated', `Cannot authenticate: ${why}`, { cause });
}
