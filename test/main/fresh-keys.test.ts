import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newPrivateKey } from '../../src/approvals/keys.ts';
import { rotateIssuer } from '../../src/approvals/rotation.ts';
import { decisionSigner, decisionVerifier, publicKeyOf } from '../../src/approvals/signing.ts';
import type { Issuer } from '../../src/gateway/auth.ts';
import { mintToken } from '../../src/gateway/token.ts';
import { freshVerifier } from '../../src/main/fresh-files.ts';
import { embeddedKeys, issuersReader, keysFromSettings } from '../../src/main/role-keys.ts';
import { readSettings } from '../../src/process/settings.ts';
import { decision } from '../approvals/acme.ts';

const HOUR_MS = 3_600_000;
let folder: string;
let alarms: string[];
const alarm = ({ what }: { readonly what: string }) => alarms.push(what);
beforeEach(async () => {
  alarms = [];
  folder = await mkdtemp(join(tmpdir(), 'countersign-fresh-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Whether the issuers as they are now believe a token that this key signed. */
async function believed(issuers: readonly Issuer[], privateKey: JWK): Promise<boolean> {
  const token = await mintToken({ privateKey, agent: 'a', profile: 'p', now: new Date() });
  const keys = issuers[0]?.keys;
  if (keys === undefined || !('jwks' in keys)) return false;
  return jwtVerify(token, createLocalJWKSet(keys.jwks)).then(
    () => true,
    () => false,
  );
}

const given = async (...keys: readonly JWK[]) =>
  JSON.stringify({ keys: await Promise.all(keys.map((key) => publicKeyOf(key))) });

describe('keys of the embedded default', () => {
  test('are replaced while the process runs, and the old one is believed for its time', async () => {
    const { issuers, issuerPrivate } = await embeddedKeys(folder, alarm);
    const old = issuerPrivate();
    expect(issuers()).toBe(issuers());
    await rotateIssuer(folder, { now: new Date(), keepMs: HOUR_MS });
    expect(issuerPrivate()).not.toEqual(old);
    expect(await believed(issuers(), issuerPrivate())).toBe(true);
    expect(await believed(issuers(), old)).toBe(true);
    await rotateIssuer(folder, { now: new Date(), keepMs: 0 });
    expect(await believed(issuers(), issuerPrivate())).toBe(true);
    expect(await believed(issuers(), old)).toBe(false);
    expect(alarms).toEqual([]);
  });

  test('stop believing a retired key when its time is over, without any file changing', async () => {
    const { issuerPrivate } = await embeddedKeys(folder);
    const old = issuerPrivate();
    let now = new Date();
    const issuers = issuersReader(folder, { clock: () => now, alarm });
    await rotateIssuer(folder, { now, keepMs: HOUR_MS });
    expect(await believed(issuers(), old)).toBe(true);
    const kept = issuers();
    now = new Date(now.getTime() + HOUR_MS - 1);
    expect(issuers()).toBe(kept);
    now = new Date(now.getTime() + 1);
    expect(await believed(issuers(), old)).toBe(false);
    expect(await believed(issuers(), issuerPrivate())).toBe(true);
  });

  test('stay as they were, with one alarm, when a file turns bad', async () => {
    const { issuers, issuerPrivate, idSecret } = await embeddedKeys(folder, alarm);
    const before = issuers();
    await writeFile(join(folder, 'issuer.retired.json'), '[{');
    expect([issuers(), issuers()]).toEqual([before, before]);
    expect(alarms).toEqual(["the issuer's keys"]);
    expect(await believed(issuers(), issuerPrivate())).toBe(true);
    expect((await embeddedKeys(folder).catch(({ code }) => code)) as unknown).toBe('misconfigured');
    await rm(join(folder, 'issuer.retired.json'));
    expect((await embeddedKeys(folder)).idSecret).toBe(idSecret);
  });
});

describe('keys of settings', () => {
  const file = () => join(folder, 'keys.json');
  const inPlace = (text: string) => writeFile(file(), text);
  const replaced = async (text: string) => {
    await writeFile(`${file()}.new`, text);
    await rename(`${file()}.new`, file());
  };

  test.each([
    ['written in place', inPlace],
    ['replaced by another file', replaced],
  ])('are read again when their file is %s', async (_, change) => {
    const [old, next] = [newPrivateKey(), newPrivateKey()];
    await inPlace(await given(old));
    const { issuers } = await keysFromSettings(readSettings({ COUNTERSIGN_AGENT_KEYS_FILE: file() }), alarm);
    expect(await believed(issuers(), old)).toBe(true);
    expect(await believed(issuers(), next)).toBe(false);
    await change(await given(next));
    expect(await believed(issuers(), old)).toBe(false);
    expect(await believed(issuers(), next)).toBe(true);
    expect(alarms).toEqual([]);
  });

  test.each([
    ['is half written', () => inPlace('{"keys":[')],
    ['holds a private key', async () => inPlace(JSON.stringify({ keys: [newPrivateKey()] }))],
    ['holds no key', () => inPlace('{"keys":[]}')],
    ['grew too large', () => inPlace(`[${' '.repeat(70_000)}]`)],
    ['is gone', () => rm(file())],
  ])('keep the last good ones, with one alarm for each change, while the file %s', async (_, spoil) => {
    const [old, next] = [newPrivateKey(), newPrivateKey()];
    await inPlace(await given(old));
    const { issuers } = await keysFromSettings(readSettings({ COUNTERSIGN_AGENT_KEYS_FILE: file() }), alarm);
    await spoil();
    expect(await believed(issuers(), old)).toBe(true);
    expect(await believed(issuers(), old)).toBe(true);
    expect(alarms).toEqual(['COUNTERSIGN_AGENT_KEYS']);
    await replaced(await given(next));
    expect(await believed(issuers(), next)).toBe(true);
    expect(alarms).toHaveLength(1);
  });

  test('are fixed when they were given directly', async () => {
    const { issuers, sealPublic } = await keysFromSettings(
      readSettings({
        COUNTERSIGN_AGENT_KEYS: await given(newPrivateKey()),
        COUNTERSIGN_SEAL_PUBLIC_KEY: await given(newPrivateKey()),
      }),
    );
    expect(issuers()).toBe(issuers());
    expect(sealPublic()).toBe(sealPublic());
  });
});

describe('freshVerifier()', () => {
  test('believes what the keys of the moment signed, and nothing that earlier ones did', async () => {
    const [old, next] = [newPrivateKey(), newPrivateKey()];
    const file = join(folder, 'decision.json');
    await writeFile(file, await given(old));
    const { decisionPublic } = await keysFromSettings(
      readSettings({ COUNTERSIGN_DECISION_PUBLIC_KEY_FILE: file }),
    );
    const verifier = await freshVerifier(decisionPublic, decisionVerifier);
    const [byOld, byNext] = await Promise.all(
      [old, next].map(async (key) => (await decisionSigner(key)).sign(decision())),
    );
    expect(await verifier.verify(byOld ?? '')).toEqual(decision());
    await expect(verifier.verify(byNext ?? '')).rejects.toMatchObject({ code: 'unauthenticated' });
    await writeFile(file, await given(old, next));
    expect(await verifier.verify(byOld ?? '')).toEqual(decision());
    expect(await verifier.verify(byNext ?? '')).toEqual(decision());
    await writeFile(file, await given(next));
    await expect(verifier.verify(byOld ?? '')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await verifier.verify(byNext ?? '')).toEqual(decision());
  });

  test('refuses to be made without a key', async () => {
    const { sealPublic } = await keysFromSettings(readSettings({}));
    await expect(freshVerifier(sealPublic, decisionVerifier)).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });
});
