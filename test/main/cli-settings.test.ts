import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CountersignError } from '../../src/domain/errors.ts';
import { readCliSettings } from '../../src/main/cli/cli-settings.ts';

function problemsOf(env: Record<string, string>) {
  try {
    readCliSettings(env);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'misconfigured' });
    return (error as CountersignError).problems;
  }
}

describe('readCliSettings()', () => {
  test('has a default for everything', () => {
    expect(readCliSettings({})).toEqual({
      gatewayUrl: 'http://127.0.0.1:8080',
      token: undefined,
      approvals: { url: undefined, port: undefined },
      dataFolder: resolve('.countersign'),
      configFolder: resolve('config'),
      databaseUrl: undefined,
      temporal: { namespace: 'default', embedded: '127.0.0.1:7233' },
    });
  });

  test.each([
    [{ COUNTERSIGN_TEMPORAL_PORT: '7999' }, { namespace: 'default', embedded: '127.0.0.1:7999' }],
    [
      { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'acme' },
      { namespace: 'acme', embedded: '127.0.0.1:7233', address: 'temporal.example:7233' },
    ],
    [{ TEMPORAL_ADDRESS: ' ' }, { namespace: 'default', embedded: '127.0.0.1:7233' }],
    [
      { TEMPORAL_PROFILE: 'prod', TEMPORAL_CONFIG_FILE: '/etc/temporal.toml' },
      {
        namespace: 'default',
        embedded: '127.0.0.1:7233',
        profile: 'prod',
        configFile: '/etc/temporal.toml',
      },
    ],
  ])('finds the Temporal of %j', (env, temporal) => {
    expect(readCliSettings(env).temporal).toEqual(temporal);
  });

  test.each([
    [{ COUNTERSIGN_GATEWAY_PORT: '9090' }, 'http://127.0.0.1:9090'],
    [{ COUNTERSIGN_GATEWAY_URL: 'https://door.example/' }, 'https://door.example'],
    [{ COUNTERSIGN_GATEWAY_URL: 'https://door.example/agents//' }, 'https://door.example/agents'],
    [
      { COUNTERSIGN_GATEWAY_URL: 'http://door.example', COUNTERSIGN_GATEWAY_PORT: '9090' },
      'http://door.example',
    ],
  ])('finds the door of %j', (env, gatewayUrl) => {
    expect(readCliSettings(env)).toMatchObject({ gatewayUrl });
  });

  test('does not mind settings of the processes that are broken', () => {
    expect(
      problemsOf({ SLACK_SIGNING_SECRET: '', TEMPORAL_ADDRESS: 'nonsense', STRIPE_API_KEY: ' ' }),
    ).toEqual([]);
  });

  test('lists every problem together', () => {
    const env = {
      ...{ COUNTERSIGN_GATEWAY_URL: 'file:///etc', COUNTERSIGN_GATEWAY_PORT: 'x', COUNTERSIGN_TOKEN: ' ' },
      ...{ COUNTERSIGN_DATA: '', COUNTERSIGN_CONFIG: '', DATABASE_URL: '' },
    };
    expect(
      problemsOf(env)
        .map(({ field }) => field)
        .toSorted(),
    ).toEqual(Object.keys(env).toSorted());
  });

  test('repeats no value', () => {
    const token = `${'hunter2'.repeat(2000)}`;
    expect(JSON.stringify(problemsOf({ COUNTERSIGN_TOKEN: token }))).not.toContain('hunter2');
    expect(() => readCliSettings({ COUNTERSIGN_TOKEN: token })).toThrow(/^(?!.*hunter2)/);
  });
});
