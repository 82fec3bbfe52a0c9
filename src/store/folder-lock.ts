/**
 * One process per folder. Node offers no lock that the kernel gives back, so a claim is a numbered file in
 * `<folder>/lock/` naming a process, and the highest number holds. A number is created by hard link (whole or not
 * at all, one winner) and only after the highest before it was found dead or released; numbers never go down, so a
 * slow taker that still looks at an old one can't win against a newer.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { CountersignError } from '../domain/errors.ts';
import { pidRealm, processStart } from './process-start.ts';

/** Held until released or until the process ends, however it ends. */
export interface FolderLock {
  release(): Promise<void>;
}

interface Claim {
  readonly pid: number;
  readonly start: string;
  readonly realm: string;
  readonly released: boolean;
}

const ATTEMPTS_MAX = 20;
const BEAT_MS = 5_000;
/** A holder in another container can't be looked up by its id; it counts as alive while its beat is younger. */
const BEAT_STALE_MS = 30_000;

/** Takes the folder, making it if needed. Rejects with `unavailable`, naming the holder, while another process lives. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const locks = join(folder, 'lock');
  await mkdir(locks, { recursive: true });
  const own = await ownClaim();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await highest(locks);
    if (before > 0) {
      const holder = await readClaim(locks, before);
      if (holder === undefined) continue;
      if (await isHeld(locks, before, holder)) throw inUse(folder, holder.pid);
    }
    const number = before + 1;
    if (!(await publish(locks, number, own))) continue;
    if ((await highest(locks)) !== number) {
      await rm(fileOf(locks, number), { force: true });
      continue;
    }
    await removeBelow(locks, number);
    return hold(locks, number, own);
  }
  throw new CountersignError(
    'unavailable',
    `Cannot lock "${folder}": others took it ${ATTEMPTS_MAX} times in a row`,
  );
}

async function ownClaim(): Promise<Claim> {
  const [start, realm] = await Promise.all([processStart(process.pid), pidRealm()]);
  return { pid: process.pid, start: start ?? 'alive', realm, released: false };
}

async function highest(locks: string): Promise<number> {
  const numbers = (await readdir(locks)).map((name) =>
    /^\d{1,15}\.json$/.test(name) ? Number.parseInt(name, 10) : 0,
  );
  return Math.max(0, ...numbers);
}

/** Undefined when it vanished meanwhile, because a higher number was taken. */
async function readClaim(locks: string, number: number): Promise<Claim | undefined> {
  const file = fileOf(locks, number);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new CountersignError('unavailable', `Cannot read lock "${file}"`, { cause: error });
  });
  return text === undefined ? undefined : parseClaim(file, text);
}

function parseClaim(file: string, text: string): Claim {
  try {
    const value: Partial<Record<keyof Claim, unknown>> = JSON.parse(text);
    const { pid, start, realm, released } = value;
    if (typeof pid === 'number' && Number.isInteger(pid) && pid > 0 && typeof start === 'string') {
      if (typeof realm === 'string' && typeof released === 'boolean') return { pid, start, realm, released };
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw unreadable(file, undefined);
}

async function isHeld(locks: string, number: number, claim: Claim): Promise<boolean> {
  if (claim.released) return false;
  if (claim.realm === (await pidRealm())) {
    const start = await processStart(claim.pid);
    return start !== undefined && (start === claim.start || start === 'alive' || claim.start === 'alive');
  }
  const beat = await stat(fileOf(locks, number)).catch(() => undefined);
  return beat !== undefined && Date.now() - beat.mtimeMs < BEAT_STALE_MS;
}

/** False when the number was taken by somebody else. */
async function publish(locks: string, number: number, claim: Claim): Promise<boolean> {
  const draft = await write(locks, claim);
  try {
    await link(draft, fileOf(locks, number));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new CountersignError('unavailable', `Cannot write lock in "${locks}"`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Written whole and forced to the disk before it gets its number: a claim is never seen half. */
async function write(locks: string, claim: Claim): Promise<string> {
  const draft = join(locks, `.draft-${randomUUID()}`);
  await writeFile(draft, JSON.stringify(claim), { flag: 'wx', mode: 0o600, flush: true });
  return draft;
}

async function removeBelow(locks: string, number: number): Promise<void> {
  for (const name of await readdir(locks)) {
    const isOlder = /^\d{1,15}\.json$/.test(name) && Number.parseInt(name, 10) < number;
    if (isOlder) await rm(join(locks, name), { force: true });
  }
}

function hold(locks: string, number: number, own: Claim): FolderLock {
  const file = fileOf(locks, number);
  const beat = setInterval(() => {
    const now = new Date();
    // A missed beat matters only to other containers, and the next one makes up for it.
    utimes(file, now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      await rename(await write(locks, { ...own, released: true }), file);
    },
  };
}

function fileOf(locks: string, number: number): string {
  return join(locks, `${number}.json`);
}

function inUse(folder: string, pid: number): CountersignError {
  return new CountersignError(
    'unavailable',
    `Cannot open "${folder}": process ${pid} is using it; stop that one, or set COUNTERSIGN_DATA to another folder or DATABASE_URL to a PostgreSQL server`,
  );
}

function unreadable(file: string, cause: unknown): CountersignError {
  return new CountersignError(
    'misconfigured',
    `Cannot read lock "${file}": not a lock of Countersign; delete it if no other process uses this folder`,
    { cause },
  );
}
