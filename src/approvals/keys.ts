/**
 * Keys of the embedded default: made once, kept as files only their owner can read. Production roles are given their
 * own keys by configuration instead and never share this folder. The issuer's key is replaced by `rotation.ts`.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chmod, link, mkdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { CountersignError } from '../domain/errors.ts';
import { publicKeyOf } from './signing.ts';

/** What a key is for: people's decisions, the gateway's seals, agents' bearer tokens. */
export const KEY_PURPOSES = ['decision', 'seal', 'issuer'] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

export interface KeyPair {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

const KEY_BYTES_MAX = 65_536;
const SECRET_BYTES = 32;

/** The three key pairs kept in `folder` (say `.countersign/keys`), made on first use. Refuses files others can read. */
export async function loadOrCreateKeys(folder: string): Promise<Readonly<Record<KeyPurpose, KeyPair>>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [decision, seal, issuer] = await Promise.all(
    KEY_PURPOSES.map((purpose) => loadOrCreate(privateKeyFile(folder, purpose))),
  );
  if (decision === undefined || seal === undefined || issuer === undefined) {
    throw new CountersignError('internal', 'Cannot load keys: fewer key pairs than purposes');
  }
  return { decision, seal, issuer };
}

/** The secret that makes ids of requests unguessable, kept as `id.secret` in `folder`, made on first use. */
export async function loadOrCreateIdSecret(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'id.secret');
  const secret =
    readOwned(file) ?? (await createOwned(file, randomBytes(SECRET_BYTES).toString('base64url')));
  if (/^[\w-]{43}$/.test(secret.trim())) return secret.trim();
  throw new CountersignError('misconfigured', `Cannot load secret: "${file}" is not one of 32 bytes`);
}

/** Where the private key of a purpose is kept. */
export function privateKeyFile(folder: string, purpose: KeyPurpose): string {
  return join(folder, `${purpose}.private.json`);
}

/** A fresh Ed25519 private key. */
export function newPrivateKey(): JWK {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
}

/** The key in a file, undefined where there is no file. Throws `misconfigured` when others can read it or it is no JSON. */
export function readPrivateKey(file: string): JWK | undefined {
  const text = readOwned(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as JWK;
  } catch {
    throw new CountersignError('misconfigured', `Cannot load key: "${file}" is not JSON`);
  }
}

async function loadOrCreate(file: string): Promise<KeyPair> {
  const privateJwk = readPrivateKey(file) ?? (await create(file));
  return { privateJwk, publicJwk: await publicKeyOf(privateJwk) };
}

async function create(file: string): Promise<JWK> {
  await createOwned(file, JSON.stringify(newPrivateKey()));
  const winner = readPrivateKey(file);
  if (winner === undefined) throw new CountersignError('internal', `Cannot create key: "${file}" vanished`);
  return winner;
}

/** In place: the door asks whether keys were replaced at every call, and the files are small. */
function readOwned(file: string): string | undefined {
  try {
    const { mode, size } = statSync(file);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32')
      throw unloadable(file, 'can be read by others, wanted mode 0600');
    if (size > KEY_BYTES_MAX) throw unloadable(file, `has ${size} bytes, wanted at most ${KEY_BYTES_MAX}`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written aside and linked into place: of two processes starting at once exactly one wins and both use its content. */
async function createOwned(file: string, content: string): Promise<string> {
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, content, { mode: 0o600, flag: 'wx' });
  await chmod(aside, 0o600);
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  return readOwned(file) ?? content;
}

function unloadable(file: string, problem: string): CountersignError {
  return new CountersignError('misconfigured', `Cannot load key: "${file}" ${problem}`);
}
