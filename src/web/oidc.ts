/** Signing in through the organisation's OpenID provider: authorization code with PKCE, state and nonce, and its ID token's signature checked. */
import * as client from 'openid-client';
import { CountersignError } from '../domain/errors.ts';
import type { OutsideIdentity } from '../domain/sign-in.ts';

/** Seconds within which somebody must have shown themselves to the provider, where that is asked for. */
export const FRESH_SECONDS = 5 * 60;
const PROVIDER_TIMEOUT_SECONDS = 10;

/** One try to sign in, kept in the browser that began it. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Whether the provider was asked to look at the person again. */
  readonly fresh: boolean;
}

/** Whom the provider names. */
export interface SignedIn extends OutsideIdentity {
  /** When it last saw the person themselves; absent where it does not say. */
  readonly authenticatedAt?: Date;
}

export interface IdentityProvider {
  readonly issuer: string;
  /** Where to send the browser. Rejects with `unavailable` when the provider does not answer. */
  begin(options: {
    readonly redirectUri: string;
    readonly fresh: boolean;
  }): Promise<{ readonly url: string; readonly attempt: Attempt }>;
  /** Trades the code in the address the browser came back to. Rejects with `unauthenticated` for anything doubtful. */
  finish(callback: URL, attempt: Attempt): Promise<SignedIn>;
}

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, proven by PKCE alone. */
  readonly clientSecret?: string;
}

/** Asks nothing of the provider before the first sign-in. Throws `misconfigured` for one that is neither https nor on this machine. */
export function createIdentityProvider(settings: ProviderSettings): IdentityProvider {
  const issuer = new URL(settings.issuer);
  if (issuer.protocol !== 'https:' && !isLoopback(issuer)) {
    throw new CountersignError(
      'misconfigured',
      `Cannot sign people in: COUNTERSIGN_OIDC_ISSUER is "${settings.issuer}", wanted https`,
    );
  }
  let known: Promise<client.Configuration> | undefined;
  const configuration = () => {
    known ??= discover(issuer, settings).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    issuer: settings.issuer,
    begin: async (options) => begin(await configuration(), options),
    finish: async (callback, attempt) => finish(await configuration(), callback, attempt),
  };
}

/** Whether an address never leaves this machine, so that it needs no encryption. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Whether a `Host` header names this machine itself, on whatever port. */
export function isLoopbackHost(host: string | undefined): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/.test(host ?? '');
}

async function discover(issuer: URL, { clientId, clientSecret }: ProviderSettings) {
  try {
    return await client.discovery(
      issuer,
      clientId,
      undefined,
      clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret),
      {
        timeout: PROVIDER_TIMEOUT_SECONDS,
        execute: [
          client.enableNonRepudiationChecks,
          ...(isLoopback(issuer) ? [client.allowInsecureRequests] : []),
        ],
      },
    );
  } catch (cause) {
    throw new CountersignError('unavailable', 'Cannot sign in: the identity provider does not answer', {
      cause,
    });
  }
}

async function begin(
  configuration: client.Configuration,
  { redirectUri, fresh }: { readonly redirectUri: string; readonly fresh: boolean },
) {
  const attempt: Attempt = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    fresh,
  };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
    ...(fresh ? { max_age: String(FRESH_SECONDS), prompt: 'login' } : {}),
  });
  return { url: url.href, attempt };
}

async function finish(
  configuration: client.Configuration,
  callback: URL,
  { state, nonce, verifier, fresh }: Attempt,
): Promise<SignedIn> {
  const claims = await client
    .authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      ...(fresh ? { maxAge: FRESH_SECONDS } : {}),
    })
    .then((tokens) => tokens.claims())
    .catch((cause: unknown) => {
      throw refused(cause);
    });
  if (claims === undefined) throw refused(undefined);
  const { iss: issuer, sub: subject, auth_time } = claims;
  return {
    issuer,
    subject,
    ...(auth_time === undefined ? {} : { authenticatedAt: new Date(auth_time * 1_000) }),
  };
}

function refused(cause: unknown): CountersignError {
  const message = 'Cannot sign in: the identity provider did not confirm it; please try again';
  return new CountersignError('unauthenticated', message, { cause });
}
