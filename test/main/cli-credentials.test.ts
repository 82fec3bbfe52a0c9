import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import { loadOrganisation } from '../../src/approvals/people.ts';
import { type CliSettings, readCliSettings } from '../../src/main/cli/cli-settings.ts';
import { doorClients, mintFor, type Speaker } from '../../src/main/cli/credentials.ts';
import type { CliWorld } from '../../src/main/cli/world.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
let folder: string;
let settings: CliSettings;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-keys-'));
  await loadOrCreateKeys(join(folder, 'keys'));
  settings = readCliSettings({ COUNTERSIGN_DATA: folder, COUNTERSIGN_GATEWAY_URL: 'http://door.example' });
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
    expect(verified.payload).toMatchObject({
      ...{ sub: 'support-agent', profile: 'support', exp: NOW.getTime() / 1000 + 60 },
      ...{ jti: expect.stringMatching(/^tok_/), sid: expect.stringMatching(/^ses_/) },
    });
  });

  test.each([
    ['the session it is told', 'nightly', 'nightly'],
    ['no session', null, null],
  ])('mints for %s', async (_, session, sid) => {
    const token = await mintFor('support-agent', { settings, now: NOW, ttlSeconds: 60, session });
    expect(decodeJwt(token)).toMatchObject({ sid });
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
  /** Who each call was made as: the agent, with its session where it has one. */
  async function tokensUsed(token: string | undefined, speaker: Speaker): Promise<readonly string[]> {
    const used: string[] = [];
    const world = {
      now: () => NOW,
      fetch: async (_: unknown, init?: RequestInit) => {
        used.push(new Headers(init?.headers).get('authorization') ?? '');
        return Response.json({ requests: [] });
      },
    };
    const clients = await doorClients(world as unknown as CliWorld, { ...settings, token }, speaker);
    for (const client of clients) await client.waiting();
    return used.map((header) => {
      const [, payload = ''] = header.split('.');
      if (payload === '') return header;
      const { sub, sid } = decodeJwt<{ sid: string | null }>(header.slice('Bearer '.length));
      return sid === null ? `${sub}` : `${sub} in ${sid}`;
    });
  }

  test.each<[string, string | undefined, Speaker, readonly string[]]>([
    ['the given token', 'given', {}, ['Bearer given']],
    ['the named agent, of no session', undefined, { agent: 'release-agent' }, ['release-agent']],
    ['the named agent before the given token', 'given', { agent: 'release-agent' }, ['release-agent']],
    [
      'the named agent within a session',
      undefined,
      { agent: 'release-agent', session: 'nightly' },
      ['release-agent in nightly'],
    ],
  ])('speaks as %s', async (_, token, speaker, wanted) => {
    expect(await tokensUsed(token, speaker)).toEqual(wanted);
  });

  test('speaks as every active agent, of no session, when told nothing', async () => {
    const { agents } = await loadOrganisation('config');
    const active = agents.filter(({ suspended }) => !suspended).map(({ id }) => id);
    expect(active).toContain('release-agent');
    expect(await tokensUsed(undefined, {})).toEqual(active);
  });

  test('refuses a session beside a given token, which names its own', async () => {
    await expect(tokensUsed('given', { session: 'nightly' })).rejects.toMatchObject({
      code: 'invalid-field',
    });
  });
});
