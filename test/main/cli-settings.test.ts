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
      dataFolder: resolve('.countersign'),
      configFolder: resolve('config'),
      databaseUrl: undefined,
    });
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
