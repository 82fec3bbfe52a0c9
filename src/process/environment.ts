/** The environment as checked text by setting name: whatever is wrong with it is found here, all of it. */
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import {
  foreignSecrets,
  type Role,
  readableFromFile,
  rolesNeed,
  SETTING_NAMES,
  type SettingKind,
  type SettingName,
  settingRow,
} from './setting-table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const secretFileBytesMax = 65_536;
const urlOf = (protocols: RegExp) => z.url({ protocol: protocols, error: 'is not an http or https URL' });

const kinds: Record<SettingKind, z.ZodType<string>> = {
  secret: z.string(),
  material: z.string(),
  text: z.string().max(1_000, 'is longer than 1000 characters'),
  folder: z.string().max(1_000, 'is longer than 1000 characters'),
  url: urlOf(/^https?$/),
  address: z.string().regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i, 'is not host:port'),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port from 0 to 65535')
    .refine((text) => Number(text) <= 65_535, 'is not a port from 0 to 65535'),
  level: z.enum(
    ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    'is not one of trace, debug, info, warn, error, silent',
  ),
  environment: z.enum(['prod', 'staging', 'dev'], 'is not one of prod, staging, dev'),
};

/** Values by name, defaults filled in; throws one `misconfigured` error that lists every problem. See `readSettings`. */
export function readEnvironment(
  env: Environment,
  roles: readonly Role[] | undefined,
): ReadonlyMap<SettingName, string> {
  const problems: FieldProblem[] = [];
  const values = new Map<SettingName, string>();
  for (const name of SETTING_NAMES) {
    const { value, problem } = readOne(name, env);
    if (problem !== undefined) problems.push({ field: name, problem });
    else if (value !== undefined) values.set(name, value);
  }
  problems.push(...slackProblems(values), ...oidcProblems(values), ...roleProblems(values, roles));
  if (problems.length > 0) throw misconfigured(problems);
  return values;
}

/** The files that settings were read from, by setting, as `<NAME>_FILE` names them. */
export function settingFiles(env: Environment): Readonly<Partial<Record<SettingName, string>>> {
  const named = SETTING_NAMES.filter(readableFromFile).map((name) => [name, env[`${name}_FILE`]]);
  return Object.fromEntries(named.filter(([, file]) => file !== undefined));
}

/** One setting as found: a value, or what is wrong with it, or neither when it is absent. */
interface Reading {
  readonly value?: string | undefined;
  readonly problem?: string;
}

function readOne(name: SettingName, env: Environment): Reading {
  const direct = env[name];
  const file = readableFromFile(name) ? env[`${name}_FILE`] : undefined;
  if (direct !== undefined && file !== undefined)
    return { problem: `is set together with ${name}_FILE: give only one` };
  const raw: Reading =
    file === undefined ? { value: direct ?? settingRow(name).fallback } : readSecretFile(name, file);
  if (raw.value === undefined) return raw;
  // A blank value is nearly always an unset variable passed on, and a blank secret would be accepted by everyone.
  if (raw.value.trim() === '') return { problem: 'is empty: give it a value or unset it' };
  const { kind, charsMin = 0 } = settingRow(name);
  if (raw.value.trim().length < charsMin) return { problem: `is shorter than ${charsMin} characters` };
  const parsed = kinds[kind].safeParse(raw.value.trim());
  return parsed.success
    ? { value: parsed.data }
    : { problem: parsed.error.issues[0]?.message ?? 'is not valid' };
}

function readSecretFile(name: SettingName, path: string): Reading {
  try {
    if (statSync(path).size > secretFileBytesMax)
      return { problem: `is in a file over ${secretFileBytesMax} bytes (${name}_FILE)` };
    return { value: readFileSync(path, 'utf8') };
  } catch (cause) {
    return {
      problem: `is in a file that cannot be read (${name}_FILE): ${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'}`,
    };
  }
}

function slackProblems(values: ReadonlyMap<SettingName, string>): FieldProblem[] {
  const has = (name: SettingName): boolean => values.has(name);
  if (has('SLACK_BOT_TOKEN')) {
    return has('SLACK_SIGNING_SECRET') || has('SLACK_APP_TOKEN')
      ? []
      : [
          {
            field: 'SLACK_SIGNING_SECRET',
            problem: 'is missing: a bot token wants it, or SLACK_APP_TOKEN for Socket Mode',
          },
        ];
  }
  const orphans: SettingName[] = ['SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'SLACK_API_URL'];
  return orphans.filter(has).map((field) => ({ field, problem: 'is set without SLACK_BOT_TOKEN' }));
}

function oidcProblems(values: ReadonlyMap<SettingName, string>): FieldProblem[] {
  const has = (name: SettingName): boolean => values.has(name);
  const orphans: SettingName[] = ['COUNTERSIGN_OIDC_CLIENT_ID', 'COUNTERSIGN_OIDC_CLIENT_SECRET'];
  if (!has('COUNTERSIGN_OIDC_ISSUER'))
    return orphans.filter(has).map((field) => ({ field, problem: 'is set without COUNTERSIGN_OIDC_ISSUER' }));
  return has('COUNTERSIGN_OIDC_CLIENT_ID')
    ? []
    : [{ field: 'COUNTERSIGN_OIDC_CLIENT_ID', problem: 'is missing: COUNTERSIGN_OIDC_ISSUER wants it' }];
}

function roleProblems(
  values: ReadonlyMap<SettingName, string>,
  roles: readonly Role[] | undefined,
): FieldProblem[] {
  if (roles === undefined) return [];
  // A profile of the SDK's configuration also says where Temporal is.
  const elsewhere = values.has('TEMPORAL_PROFILE') || values.has('TEMPORAL_CONFIG_FILE');
  const missing = new Map<SettingName, Role>();
  for (const role of roles) {
    for (const name of rolesNeed(role)) {
      if (!values.has(name) && !(name === 'TEMPORAL_ADDRESS' && elsewhere)) missing.set(name, role);
    }
  }
  const held = foreignSecrets(roles).filter((name) => values.has(name));
  return [
    ...[...missing].map(([field, role]) => ({ field, problem: `is missing: role "${role}" needs it` })),
    ...held.map((field) => ({
      field,
      problem: `is a secret of role "${settingRow(field).holders?.join(', ')}": unset it here`,
    })),
  ];
}

function misconfigured(problems: readonly FieldProblem[]): CountersignError {
  const lines = problems.map(({ field, problem }) => `${field} ${problem}`);
  return new CountersignError('misconfigured', `Cannot read settings: ${lines.join('; ')}`, { problems });
}
