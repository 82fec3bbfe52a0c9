/** The keys of a process: its own files in the embedded default, settings in production. Each role takes only its part. */
import type { JSONWebKeySet, JWK } from 'jose';
import { loadOrCreateKeys } from '../approvals/keys.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Issuer } from '../gateway/auth.ts';
import { LOCAL_ISSUER } from '../gateway/token.ts';
import type { Settings } from '../process/settings.ts';

export interface RoleKeys {
  readonly issuers: readonly Issuer[];
  readonly sealPrivate: JWK | string;
  readonly sealPublic: readonly JWK[];
  readonly decisionPrivate: JWK | string;
  readonly decisionPublic: readonly JWK[];
}

/** Keys of the embedded default, made on first use. `issuer` also mints the sandbox's tokens. */
export async function embeddedKeys(folder: string): Promise<RoleKeys & { readonly issuerPrivate: JWK }> {
  const { decision, seal, issuer } = await loadOrCreateKeys(folder);
  return {
    issuers: [{ issuer: LOCAL_ISSUER, jwks: { keys: [issuer.publicJwk] } }],
    sealPrivate: seal.privateJwk,
    sealPublic: [seal.publicJwk],
    decisionPrivate: decision.privateJwk,
    decisionPublic: [decision.publicJwk],
    issuerPrivate: issuer.privateJwk,
  };
}

/** Keys from settings. What a role was not given is empty, and using it is refused where it is used. */
export function keysFromSettings({ keys }: Settings): RoleKeys {
  const { agentKeys, sealPrivate = '', sealPublic, decisionPrivate = '', decisionPublic } = keys;
  return {
    issuers:
      agentKeys === undefined
        ? []
        : [{ issuer: LOCAL_ISSUER, jwks: keySet('COUNTERSIGN_AGENT_KEYS', agentKeys) }],
    sealPrivate: privateKey(sealPrivate),
    sealPublic: sealPublic === undefined ? [] : keySet('COUNTERSIGN_SEAL_PUBLIC_KEY', sealPublic).keys,
    decisionPrivate: privateKey(decisionPrivate),
    decisionPublic:
      decisionPublic === undefined ? [] : keySet('COUNTERSIGN_DECISION_PUBLIC_KEY', decisionPublic).keys,
  };
}

/** A JWK as JSON, or PEM as it is. */
function privateKey(text: string): JWK | string {
  return text.trimStart().startsWith('{') ? (parsed('a private key', text) as JWK) : text;
}

/** One JWK or a JWK set, as JSON. */
function keySet(setting: string, text: string): JSONWebKeySet {
  const value = parsed(setting, text);
  if (typeof value !== 'object' || value === null) throw unreadable(setting);
  return 'keys' in value ? (value as JSONWebKeySet) : { keys: [value as JWK] };
}

function parsed(setting: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(setting);
  }
}

/** Without a cause: a parser's message may quote the key. */
function unreadable(setting: string): CountersignError {
  return new CountersignError(
    'misconfigured',
    `Cannot read ${setting}: it is no JSON, wanted a JWK or a JWK set`,
  );
}
