import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import type { CliSettings } from '../../src/main/cli/cli-settings.ts';
import { doorClients, mintFor } from '../../src/main/cli/credentials.ts';
import type { CliWorld } from '../../src/main/cli/world.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
let folder: string;
let settings: CliSettings;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-keys-'));
  await loadOrCreateKeys(join(folder, 'keys'));
  settings = {
    gatewayUrl: 'http://door.example',
    token: undefined,
    dataFolder: folder,
    configFolder: 'config',
    databaseUrl: undefined,
  };
});
afterAll(() => rm(folder, { recursive: true }));

describe('mintFor()', () => {
  test("signs with the embedded default's issuer key", async () => {
    const { issuer } = await loadOrCreateKeys(join(folder, 'keys'));
    const token = await mintFor('support-agent', { settings, now: NOW, ttlSeconds: 60 });
    const verified = await jwtVerify(token, createLocalJWKSet({ keys: [issuer.publicJwk] }), {
      currentDate: NOW,
      audience: 'countersign',
    });
    expect(verified.payload).toMatchObject({ sub: 'support-agent', exp: NOW.getTime() / 1000 + 60 });
  });

  test.each([
    ['nobody', 'not-found'],
    ['retired-agent', 'agent-suspended'],
  ])('mints nothing for %s', async (agent, code) => {
    await expect(mintFor(agent, { settings, now: NOW, ttlSeconds: 60 })).rejects.toMatchObject({ code });
  });

  test('refuses a key that others can read', async () => {
    const dataFolder = await mkdtemp(join(folder, 'open-'));
    const { issuer } = await loadOrCreateKeys(join(dataFolder, 'keys'));
    const file = join(dataFolder, 'keys', 'issuer.private.json');
    await writeFile(file, JSON.stringify(issuer.privateJwk));
    await chmod(file, 0o644);
    const minting = mintFor('support-agent', {
      settings: { ...settings, dataFolder },
      now: NOW,
      ttlSeconds: 60,
    });
    await expect(minting).rejects.toMatchObject({ code: 'misconfigured' });
  });

  test('leaves a folder without keys as it is', async () => {
    const dataFolder = await mkdtemp(join(folder, 'empty-'));
    const minting = mintFor('support-agent', {
      settings: { ...settings, dataFolder },
      now: NOW,
      ttlSeconds: 60,
    });
    await expect(minting).rejects.toThrow('no issuer key');
    expect(await readdir(dataFolder)).toEqual([]);
  });
});

describe('doorClients()', () => {
  async function tokensUsed(
    token: string | undefined,
    agent: string | undefined,
  ): Promise<readonly string[]> {
    const used: string[] = [];
    const world = {
      now: () => NOW,
      fetch: async (_: unknown, init?: RequestInit) => {
        used.push(new Headers(init?.headers).get('authorization') ?? '');
        return Response.json({ requests: [] });
      },
    };
    const clients = await doorClients(world as unknown as CliWorld, { ...settings, token }, agent);
    for (const client of clients) await client.waiting();
    return used.map((header) => {
      const [, payload = ''] = header.split('.');
      return payload === '' ? header : JSON.parse(Buffer.from(payload, 'base64url').toString()).sub;
    });
  }

  test.each([
    ['the given token', 'given', undefined, ['Bearer given']],
    ['the named agent', undefined, 'release-agent', ['release-agent']],
    ['the named agent before the given token', 'given', 'release-agent', ['release-agent']],
    ['every active agent', undefined, undefined, ['support-agent', 'release-agent', 'outreach-agent']],
  ])('speaks as %s', async (_, token, agent, wanted) => {
    expect(await tokensUsed(token, agent)).toEqual(wanted);
  });
});
