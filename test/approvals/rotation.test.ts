import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import { issuerKeys, rotateIssuer, signingKey } from '../../src/approvals/rotation.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const HOUR_MS = 3_600_000;
const later = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rotation-'));
});
afterEach(() => rm(folder, { recursive: true }));

const publicNow = async () => (await loadOrCreateKeys(folder)).issuer.publicJwk;
const retiredFile = () => join(folder, 'issuer.retired.json');

describe('issuerKeys()', () => {
  test('names the signing key exactly as tokens name it', async () => {
    const made = await publicNow();
    expect(issuerKeys(folder)).toEqual([{ jwk: made }]);
  });

  test.each([
    ['no key at all', () => Promise.resolve()],
    [
      'a key that others can read',
      () => publicNow().then(() => chmod(`${folder}/issuer.private.json`, 0o644)),
    ],
    ['a key of another kind', () => put('issuer.private.json', '{"kty":"EC","crv":"P-256","x":"x","y":"y"}')],
    ['half a key file', () => put('issuer.private.json', '{"kty":"OKP"')],
    ['half a list of retired keys', () => publicNow().then(() => put('issuer.retired.json', '[{"kid"'))],
    [
      'a retired key without its end',
      () => publicNow().then(() => put('issuer.retired.json', `[{"kid":"k","x":"${'x'.repeat(43)}"}]`)),
    ],
  ])('refuses %s', async (_, spoil) => {
    await spoil();
    expect(() => issuerKeys(folder)).toThrow(expect.objectContaining({ code: 'misconfigured' }));
  });

  const put = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
});

describe('rotateIssuer()', () => {
  test('signs with a new key and believes the old one for as long as told', async () => {
    const old = await publicNow();
    const done = await rotateIssuer(folder, { now: NOW, keepMs: 24 * HOUR_MS });
    const next = await publicNow();
    expect(done).toEqual({ kid: next.kid, retired: old.kid, until: later(24) });
    expect(next.kid).not.toBe(old.kid);
    expect(issuerKeys(folder)).toEqual([{ jwk: next }, { jwk: old, until: later(24) }]);
  });

  test('leaves files that only their owner can read, no draft, no lock and no old private key', async () => {
    await publicNow();
    const old = signingKey(folder);
    await rotateIssuer(folder, { now: NOW, keepMs: HOUR_MS });
    expect((await readdir(folder)).filter((name) => name.includes('issuer')).toSorted()).toEqual([
      'issuer.private.json',
      'issuer.retired.json',
    ]);
    for (const name of await readdir(folder)) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
      expect(await readFile(join(folder, name), 'utf8')).not.toContain(old.d);
    }
  });

  test('believes no older key longer than the one it retires', async () => {
    await publicNow();
    await rotateIssuer(folder, { now: NOW, keepMs: 24 * HOUR_MS });
    await rotateIssuer(folder, { now: later(1), keepMs: 24 * HOUR_MS });
    expect(issuerKeys(folder).map(({ until }) => until)).toEqual([undefined, later(25), later(24)]);
    await rotateIssuer(folder, { now: later(2), keepMs: 0 });
    expect(issuerKeys(folder).map(({ until }) => until)).toEqual([undefined, later(2), later(2), later(2)]);
  });

  test('forgets keys whose time is over', async () => {
    await publicNow();
    await rotateIssuer(folder, { now: NOW, keepMs: HOUR_MS });
    await rotateIssuer(folder, { now: later(2), keepMs: HOUR_MS });
    expect(JSON.parse(await readFile(retiredFile(), 'utf8'))).toHaveLength(1);
  });

  test('refuses a folder without a key, and makes none', async () => {
    await expect(rotateIssuer(folder, { now: NOW, keepMs: 0 })).rejects.toMatchObject({
      code: 'misconfigured',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('refuses while another one runs, unless that one was broken off', async () => {
    const before = await publicNow();
    const lock = join(folder, '.issuer.rotating');
    await writeFile(lock, '');
    await expect(rotateIssuer(folder, { now: NOW, keepMs: 0 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await publicNow()).toEqual(before);
    const long = new Date(Date.now() - 120_000);
    await utimes(lock, long, long);
    await rotateIssuer(folder, { now: NOW, keepMs: 0 });
    expect((await publicNow()).kid).not.toBe(before.kid);
  });
});
