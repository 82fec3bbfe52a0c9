/**
 * Process: what every process of Countersign has before it has a job: settings, logs, connections, telemetry and an
 * orderly end.
 *
 * It promises that all settings are parsed once, that every problem is reported together, and that a role never runs
 * with a secret that belongs to another. It refuses to know what the roles do. `main/` is its only caller; the compose
 * file is checked against the table in this file.
 */

/** The four roles of design §5. A process plays one or several; the embedded default plays all. */
export const ROLES = ['gateway', 'workflows', 'approvals', 'executor'] as const;
export type Role = (typeof ROLES)[number];

/** How a setting's text is read. `secret` is never logged and may come from a file named by `<NAME>_FILE`. */
export type SettingKind =
  | 'secret'
  | 'material'
  | 'text'
  | 'port'
  | 'url'
  | 'address'
  | 'folder'
  | 'level'
  | 'environment';

/**
 * One setting.
 *
 * - `kind` `material` is public key material: also readable from `<NAME>_FILE`, but harmless to hold.
 * - `holders`: the only roles whose process may be given it; absent means any.
 * - `needers`: roles that cannot be served without it (the embedded default makes its own). It says nothing about the
 *   embedded default.
 * - `charsMin`: a shorter value is refused, because it could be guessed.
 */
export interface SettingRow {
  readonly kind: SettingKind;
  readonly says: string;
  readonly fallback?: string;
  readonly charsMin?: number;
  readonly holders?: readonly Role[];
  readonly needers?: readonly Role[];
}

const row = (kind: SettingKind, says: string, more: Omit<SettingRow, 'kind' | 'says'> = {}): SettingRow =>
  Object.freeze({ kind, says, ...more });

/** Every environment variable Countersign reads, by name. The SDK's own `TEMPORAL_*` go to `@temporalio/envconfig`. */
export const SETTINGS = Object.freeze({
  COUNTERSIGN_HOST: row('text', 'address everything listens on', { fallback: '127.0.0.1' }),
  COUNTERSIGN_GATEWAY_PORT: row('port', "agents' door", { fallback: '8080' }),
  COUNTERSIGN_APPROVALS_PORT: row('port', 'Slack and approver pages', { fallback: '8090' }),
  COUNTERSIGN_SANDBOX_PORT: row('port', 'sandbox page, embedded only', { fallback: '8100' }),
  COUNTERSIGN_TEMPORAL_PORT: row('port', 'embedded Temporal dev server', { fallback: '7233' }),
  COUNTERSIGN_TEMPORAL_UI_PORT: row('port', "embedded Temporal dev server's UI", { fallback: '8233' }),
  COUNTERSIGN_HEALTH_PORT: row('port', 'health and readiness of a role process; unset: none'),
  COUNTERSIGN_TEMPORAL_METRICS: row('address', 'Prometheus endpoint of the Temporal SDK; unset: none'),
  COUNTERSIGN_TEMPORAL_BIN: row('text', 'Temporal CLI for the embedded dev server; unset: found or built'),
  COUNTERSIGN_CACHE: row('folder', 'folder of the built Temporal CLI; unset: the user cache folder'),
  COUNTERSIGN_CONFIG: row('folder', "the organisation's config", { fallback: 'config' }),
  COUNTERSIGN_ENVIRONMENT: row('environment', 'prod, staging or dev: agents of another one are refused', {
    fallback: 'prod',
  }),
  COUNTERSIGN_SHADOW_POLICY: row(
    'folder',
    'policy judged beside the enforced one, only recorded; unset: none',
  ),
  COUNTERSIGN_DATA: row('folder', 'embedded state and keys', { fallback: '.countersign' }),
  COUNTERSIGN_LOG_LEVEL: row('level', 'least severity logged', { fallback: 'info' }),
  DATABASE_URL: row('secret', "PostgreSQL, by the role's own login; unset: embedded PGlite", {
    holders: ROLES,
    needers: ROLES,
  }),
  TEMPORAL_ADDRESS: row('address', 'Temporal frontend; unset: embedded dev server or the profile', {
    needers: ROLES,
  }),
  TEMPORAL_NAMESPACE: row('text', 'Temporal namespace', { fallback: 'default' }),
  TEMPORAL_PROFILE: row('text', "profile of the SDK's configuration file"),
  TEMPORAL_CONFIG_FILE: row('text', "the SDK's configuration file"),
  COUNTERSIGN_APPROVALS_URL: row(
    'url',
    'where people reach the approver pages, https; unset: the approvals port on this machine',
  ),
  COUNTERSIGN_OIDC_ISSUER: row('url', 'OpenID provider that people sign in with; unset: nobody signs in', {
    holders: ['approvals'],
  }),
  COUNTERSIGN_OIDC_CLIENT_ID: row('text', 'the approver pages at that provider', { holders: ['approvals'] }),
  COUNTERSIGN_OIDC_CLIENT_SECRET: row(
    'secret',
    'proves the approver pages to that provider; unset: PKCE alone',
    {
      holders: ['approvals'],
    },
  ),
  SLACK_BOT_TOKEN: row('secret', 'unset: the sandbox', { holders: ['approvals'], needers: ['approvals'] }),
  SLACK_SIGNING_SECRET: row('secret', 'proves that a click came from Slack', { holders: ['approvals'] }),
  SLACK_APP_TOKEN: row('secret', 'set: Socket Mode', { holders: ['approvals'] }),
  COUNTERSIGN_SMTP_URL: row('secret', 'mail server for what Slack cannot deliver; unset: none', {
    holders: ['approvals'],
  }),
  SLACK_API_URL: row('url', "base of Slack's Web API, ending in /api/", { holders: ['approvals'] }),
  GITHUB_TOKEN: row('secret', 'executes the github tools', { holders: ['executor'] }),
  GITHUB_API_URL: row('url', 'base of the GitHub API', { holders: ['executor'] }),
  STRIPE_API_KEY: row('secret', 'executes the stripe tools', { holders: ['executor'] }),
  STRIPE_API_URL: row('url', 'base of the Stripe API', { holders: ['executor'] }),
  RESEND_API_KEY: row('secret', 'executes the email tools', { holders: ['executor'] }),
  RESEND_API_URL: row('url', 'base of the Resend API', { holders: ['executor'] }),
  COUNTERSIGN_AGENT_KEYS: row(
    'material',
    'JWKS that agents\' tokens are checked with, or [{"issuer": "https://…", "jwks": {…}}] or with "jwksUri" per issuer',
    { needers: ['gateway'] },
  ),
  COUNTERSIGN_ID_SECRET: row('secret', 'makes the ids of requests unguessable', {
    holders: ['gateway'],
    needers: ['gateway'],
    charsMin: 32,
  }),
  COUNTERSIGN_SEAL_PRIVATE_KEY: row('secret', 'seals what an agent asked', {
    holders: ['gateway'],
    needers: ['gateway'],
  }),
  COUNTERSIGN_SEAL_PUBLIC_KEY: row('material', 'checks seals', { needers: ['executor'] }),
  COUNTERSIGN_DECISION_PRIVATE_KEY: row('secret', 'signs decisions', {
    holders: ['approvals'],
    needers: ['approvals'],
  }),
  COUNTERSIGN_DECISION_PUBLIC_KEY: row('material', 'checks decisions', {
    needers: ['workflows', 'executor'],
  }),
} satisfies Record<string, SettingRow>);

export type SettingName = keyof typeof SETTINGS;

/** Every setting name, in the order of the table. */
export const SETTING_NAMES = Object.freeze(Object.keys(SETTINGS) as SettingName[]);

/** The row of a setting with its optional fields visible. */
export function settingRow(name: SettingName): SettingRow {
  return SETTINGS[name];
}

/** Whether `<NAME>_FILE` may carry the setting. */
export function readableFromFile(name: SettingName): boolean {
  const { kind } = settingRow(name);
  return kind === 'secret' || kind === 'material';
}

/** The settings a role cannot be served without. */
export function rolesNeed(role: Role): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => settingRow(name).needers?.includes(role) === true);
}

/** The secrets a process playing `roles` must not be given, because none of its roles may hold them. */
export function foreignSecrets(roles: readonly Role[]): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => {
    const { kind, holders } = settingRow(name);
    return kind === 'secret' && holders !== undefined && !holders.some((holder) => roles.includes(holder));
  });
}
