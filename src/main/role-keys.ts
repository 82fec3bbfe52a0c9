/**
 * The keys of a process: its own files in the embedded default, settings in production. Each role takes only its part.
 *
 * Public keys are asked for at every use, because they are replaced while processes run: those that came from a file
 * are read again when it changes. Private keys change with a restart.
 */
import { readFileSync, statSync } from 'node:fs';
import type { JWK } from 'jose';
import type { z } from 'zod';
import { loadOrCreateIdSecret, loadOrCreateKeys } from '../approvals/keys.ts';
import { issuerKeyFiles, issuerKeys, signingKey } from '../approvals/rotation.ts';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import type { Clock } from '../domain/ports.ts';
import type { Issuer } from '../gateway/auth.ts';
import { LOCAL_ISSUER } from '../gateway/token.ts';
import type { SettingName } from '../process/setting-table.ts';
import type { Settings } from '../process/settings.ts';
import { freshFrom, type KeyAlarm } from './fresh-files.ts';
import { issuersSetting, privateKeySetting, publicKeysSetting } from './key-settings.ts';

/** What a role was not given is empty, and using it is refused where it is used. */
export interface RoleKeys {
  readonly issuers: () => readonly Issuer[];
  readonly sealPrivate: JWK | string;
  readonly sealPublic: () => readonly JWK[];
  readonly decisionPrivate: JWK | string;
  readonly decisionPublic: () => readonly JWK[];
  /** Makes ids of requests unguessable. */
  readonly idSecret: string;
}

/** Keys of the embedded default. `issuerPrivate` mints the sandbox's tokens. */
export interface EmbeddedKeys extends RoleKeys {
  readonly issuerPrivate: () => JWK;
}

const FILE_BYTES_MAX = 65_536;
const silent: KeyAlarm = () => undefined;

/** Keys of the embedded default, made on first use. */
export async function embeddedKeys(folder: string, alarm: KeyAlarm = silent): Promise<EmbeddedKeys> {
  const { decision, seal } = await loadOrCreateKeys(folder);
  const [sealPublic, decisionPublic] = [[seal.publicJwk], [decision.publicJwk]];
  return {
    issuers: issuersReader(folder, { clock: () => new Date(), alarm }),
    sealPrivate: seal.privateJwk,
    sealPublic: () => sealPublic,
    decisionPrivate: decision.privateJwk,
    decisionPublic: () => decisionPublic,
    idSecret: await loadOrCreateIdSecret(folder),
    issuerPrivate: freshFrom({
      what: 'the key that mints tokens',
      files: issuerKeyFiles(folder),
      read: () => signingKey(folder),
      alarm,
    }),
  };
}

/**
 * Our own issuer with the keys of a folder at each call: the signing one, and retired ones until their time is over.
 * The same list is answered until it changes.
 */
export function issuersReader(
  folder: string,
  { clock, alarm }: { readonly clock: Clock; readonly alarm: KeyAlarm },
): () => readonly Issuer[] {
  const keys = freshFrom({
    what: "the issuer's keys",
    files: issuerKeyFiles(folder),
    read: () => issuerKeys(folder),
    alarm,
  });
  let kept: { readonly believed: string; readonly issuers: readonly Issuer[] } | undefined;
  return () => {
    const now = clock();
    const live = keys().filter(({ until }) => until === undefined || until > now);
    const believed = live.map(({ jwk }) => jwk.kid).join(' ');
    if (kept?.believed !== believed)
      kept = {
        believed,
        issuers: [{ issuer: LOCAL_ISSUER, keys: { jwks: { keys: live.map(({ jwk }) => jwk) } } }],
      };
    return kept.issuers;
  };
}

/** Keys from settings. Rejects with one `misconfigured` that lists every problem, and no character of a key. */
export async function keysFromSettings(
  { keys }: Pick<Settings, 'keys'>,
  alarm: KeyAlarm = silent,
): Promise<RoleKeys> {
  const problems: FieldProblem[] = [];
  const { files } = keys;
  const found: RoleKeys = {
    issuers: publicKeys(
      { field: 'COUNTERSIGN_AGENT_KEYS', text: keys.agentKeys, file: files.agentKeys },
      { schema: issuersSetting, problems, alarm },
    ),
    sealPrivate: await privateKey('COUNTERSIGN_SEAL_PRIVATE_KEY', keys.sealPrivate, problems),
    sealPublic: publicKeys(
      { field: 'COUNTERSIGN_SEAL_PUBLIC_KEY', text: keys.sealPublic, file: files.sealPublic },
      { schema: publicKeysSetting, problems, alarm },
    ),
    decisionPrivate: await privateKey('COUNTERSIGN_DECISION_PRIVATE_KEY', keys.decisionPrivate, problems),
    decisionPublic: publicKeys(
      { field: 'COUNTERSIGN_DECISION_PUBLIC_KEY', text: keys.decisionPublic, file: files.decisionPublic },
      { schema: publicKeysSetting, problems, alarm },
    ),
    idSecret: keys.idSecret ?? '',
  };
  if (problems.length > 0) throw misconfigured(problems);
  return found;
}

async function privateKey(
  field: SettingName,
  text: string | undefined,
  problems: FieldProblem[],
): Promise<JWK | string> {
  if (text === undefined) return '';
  const { data, error } = await privateKeySetting.safeParseAsync(text);
  if (error !== undefined) problems.push(...problemsOf(field, error));
  return data ?? '';
}

/** Keys as given; where they came from a file, as it is now. What is wrong at first is added to `problems`. */
function publicKeys<Key>(
  { field, text, file }: { field: SettingName; text: string | undefined; file: string | undefined },
  {
    schema,
    problems,
    alarm,
  }: { schema: z.ZodType<readonly Key[], string>; problems: FieldProblem[]; alarm: KeyAlarm },
): () => readonly Key[] {
  const { data = [], error } = text === undefined ? {} : schema.safeParse(text);
  if (error !== undefined) problems.push(...problemsOf(field, error));
  if (file === undefined || error !== undefined) return () => data;
  return freshFrom({ what: field, files: [file], read: () => readAgain(field, schema, file), alarm });
}

function readAgain<Value>(field: SettingName, schema: z.ZodType<Value, string>, file: string): Value {
  if (statSync(file).size > FILE_BYTES_MAX)
    throw misconfigured([{ field, problem: `is in a file over ${FILE_BYTES_MAX} bytes` }]);
  const { data, error } = schema.safeParse(readFileSync(file, 'utf8').trim());
  if (error !== undefined) throw misconfigured(problemsOf(field, error));
  return data;
}

function problemsOf(field: SettingName, { issues }: z.ZodError): FieldProblem[] {
  return issues.map(({ path, message }) => ({
    field,
    problem: path.length === 0 ? message : `"${path.join('/')}" ${message}`,
  }));
}

function misconfigured(problems: readonly FieldProblem[]): CountersignError {
  const list = problems.map(({ field, problem }) => `${field} ${problem}`).join('; ');
  return new CountersignError('misconfigured', `Cannot read keys: ${list}`, { problems });
}
