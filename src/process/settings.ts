/** The settings of one process: the environment read once through zod, every problem reported together. */
import { resolve } from 'node:path';
import { type Environment, readEnvironment, settingFiles } from './environment.ts';
import { type Role, SETTING_NAMES, type SettingName, settingRow } from './setting-table.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** One vendor of the default catalogue: its credential and where its API is; both absent means the emulator. */
export interface VendorSettings {
  readonly token?: string;
  readonly apiUrl?: string;
}

/** What a process runs with. Frozen. Paths are absolute; absent secrets are absent, never empty. */
export interface Settings {
  readonly host: string;
  readonly ports: {
    readonly gateway: number;
    readonly approvals: number;
    readonly sandbox: number;
    readonly health?: number;
  };
  readonly logLevel: LogLevel;
  /** Where this process is: agents of another environment are refused. */
  readonly environment: 'prod' | 'staging' | 'dev';
  readonly configFolder: string;
  /** Folder of a policy that is judged beside the enforced one and only recorded. */
  readonly shadowPolicyFolder?: string;
  readonly dataFolder: string;
  /** Unset: embedded PGlite in `dataFolder`. */
  readonly databaseUrl?: string;
  readonly temporal: {
    /** Unset: the embedded dev server, unless `profile` or `configFile` says where. */
    readonly address?: string;
    readonly namespace: string;
    readonly profile?: string;
    readonly configFile?: string;
    readonly port: number;
    readonly uiPort: number;
    readonly binary?: string;
    readonly cacheFolder?: string;
    readonly metricsAddress?: string;
  };
  readonly slack: {
    /** `sandbox` when there is no bot token; `socket` when there is an app token. */
    readonly mode: 'sandbox' | 'http' | 'socket';
    readonly botToken?: string;
    readonly signingSecret?: string;
    readonly appToken?: string;
    readonly apiUrl?: string;
  };
  /** The mail server of the second channel, with its credentials. */
  readonly smtpUrl?: string;
  readonly pages: {
    /** Where people reach the approver pages, without a slash at its end. */
    readonly baseUrl: string;
    /** Absent: nobody signs in there. */
    readonly provider?: {
      readonly issuer: string;
      readonly clientId: string;
      readonly clientSecret?: string;
    };
  };
  readonly vendors: {
    readonly github: VendorSettings;
    readonly stripe: VendorSettings;
    readonly resend: VendorSettings;
  };
  readonly keys: {
    readonly agentKeys?: string;
    readonly sealPrivate?: string;
    readonly sealPublic?: string;
    readonly decisionPrivate?: string;
    readonly decisionPublic?: string;
    /** Makes the ids of requests unguessable. */
    readonly idSecret?: string;
    /** Where public keys were read from: looked at again while running, so that keys can be replaced. */
    readonly files: {
      readonly agentKeys?: string;
      readonly sealPublic?: string;
      readonly decisionPublic?: string;
    };
  };
  /** Every secret in force, so that the log can blank them wherever they turn up. */
  readonly secrets: readonly string[];
}

/**
 * Reads and checks the environment. `roles` says what this process will be: with them, what each role needs must be
 * there and no secret of another role may be; without them (the embedded default) anything may be absent.
 * Throws one `misconfigured` error that lists every problem; no message carries a value of a secret.
 */
export function readSettings(env: Environment, options: { readonly roles?: readonly Role[] } = {}): Settings {
  return assemble(readEnvironment(env, options.roles), keyFiles(env));
}

function keyFiles(env: Environment): Settings['keys']['files'] {
  const files = settingFiles(env);
  const absolute = (name: SettingName) => (files[name] === undefined ? undefined : resolve(files[name]));
  return present({
    agentKeys: absolute('COUNTERSIGN_AGENT_KEYS'),
    sealPublic: absolute('COUNTERSIGN_SEAL_PUBLIC_KEY'),
    decisionPublic: absolute('COUNTERSIGN_DECISION_PUBLIC_KEY'),
  });
}

function assemble(values: ReadonlyMap<SettingName, string>, files: Settings['keys']['files']): Settings {
  const get = (name: SettingName): string | undefined => values.get(name);
  // Defined for every name read here: each has a fallback in the table.
  const sure = (name: SettingName): string => values.get(name) ?? settingRow(name).fallback ?? '';
  const botToken = get('SLACK_BOT_TOKEN');
  return deepFreeze({
    host: sure('COUNTERSIGN_HOST'),
    ports: present({
      gateway: Number(sure('COUNTERSIGN_GATEWAY_PORT')),
      approvals: Number(sure('COUNTERSIGN_APPROVALS_PORT')),
      sandbox: Number(sure('COUNTERSIGN_SANDBOX_PORT')),
      health: numberOr(get('COUNTERSIGN_HEALTH_PORT')),
    }),
    logLevel: sure('COUNTERSIGN_LOG_LEVEL') as LogLevel,
    environment: sure('COUNTERSIGN_ENVIRONMENT') as Settings['environment'],
    configFolder: resolve(sure('COUNTERSIGN_CONFIG')),
    ...present({ shadowPolicyFolder: folderOr(get('COUNTERSIGN_SHADOW_POLICY')) }),
    dataFolder: resolve(sure('COUNTERSIGN_DATA')),
    ...present({ databaseUrl: get('DATABASE_URL') }),
    temporal: present({
      address: get('TEMPORAL_ADDRESS'),
      namespace: sure('TEMPORAL_NAMESPACE'),
      profile: get('TEMPORAL_PROFILE'),
      configFile: get('TEMPORAL_CONFIG_FILE'),
      port: Number(sure('COUNTERSIGN_TEMPORAL_PORT')),
      uiPort: Number(sure('COUNTERSIGN_TEMPORAL_UI_PORT')),
      binary: get('COUNTERSIGN_TEMPORAL_BIN'),
      cacheFolder: get('COUNTERSIGN_CACHE'),
      metricsAddress: get('COUNTERSIGN_TEMPORAL_METRICS'),
    }),
    slack: present({
      mode: botToken === undefined ? 'sandbox' : get('SLACK_APP_TOKEN') === undefined ? 'http' : 'socket',
      botToken,
      signingSecret: get('SLACK_SIGNING_SECRET'),
      appToken: get('SLACK_APP_TOKEN'),
      apiUrl: get('SLACK_API_URL'),
    }),
    ...present({ smtpUrl: get('COUNTERSIGN_SMTP_URL') }),
    pages: pagesOf(get, { host: sure('COUNTERSIGN_HOST'), port: sure('COUNTERSIGN_APPROVALS_PORT') }),
    vendors: {
      github: present({ token: get('GITHUB_TOKEN'), apiUrl: get('GITHUB_API_URL') }),
      stripe: present({ token: get('STRIPE_API_KEY'), apiUrl: get('STRIPE_API_URL') }),
      resend: present({ token: get('RESEND_API_KEY'), apiUrl: get('RESEND_API_URL') }),
    },
    keys: present({
      agentKeys: get('COUNTERSIGN_AGENT_KEYS'),
      sealPrivate: get('COUNTERSIGN_SEAL_PRIVATE_KEY'),
      sealPublic: get('COUNTERSIGN_SEAL_PUBLIC_KEY'),
      decisionPrivate: get('COUNTERSIGN_DECISION_PRIVATE_KEY'),
      decisionPublic: get('COUNTERSIGN_DECISION_PUBLIC_KEY'),
      idSecret: get('COUNTERSIGN_ID_SECRET'),
      files,
    }),
    secrets: SETTING_NAMES.filter((name) => settingRow(name).kind === 'secret').flatMap(
      (name) => get(name) ?? [],
    ),
  });
}

/** Passkeys belong to names, so this machine is called by its name where no address is set. */
function pagesOf(
  get: (name: SettingName) => string | undefined,
  { host, port }: { readonly host: string; readonly port: string },
): Settings['pages'] {
  const isHere = ['127.0.0.1', '::1', 'localhost'].includes(host);
  const baseUrl = get('COUNTERSIGN_APPROVALS_URL') ?? `http://${isHere ? 'localhost' : host}:${port}`;
  const [issuer, clientId] = [get('COUNTERSIGN_OIDC_ISSUER'), get('COUNTERSIGN_OIDC_CLIENT_ID')];
  return present({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    provider:
      issuer === undefined || clientId === undefined
        ? undefined
        : present({ issuer, clientId, clientSecret: get('COUNTERSIGN_OIDC_CLIENT_SECRET') }),
  });
}

const numberOr = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const folderOr = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(path);

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops the keys whose value is undefined, so that "absent" has one form. */
function present<const T extends object>(record: T): Present<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Present<T>;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
