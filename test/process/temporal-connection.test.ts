import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/process/environment.ts';
import { readSettings } from '../../src/process/settings.ts';
import { connectOptions, connectTemporal } from '../../src/process/temporal-connection.ts';
import { testServerAddress } from '../support/temporal.ts';

const temporal = (env: Environment) => readSettings(env).temporal;

describe('connectOptions()', () => {
  let file: string;
  beforeAll(() => {
    file = join(mkdtempSync(join(tmpdir(), 'countersign-profile-')), 'temporal.toml');
    const profile =
      '[profile.prod]\naddress = "cloud.example:7233"\nnamespace = "approvals"\napi_key = "k"\n';
    writeFileSync(file, `[profile.default]\naddress = "default.example:7233"\n${profile}`);
  });
  afterAll(() => rmSync(file));

  it('connectOptions() takes TEMPORAL_ADDRESS before everything', () => {
    const { options, namespace } = connectOptions(
      temporal({ TEMPORAL_ADDRESS: 'here.example:7233', TEMPORAL_NAMESPACE: 'mine' }),
      '127.0.0.1:1',
    );
    expect(options.address).toBe('here.example:7233');
    expect(namespace).toBe('mine');
  });

  it("connectOptions() takes the SDK's profile, with its namespace and credentials", () => {
    const { options, namespace } = connectOptions(
      temporal({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'prod' }),
    );
    expect(options).toMatchObject({ address: 'cloud.example:7233', apiKey: 'k' });
    expect(namespace).toBe('approvals');
  });

  it('connectOptions() falls back to the embedded server, and refuses when there is none', () => {
    expect(connectOptions(temporal({}), '127.0.0.1:7233').options.address).toBe('127.0.0.1:7233');
    expect(() => connectOptions(temporal({}))).toThrow(
      'Cannot connect to Temporal: TEMPORAL_ADDRESS is not set, want host:port',
    );
  });

  it.each([
    ['127.0.0.1:7233', { codec: 'none' }],
    ['localhost:7233', { codec: 'none' }],
    ['[::1]:7233', { codec: 'none' }],
    ['temporal.example:7233', undefined],
    ['localhost.example:7233', undefined],
  ])('connectOptions() to %s compresses as %j', (address, compression) => {
    expect(connectOptions(temporal({ TEMPORAL_ADDRESS: address })).options.grpcCompression).toEqual(
      compression,
    );
  });
});

describe('connectTemporal()', () => {
  it('connectTemporal() reaches a real server, and its client can start eagerly on the connection', async () => {
    const link = await connectTemporal(temporal({}), await testServerAddress());
    try {
      expect(link.namespace).toBe('default');
      expect(link.client.connection).toBe(link.connection);
      const { namespaceInfo } = await link.connection.workflowService.describeNamespace({
        namespace: link.namespace,
      });
      expect(namespaceInfo?.name).toBe('default');
    } finally {
      await link.close();
    }
  });

  it('connectTemporal() says which address does not answer', async () => {
    await expect(connectTemporal(temporal({ TEMPORAL_ADDRESS: '127.0.0.1:1' }))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Cannot connect to Temporal: "127.0.0.1:1" does not answer',
    });
  });
});
