/** Standing grants beside an embedded database: the command line takes them back without it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StandingGrant } from '../../src/domain/standing-grant.ts';
import { type GrantFiles, grantFiles } from '../../src/store/grant-files.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { aProof, aStandingGrant } from './samples.ts';

let folder: string;
let store: Store;
/** As another process reads and writes them. */
let files: GrantFiles;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-grants-'));
  store = await openStore({ dataDir: folder });
  files = grantFiles(folder, () => new Date());
}, 120_000);
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function minted(change: Partial<StandingGrant> = {}): Promise<StandingGrant> {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const grant = aStandingGrant({ mintedAt: new Date().toISOString(), until, ...change });
  await store.grants.mint(grant, aProof());
  return grant;
}
const inForce = async ({ id, agent, tool }: StandingGrant) => {
  const found = await store.grants.inForce({ agent, tool, request: 'r', step: 0, now: new Date() });
  return found.some((one) => one.id === id);
};

describe('standing grants with files', () => {
  test('are listed for the command line without their arguments, target and uses', async () => {
    const grant = await minted({ agent: 'listed', reason: 'Fine \u0000 🙂', centsMax: 5 });
    const [filed, ...others] = await files.list({ agent: 'listed' });
    expect(others).toEqual([]);
    const { target: _t, scope: _s, ask: _a, rules: _r, ...shown } = grant;
    expect(filed).toEqual(shown);
    expect(await files.list({ grantedBy: 'nobody' })).toEqual([]);
    expect(await files.find('grant_unknown')).toBeUndefined();
  });

  test('count no more once another process revoked them, and say so everywhere', async () => {
    const grant = await minted();
    expect(await inForce(grant)).toBe(true);
    expect(await files.revoke(grant.id, 'olga')).toBe(true);
    expect(await files.revoke(grant.id, 'olga')).toBe(false);
    expect(await inForce(grant)).toBe(false);
    expect(await store.grants.find(grant.id)).toMatchObject({ revokedBy: 'olga' });
    expect(await store.grants.list({ agent: grant.agent })).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: grant.id, revokedBy: 'olga' })]),
    );
    await store.grants.mint(grant, aProof());
    expect(await inForce(grant)).toBe(false);
  });

  test('that the running process revokes are revoked for the command line too', async () => {
    const grant = await minted();
    expect(await store.grants.revoke(grant.id, 'alice')).toBe(true);
    expect(await files.find(grant.id)).toMatchObject({ revokedBy: 'alice' });
    expect(await store.grants.revoke(grant.id, 'alice')).toBe(false);
    expect(await files.revoke('grant_unknown', 'olga')).toBe(false);
  });

  test('count no more without their file, and none does where a file cannot be read', async () => {
    const [gone, there] = [await minted(), await minted({ agent: 'another' })];
    const inFolder = join(folder, 'orders', 'grants');
    const before = await readdir(inFolder);
    const last = await minted({ agent: 'broken' });
    const [broken = ''] = (await readdir(inFolder)).filter((file) => !before.includes(file));
    await rm(join(inFolder, (await fileOf(inFolder, gone.id)) ?? ''));
    expect(await inForce(gone)).toBe(false);
    expect(await inForce(there)).toBe(true);
    await writeFile(join(inFolder, broken), '{}');
    await expect(inForce(last)).rejects.toMatchObject({ code: 'unavailable' });
    await rm(join(inFolder, broken));
  });
});

async function fileOf(inFolder: string, id: string): Promise<string | undefined> {
  for (const file of await readdir(inFolder)) {
    if ((await readFile(join(inFolder, file), 'utf8')).includes(id)) return file;
  }
  return undefined;
}
