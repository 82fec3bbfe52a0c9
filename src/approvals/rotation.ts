/**
 * Replacing the embedded issuer's key: a new one signs from now on, the old one's public half is believed for a while
 * longer, so that tokens already out keep working. Both files are written whole; whoever reads them sees either state.
 */
import { createHash, createPublicKey, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chmod, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { z } from 'zod';
import { CountersignError } from '../domain/errors.ts';
import { newPrivateKey, privateKeyFile, readPrivateKey } from './keys.ts';

const RETIRED_MAX = 20;
const LOCK_STALE_MS = 60_000;

const retiredFile = z
  .array(
    z.strictObject({
      kid: z.string().max(100),
      x: z.string().regex(/^[\w-]{43}$/),
      until: z.iso.datetime({ offset: true }),
    }),
  )
  .max(RETIRED_MAX);
type Retired = z.output<typeof retiredFile>[number];

/** A public key of the issuer; `until` is there when it signs no more. */
export interface IssuerKey {
  readonly jwk: JWK;
  readonly until?: Date;
}

/** The files that `issuerKeys` reads. */
export function issuerKeyFiles(folder: string): readonly string[] {
  return [privateKeyFile(folder, 'issuer'), join(folder, 'issuer.retired.json')];
}

/** The signing key's public half first, then retired ones, those past their time too. Throws `misconfigured`. */
export function issuerKeys(folder: string): readonly IssuerKey[] {
  const signing = publicHalf(signingKey(folder));
  const retired = readRetired(folder).filter(({ kid }) => kid !== signing.kid);
  return [{ jwk: signing }, ...retired.map(({ x, until }) => ({ jwk: publicOf(x), until: new Date(until) }))];
}

/** The key that signs now. Throws `misconfigured` where there is none. */
export function signingKey(folder: string): JWK {
  const file = privateKeyFile(folder, 'issuer');
  const key = readPrivateKey(file);
  if (key !== undefined) return key;
  throw new CountersignError('misconfigured', `Cannot load key: "${file}" is not there`);
}

/** What a rotation did; `until` is when the old key, and every older one, is believed no more. */
export interface Rotation {
  readonly kid: string;
  readonly retired: string;
  readonly until: Date;
}

/**
 * Makes the issuer a new signing key. Nothing signed by the old one, or by one retired before, is believed longer than
 * `keepMs` from `now`. Rejects with `unavailable` while another rotation runs. The old private key is gone afterwards.
 */
export async function rotateIssuer(
  folder: string,
  { now, keepMs }: { readonly now: Date; readonly keepMs: number },
): Promise<Rotation> {
  const until = new Date(now.getTime() + keepMs);
  signingKey(folder);
  return await underLock(join(folder, '.issuer.rotating'), async () => {
    const old = publicHalf(signingKey(folder));
    const next = newPrivateKey();
    const earlier = readRetired(folder).filter((one) => new Date(one.until) > now);
    const retired = [{ kid: old.kid ?? '', x: old.x ?? '', until: until.toISOString() }, ...earlier].map(
      (one) => (new Date(one.until) > until ? { ...one, until: until.toISOString() } : one),
    );
    // First what is still believed, then what signs: between the two nothing that counts is forgotten.
    await replace(join(folder, 'issuer.retired.json'), JSON.stringify(retired.slice(0, RETIRED_MAX)));
    await replace(privateKeyFile(folder, 'issuer'), JSON.stringify(next));
    return { kid: publicHalf(next).kid ?? '', retired: old.kid ?? '', until };
  });
}

function readRetired(folder: string): readonly Retired[] {
  const file = join(folder, 'issuer.retired.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new CountersignError('misconfigured', `Cannot load keys: "${file}" is unreadable`, { cause });
  }
  try {
    return retiredFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new CountersignError(
      'misconfigured',
      `Cannot load keys: "${file}" is no list of retired keys, wanted one or no file`,
      { cause },
    );
  }
}

/** Named as `publicKeyOf` and tokens name it, but in place: the door looks at it at every call. */
function publicHalf(privateJwk: JWK): JWK {
  let x: string | undefined;
  try {
    x = createPublicKey({ key: { ...privateJwk }, format: 'jwk' }).export({ format: 'jwk' }).x;
  } catch {
    // The cause is dropped on purpose: a parser's message may quote what it could not read.
  }
  if (x === undefined || privateJwk.crv !== 'Ed25519')
    throw new CountersignError('misconfigured', 'Cannot load key: the issuer key is no Ed25519 JWK');
  return publicOf(x);
}

function publicOf(x: string): JWK {
  const members = { crv: 'Ed25519', kty: 'OKP', x };
  // RFC 7638: the members a key of this kind must have, in this order, without white space.
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  return { ...members, kid, alg: 'EdDSA', use: 'sig' };
}

async function replace(file: string, content: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, content, { mode: 0o600, flag: 'wx', flush: true });
  await chmod(aside, 0o600);
  await rename(aside, file);
}

/** A rotation takes milliseconds: a lock older than a minute is one that was broken off. */
async function underLock<Done>(lock: string, work: () => Promise<Done>): Promise<Done> {
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (since !== undefined && Date.now() - since > LOCK_STALE_MS) await rm(lock, { force: true });
  const handle = await open(lock, 'wx', 0o600).catch((cause: unknown) => {
    throw new CountersignError('unavailable', `Cannot rotate key: "${lock}" says another one does`, {
      cause,
    });
  });
  try {
    return await work();
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}
