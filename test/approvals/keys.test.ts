import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateIdSecret, loadOrCreateKeys } from '../../src/approvals/keys.ts';
import { decisionSigner, decisionVerifier } from '../../src/approvals/signing.ts';
import { decision } from './acme.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'keys-')), 'keys');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

describe('loadOrCreateKeys()', () => {
  it('makes three different keys once, readable by their owner only', async () => {
    const made = await loadOrCreateKeys(folder);
    expect(await loadOrCreateKeys(folder)).toEqual(made);
    expect(new Set(Object.values(made).map((pair) => pair.publicJwk.kid)).size).toBe(3);
    const files = await readdir(folder);
    expect(files.sort()).toEqual(['decision.private.json', 'issuer.private.json', 'seal.private.json']);
    for (const file of files) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('gives one key to two processes starting at once', async () => {
    const [one, other] = await Promise.all([loadOrCreateKeys(folder), loadOrCreateKeys(folder)]);
    expect(one).toEqual(other);
  });

  it('makes keys that sign and verify', async () => {
    const { decision: pair } = await loadOrCreateKeys(folder);
    expect(pair.publicJwk.d).toBeUndefined();
    const jws = await (await decisionSigner(pair.privateJwk)).sign(decision());
    expect(await (await decisionVerifier([pair.publicJwk])).verify(jws)).toEqual(decision());
  });

  it('refuses a key file that others can read, and one that is no key', async () => {
    await loadOrCreateKeys(folder);
    const file = join(folder, 'seal.private.json');
    await chmod(file, 0o640);
    await expect(loadOrCreateKeys(folder)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(/0600/),
    });
    await chmod(file, 0o600);
    for (const content of ['', '{}', 'hunter2']) {
      await writeFile(file, content);
      await expect(loadOrCreateKeys(folder)).rejects.toMatchObject({ code: 'misconfigured' });
    }
  });
});

describe('loadOrCreateIdSecret()', () => {
  it('makes one secret once, readable by its owner only', async () => {
    const [one, other] = await Promise.all([loadOrCreateIdSecret(folder), loadOrCreateIdSecret(folder)]);
    expect(one).toBe(other);
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(await readdir(folder)).toEqual(['id.secret']);
    expect((await stat(join(folder, 'id.secret'))).mode & 0o777).toBe(0o600);
  });

  it('refuses a secret that others can read, and one that is too short to be one', async () => {
    await loadOrCreateIdSecret(folder);
    const file = join(folder, 'id.secret');
    await chmod(file, 0o604);
    await expect(loadOrCreateIdSecret(folder)).rejects.toMatchObject({ code: 'misconfigured' });
    await chmod(file, 0o600);
    for (const content of ['', 'short', 'x'.repeat(70_000)]) {
      await writeFile(file, content);
      await expect(loadOrCreateIdSecret(folder)).rejects.toMatchObject({ code: 'misconfigured' });
    }
  });
});
