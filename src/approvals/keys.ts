/**
 * Keys of the embedded default: made once, kept as files only their owner can read. Production roles are given their
 * own keys by configuration instead and never share this folder.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
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

/** The three key pairs kept in `folder` (say `.countersign/keys`), made on first use. Refuses files others can read. */
export async function loadOrCreateKeys(folder: string): Promise<Readonly<Record<KeyPurpose, KeyPair>>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [decision, seal, issuer] = await Promise.all(
    KEY_PURPOSES.map((purpose) => loadOrCreate(join(folder, `${purpose}.private.json`))),
  );
  if (decision === undefined || seal === undefined || issuer === undefined) {
    throw new CountersignError('internal', 'Cannot load keys: fewer key pairs than purposes');
  }
  return { decision, seal, issuer };
}

async function loadOrCreate(file: string): Promise<KeyPair> {
  const privateJwk = (await load(file)) ?? (await create(file));
  return { privateJwk, publicJwk: await publicKeyOf(privateJwk) };
}

async function load(file: string): Promise<JWK | undefined> {
  let text: string;
  try {
    if (((await stat(file)).mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw new CountersignError(
        'misconfigured',
        `Cannot load key: "${file}" can be read by others, wanted mode 0600`,
      );
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as JWK;
  } catch {
    throw new CountersignError('misconfigured', `Cannot load key: "${file}" is not JSON`);
  }
}

/** Written aside and linked into place: of two processes starting at once exactly one key wins and both use it. */
async function create(file: string): Promise<JWK> {
  const aside = `${file}.${randomUUID()}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(aside, JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600, flag: 'wx' });
  await chmod(aside, 0o600);
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  const winner = await load(file);
  if (winner === undefined) throw new CountersignError('internal', `Cannot create key: "${file}" vanished`);
  return winner;
}
