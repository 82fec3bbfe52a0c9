/** The keys of a process: its own files in the embedded default, settings in production. Each role takes only its part. */
import type { JWK } from 'jose';
import type { z } from 'zod';
import { loadOrCreateKeys } from '../approvals/keys.ts';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { Issuer } from '../gateway/auth.ts';
import { LOCAL_ISSUER } from '../gateway/token.ts';
import type { SettingName } from '../process/setting-table.ts';
import type { Settings } from '../process/settings.ts';
import { issuersSetting, privateKeySetting, publicKeysSetting } from './key-settings.ts';

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
export async function keysFromSettings({ keys }: Pick<Settings, 'keys'>): Promise<RoleKeys> {
  const { agentKeys, sealPrivate, sealPublic, decisionPrivate, decisionPublic } = keys;
  const problems: FieldProblem[] = [];
  async function read<Key>(
    field: SettingName,
    schema: z.ZodType<Key, string>,
    text: string | undefined,
  ): Promise<Key | undefined> {
    if (text === undefined) return undefined;
    const { data, error } = await schema.safeParseAsync(text);
    for (const { path, message } of error?.issues ?? [])
      problems.push({ field, problem: path.length === 0 ? message : `"${path.join('/')}" ${message}` });
    return data;
  }
  const found = {
    issuers: (await read('COUNTERSIGN_AGENT_KEYS', issuersSetting, agentKeys)) ?? [],
    sealPrivate: (await read('COUNTERSIGN_SEAL_PRIVATE_KEY', privateKeySetting, sealPrivate)) ?? '',
    sealPublic: (await read('COUNTERSIGN_SEAL_PUBLIC_KEY', publicKeysSetting, sealPublic)) ?? [],
    decisionPrivate:
      (await read('COUNTERSIGN_DECISION_PRIVATE_KEY', privateKeySetting, decisionPrivate)) ?? '',
    decisionPublic: (await read('COUNTERSIGN_DECISION_PUBLIC_KEY', publicKeysSetting, decisionPublic)) ?? [],
  };
  if (problems.length === 0) return found;
  const list = problems.map(({ field, problem }) => `${field} ${problem}`).join('; ');
  throw new CountersignError('misconfigured', `Cannot read keys: ${list}`, { problems });
}
