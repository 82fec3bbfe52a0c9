import { describe, expect, test } from 'vitest';
import { decisionSigner, decisionVerifier, sealSigner, sealVerifier } from '../../src/approvals/signing.ts';
import { createAuthenticator } from '../../src/gateway/auth.ts';
import { mintToken } from '../../src/gateway/token.ts';
import { newKeys } from '../../src/main/cli/keys-command.ts';
import { keysFromSettings } from '../../src/main/role-keys.ts';
import { foreignSecrets, ROLES, type SettingName } from '../../src/process/setting-table.ts';
import { readSettings } from '../../src/process/settings.ts';
import { directory } from '../gateway/open-door.ts';
import { cli } from './cli-run.ts';

const outside = {
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  DATABASE_URL: 'postgresql://u:p@127.0.0.1/c',
  SLACK_BOT_TOKEN: 'xoxb-of-this-test',
  SLACK_SIGNING_SECRET: 'secret-of-this-test',
};

describe('countersign keys', () => {
  test.each(ROLES)(
    'gives role %s all keys it needs, in a form it reads, and no foreign secret',
    async (role) => {
      const own = (await newKeys()).roles[role];
      expect(foreignSecrets([role]).filter((name) => name in own)).toEqual([]);
      const env = Object.fromEntries(
        Object.entries(outside).filter(([name]) => !foreignSecrets([role]).includes(name as SettingName)),
      );
      const settings = readSettings({ ...env, ...own }, { roles: [role] });
      await expect(keysFromSettings(settings)).resolves.toBeDefined();
    },
  );

  test('makes keys that fit together: what one role signs, the other believes', async () => {
    const { roles, issuerPrivateKey } = await newKeys();
    const env = Object.assign({}, outside, ...ROLES.map((role) => roles[role]));
    const keys = await keysFromSettings(readSettings(env, { roles: ROLES }));
    const decision = {
      id: 'click-1',
      request: 'req_a',
      version: 1,
      digest: '0'.repeat(64),
      person: 'alice',
      answer: 'approve' as const,
      surface: 'slack' as const,
      at: '2026-11-21T10:00:00.000Z',
    };
    const signed = await (await decisionSigner(keys.decisionPrivate)).sign(decision);
    expect(await (await decisionVerifier(keys.decisionPublic())).verify(signed)).toEqual(decision);
    const crossed = await decisionVerifier(keys.sealPublic());
    await expect(crossed.verify(signed)).rejects.toThrow('Cannot believe decision');
    await expect(sealSigner(keys.sealPrivate)).resolves.toBeDefined();
    await expect(sealVerifier(keys.sealPublic())).resolves.toBeDefined();
    const token = await mintToken({
      ...{ privateKey: issuerPrivateKey, agent: 'release-agent', profile: 'release', now: new Date() },
    });
    const authenticate = createAuthenticator({
      ...{ issuers: keys.issuers, environment: 'prod', directory, clock: () => new Date() },
      orders: { inForce: async () => ({ halts: [], revocations: [], switches: [] }) },
    });
    expect(await authenticate(`Bearer ${token}`)).toMatchObject({ agent: { id: 'release-agent' } });
    expect(keys.idSecret).toMatch(/^[\w-]{43}$/);
  });

  test('prints one block a role, new at each call, and says where the issuer key belongs', async () => {
    const [first, second] = [await cli(['keys']), await cli(['keys'])];
    expect(first).toMatchObject({ exit: 0, err: '' });
    expect(first.out.match(/^# (\w+):/gm)).toEqual(ROLES.map((role) => `# ${role}:`));
    expect(first.out).toContain('issuer.private.json, mode 0600');
    expect(first.out).not.toBe(second.out);
    const { roles } = (await cli(['keys', '--json'])).json();
    expect(Object.keys(roles)).toEqual([...ROLES]);
  });

  test('prints lines that a shell reads back as they are', async () => {
    const { out } = await cli(['keys']);
    for (const line of out.match(/^COUNTERSIGN_.*$/gm) ?? [])
      expect(line).toMatch(/^[A-Z_]+='(\{[^']+\}|[\w-]+)'$/);
    expect(out.match(/^COUNTERSIGN_/gm)).toHaveLength(7);
  });
});
