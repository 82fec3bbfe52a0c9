import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/domain/errors.ts';
import type { Environment } from '../../src/process/environment.ts';
import {
  foreignSecrets,
  ROLES,
  type Role,
  rolesNeed,
  SETTING_NAMES,
  settingRow,
} from '../../src/process/setting-table.ts';
import { readSettings } from '../../src/process/settings.ts';

/** The problems of an environment by setting; empty when it is fine. */
function problemsOf(env: Environment, roles?: readonly Role[]): Record<string, string> {
  try {
    readSettings(env, roles === undefined ? {} : { roles });
    return {};
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    expect(error.code).toBe('misconfigured');
    return Object.fromEntries(error.problems.map(({ field, problem }) => [field, problem]));
  }
}

const DATABASE_URL = 'postgresql://u:p@h/d';
const forRole: Record<Role, Environment> = {
  gateway: {
    TEMPORAL_ADDRESS: 't:7233',
    DATABASE_URL,
    COUNTERSIGN_AGENT_KEYS: '{}',
    COUNTERSIGN_ID_SECRET: 'of this test, and long enough for it',
    COUNTERSIGN_SEAL_PRIVATE_KEY: 'seal',
  },
  workflows: { TEMPORAL_ADDRESS: 't:7233', DATABASE_URL, COUNTERSIGN_DECISION_PUBLIC_KEY: '{}' },
  approvals: {
    TEMPORAL_ADDRESS: 't:7233',
    DATABASE_URL,
    SLACK_BOT_TOKEN: 'bot',
    SLACK_SIGNING_SECRET: 'signing',
    COUNTERSIGN_DECISION_PRIVATE_KEY: 'decision',
  },
  executor: {
    TEMPORAL_ADDRESS: 't:7233',
    DATABASE_URL,
    COUNTERSIGN_SEAL_PUBLIC_KEY: '{}',
    COUNTERSIGN_DECISION_PUBLIC_KEY: '{}',
    GITHUB_TOKEN: 'github',
  },
};

describe('readSettings()', () => {
  it('readSettings() fills in the ports and folders of the design from an empty environment', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      ports: { gateway: 8080, approvals: 8090, sandbox: 8100 },
      logLevel: 'info',
      environment: 'prod',
      configFolder: resolve('config'),
      dataFolder: resolve('.countersign'),
      temporal: { namespace: 'default', port: 7233, uiPort: 8233 },
      slack: { mode: 'sandbox' },
      vendors: { github: {}, stripe: {}, resend: {} },
      keys: { files: {} },
      secrets: [],
    });
    expect(settings).not.toHaveProperty('shadowPolicyFolder');
    expect(settings).not.toHaveProperty('databaseUrl');
    expect(settings.temporal).not.toHaveProperty('address');
  });

  it('readSettings() reads every setting there is', () => {
    const samples = {
      ...{ port: '1234', url: 'http://h/api', address: 'h:1', level: 'debug', folder: '/f' },
      environment: 'staging',
    };
    const env = Object.fromEntries(
      SETTING_NAMES.map((name) => {
        const { kind, charsMin = 0 } = settingRow(name);
        const text = `the ${name}`.padEnd(charsMin, '.');
        return [name, kind in samples ? samples[kind as keyof typeof samples] : text];
      }),
    );
    const text = JSON.stringify(readSettings(env));
    for (const name of SETTING_NAMES) {
      const { kind } = settingRow(name);
      if (kind === 'secret' || kind === 'material') expect(text).toContain(JSON.stringify(env[name]));
    }
    expect(readSettings(env)).toMatchObject({ environment: 'staging', shadowPolicyFolder: '/f' });
    expect(readSettings(env).slack.mode).toBe('socket');
    expect(readSettings(env).vendors.stripe).toEqual({ token: 'the STRIPE_API_KEY', apiUrl: 'http://h/api' });
    expect(readSettings(env).ports).toEqual({ gateway: 1234, approvals: 1234, sandbox: 1234, health: 1234 });
  });

  it('readSettings() gives something nobody can change, down to its parts', () => {
    const settings = readSettings({});
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.temporal)).toBe(true);
    expect(Object.isFrozen(settings.vendors.github)).toBe(true);
  });

  it('readSettings() reports every problem together, by name', () => {
    const env = {
      COUNTERSIGN_GATEWAY_PORT: 'http',
      GITHUB_TOKEN: '',
      STRIPE_API_URL: 'stripe',
      COUNTERSIGN_LOG_LEVEL: 'loud',
    };
    expect(Object.keys(problemsOf(env)).toSorted()).toEqual(Object.keys(env).toSorted());
    expect(() => readSettings(env)).toThrow(
      /^Cannot read settings: .*GATEWAY_PORT is not a port.*; .*GITHUB_TOKEN is empty/,
    );
  });

  it.each([
    ['COUNTERSIGN_GATEWAY_PORT', '65536', /not a port/],
    ['COUNTERSIGN_GATEWAY_PORT', '-1', /not a port/],
    ['COUNTERSIGN_GATEWAY_PORT', '80.5', /not a port/],
    ['COUNTERSIGN_HOST', '', /is empty/],
    ['GITHUB_TOKEN', '', /is empty/],
    ['GITHUB_TOKEN', ' \t\n', /is empty/],
    ['DATABASE_URL', '   ', /is empty/],
    ['COUNTERSIGN_SEAL_PRIVATE_KEY', '\n', /is empty/],
    ['GITHUB_API_URL', 'ftp://host', /not an http/],
    ['GITHUB_API_URL', 'api.github.com', /not an http/],
    ['TEMPORAL_ADDRESS', 'temporal', /not host:port/],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233', /not host:port/],
    ['COUNTERSIGN_CONFIG', 'x'.repeat(1001), /longer than/],
    ['COUNTERSIGN_LOG_LEVEL', 'verbose', /not one of/],
    ['COUNTERSIGN_ENVIRONMENT', 'production', /not one of prod, staging, dev/],
    ['COUNTERSIGN_ENVIRONMENT', ' ', /is empty/],
    ['COUNTERSIGN_SHADOW_POLICY', '', /is empty/],
    ['COUNTERSIGN_ID_SECRET', 'x'.repeat(31), /shorter than 32 characters/],
    ['COUNTERSIGN_ID_SECRET', `${'x'.repeat(31)} \n`, /shorter than 32 characters/],
  ])('readSettings() refuses %s set to %j', (name, value, why) => {
    expect(problemsOf({ [name]: value })).toEqual({ [name]: expect.stringMatching(why) });
  });

  it.each([
    ['COUNTERSIGN_GATEWAY_PORT', '0'],
    ['TEMPORAL_ADDRESS', 'temporal.example:7233'],
    ['TEMPORAL_ADDRESS', '[::1]:7233'],
    ['GITHUB_API_URL', 'http://127.0.0.1:4000'],
    ['GITHUB_TOKEN', 'a token'],
    ['COUNTERSIGN_ENVIRONMENT', 'dev'],
    ['COUNTERSIGN_ID_SECRET', 'x'.repeat(32)],
    ['COUNTERSIGN_SHADOW_POLICY', 'candidate'],
  ])('readSettings() takes %s set to %j', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual({});
  });

  it('readSettings() never shows a value of a secret in its error', () => {
    const env = { SLACK_SIGNING_SECRET: 'canary-1', GITHUB_TOKEN: 'canary-2', TEMPORAL_ADDRESS: 'bad' };
    expect(() => readSettings(env, { roles: ['gateway'] })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('canary') }),
    );
  });

  it('readSettings() takes text without the line end that files and shells add', () => {
    expect(readSettings({ GITHUB_TOKEN: 'token\n' }).vendors.github.token).toBe('token');
  });
});

describe('readSettings() for Slack', () => {
  const bot = { SLACK_BOT_TOKEN: 'bot' };
  it.each([
    ['sandbox', {}],
    ['http', { ...bot, SLACK_SIGNING_SECRET: 'signing' }],
    ['socket', { ...bot, SLACK_APP_TOKEN: 'app' }],
    ['socket', { ...bot, SLACK_APP_TOKEN: 'app', SLACK_SIGNING_SECRET: 'signing' }],
  ])('readSettings() chooses %s from %j', (mode, env) => {
    expect(readSettings(env).slack.mode).toBe(mode);
  });

  it.each([
    ['SLACK_SIGNING_SECRET', bot],
    ['SLACK_SIGNING_SECRET', { SLACK_SIGNING_SECRET: 'signing' }],
    ['SLACK_APP_TOKEN', { SLACK_APP_TOKEN: 'app' }],
    ['SLACK_API_URL', { SLACK_API_URL: 'https://slack.example/api/' }],
  ])('readSettings() names %s when half of a Slack set-up is given', (name, env) => {
    expect(Object.keys(problemsOf(env))).toEqual([name]);
  });
});

describe('readSettings() with secrets in files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-settings-'));
    writeFileSync(join(folder, 'token'), 'from the file\n');
    writeFileSync(join(folder, 'blank'), ' \n');
    writeFileSync(join(folder, 'large'), 'x'.repeat(70_000));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('readSettings() reads a secret from the file that NAME_FILE names', () => {
    const settings = readSettings({ GITHUB_TOKEN_FILE: join(folder, 'token') });
    expect(settings.vendors.github.token).toBe('from the file');
    expect(settings.secrets).toEqual(['from the file']);
  });

  it("readSettings() remembers which file agents' and public keys came from, and no file of a secret", () => {
    const file = join(folder, 'token');
    const settings = readSettings({
      COUNTERSIGN_AGENT_KEYS_FILE: file,
      COUNTERSIGN_SEAL_PUBLIC_KEY_FILE: file,
      COUNTERSIGN_DECISION_PUBLIC_KEY: 'direct',
      COUNTERSIGN_SEAL_PRIVATE_KEY_FILE: file,
    });
    expect(settings.keys.files).toEqual({ agentKeys: file, sealPublic: file });
  });

  it.each([
    ['both ways', { GITHUB_TOKEN: 'x', GITHUB_TOKEN_FILE: 'token' }, /set together with GITHUB_TOKEN_FILE/],
    ['by a blank file', { GITHUB_TOKEN_FILE: 'blank' }, /is empty/],
    ['by a file that is not there', { GITHUB_TOKEN_FILE: 'missing' }, /cannot be read.*ENOENT/],
    ['by a file that is too large', { GITHUB_TOKEN_FILE: 'large' }, /over 65536 bytes/],
    ['by a folder', { GITHUB_TOKEN_FILE: '.' }, /cannot be read.*EISDIR/],
  ])('readSettings() refuses a secret given %s', (_, { GITHUB_TOKEN_FILE, ...env }, why) => {
    expect(problemsOf({ ...env, GITHUB_TOKEN_FILE: join(folder, GITHUB_TOKEN_FILE) })).toEqual({
      GITHUB_TOKEN: expect.stringMatching(why),
    });
  });

  it('readSettings() reads no file for what is neither secret nor key', () => {
    expect(readSettings({ COUNTERSIGN_HOST_FILE: join(folder, 'token') }).host).toBe('127.0.0.1');
  });
});

describe('readSettings() for roles', () => {
  it.each(ROLES)('readSettings() takes what role %s needs, and nothing less', (role) => {
    const env = forRole[role];
    expect(problemsOf(env, [role])).toEqual({});
    for (const name of rolesNeed(role)) {
      expect(problemsOf({ ...env, [name]: undefined }, [role])).toHaveProperty(name);
    }
  });

  it.each(ROLES)('readSettings() refuses role %s any secret of another role', (role) => {
    for (const name of foreignSecrets([role])) {
      expect(
        problemsOf({ ...forRole[role], [name]: 'x'.repeat(settingRow(name).charsMin ?? 1) }, [role]),
      ).toHaveProperty(name, expect.stringMatching(/is a secret of role|is set without/));
    }
  });

  it('readSettings() lets a process of several roles hold what any of them may', () => {
    const env = Object.assign({}, ...Object.values(forRole));
    expect(problemsOf(env, ROLES)).toEqual({});
    expect(foreignSecrets(ROLES)).toEqual([]);
  });

  it('readSettings() takes a profile of the SDK instead of an address', () => {
    const env = { ...forRole.workflows, TEMPORAL_ADDRESS: undefined, TEMPORAL_PROFILE: 'prod' };
    expect(problemsOf(env, ['workflows'])).toEqual({});
  });

  it('foreignSecrets() keeps tool credentials to the executor and signing keys apart', () => {
    expect(foreignSecrets(['gateway'])).toEqual(
      expect.arrayContaining(['GITHUB_TOKEN', 'SLACK_BOT_TOKEN', 'COUNTERSIGN_DECISION_PRIVATE_KEY']),
    );
    expect(foreignSecrets(['executor'])).toEqual(
      expect.arrayContaining([
        'COUNTERSIGN_SEAL_PRIVATE_KEY',
        'COUNTERSIGN_DECISION_PRIVATE_KEY',
        'COUNTERSIGN_ID_SECRET',
        'SLACK_SIGNING_SECRET',
      ]),
    );
    expect(foreignSecrets(['executor'])).not.toContain('STRIPE_API_KEY');
    for (const role of ROLES) expect(foreignSecrets([role])).not.toContain('DATABASE_URL');
  });
});
