/** Agents' bearer tokens of our own making: for the embedded default, where no outside issuer exists. */
import { randomBytes } from 'node:crypto';
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose';
import { CountersignError } from '../domain/errors.ts';

/** The audience every agent token must name, unless its issuer is configured with another one. */
export const AUDIENCE = 'countersign';
/** The issuer name of locally minted tokens. */
export const LOCAL_ISSUER = 'countersign-local';
/** No token of ours is believed longer than this after it was issued. */
export const TOKEN_AGE_MAX_SECONDS = 3600;

/** What a token is minted from. `privateKey` is the issuer's Ed25519 key, named by its thumbprint. */
export interface Minting {
  readonly privateKey: JWK;
  readonly agent: string;
  /** The agent's profile as the directory has it; a token of another one is refused at the door. */
  readonly profile: string;
  readonly now: Date;
  /** The session it is of: a new one unless told otherwise. `null`: of none, so it sees all requests of its agent. */
  readonly session?: string | null;
  readonly ttlSeconds?: number;
  readonly issuer?: string;
  readonly audience?: string;
}

/** Signs a short-lived token for one agent. It grants nothing by itself: the door looks the agent up each time. */
export async function mintToken(minting: Minting): Promise<string> {
  const { privateKey, agent, profile, now, session = newSession() } = minting;
  const { ttlSeconds = 900, issuer = LOCAL_ISSUER, audience = AUDIENCE } = minting;
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > TOKEN_AGE_MAX_SECONDS) {
    throw new CountersignError(
      'invalid-field',
      `Cannot mint token: lifetime is "${ttlSeconds}" seconds, want 1 to ${TOKEN_AGE_MAX_SECONDS}`,
    );
  }
  const kid = await calculateJwkThumbprint(privateKey);
  const issuedAt = Math.floor(now.getTime() / 1000);
  return await new SignJWT({ profile, sid: session })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(agent)
    .setJti(`tok_${random()}`)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ttlSeconds)
    .sign(privateKey);
}

/** A name for one run of an agent, for tokens that are to share a session. */
export function newSession(): string {
  return `ses_${random()}`;
}

function random(): string {
  return randomBytes(16).toString('base64url');
}
