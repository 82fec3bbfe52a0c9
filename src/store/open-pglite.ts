/**
 * The embedded database: PGlite in `<folder>/pglite`, for one process. The caller holds the folder's lock, because
 * two processes on one PGlite lose acknowledged rows without any error.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Dialect } from 'kysely';
import { CountersignError } from '../domain/errors.ts';
import { INT8_OID, parseInt8 } from './int8.ts';
import { pgliteDialect } from './pglite-dialect.ts';

const CREATE_MAX_MS = 180_000;
const WAIT_MS = 15_000;
const STDERR_KEPT_CHARS = 2_000;

/**
 * Opens the folder's database, making a migrated one first where there is none. Acknowledged rows survive the
 * process being killed (not a power cut). A running statement can't be interrupted; waiting for one is bounded.
 */
export async function openPglite(folder: string): Promise<Dialect> {
  const { PGlite } = await load();
  const home = join(folder, 'pglite');
  await removeLeftovers(folder);
  if (!(await isThere(home))) await create(folder, home);
  if (!(await isThere(join(home, 'PG_VERSION')))) {
    throw new CountersignError(
      'misconfigured',
      `Cannot open database in "${home}": there is no database in it`,
    );
  }
  const pglite = await PGlite.create({ dataDir: home, parsers: { [INT8_OID]: parseInt8 } }).catch(
    (cause: unknown) => {
      throw new CountersignError('unavailable', `Cannot open database in "${home}": it does not start`, {
        cause,
      });
    },
  );
  return pgliteDialect({ pglite, waitMs: WAIT_MS });
}

/** Imported only where it is used: installations with PostgreSQL do not have it. */
async function load(): Promise<typeof import('@electric-sql/pglite')> {
  return import('@electric-sql/pglite').catch((cause: unknown) => {
    throw new CountersignError(
      'misconfigured',
      'Cannot open database: DATABASE_URL is not set and the embedded database is not installed, wanted one of them',
      { cause },
    );
  });
}

/** Made under another name and renamed when whole, so that a half one is never taken for a database. */
async function create(folder: string, home: string): Promise<void> {
  const draft = join(folder, `pglite.new-${randomUUID()}`);
  const child = spawn(process.execPath, [...loaderArguments(), scriptFile(), draft], {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: CREATE_MAX_MS,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT_CHARS);
  });
  const [code, signal]: unknown[] = await once(child, 'close');
  if (code !== 0) {
    throw new CountersignError(
      'unavailable',
      `Cannot create database in "${folder}": ended with "${String(code ?? signal)}", wanted "0"`,
      { cause: new Error(stderr) },
    );
  }
  await rename(draft, home);
}

function scriptFile(): string {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(`./create-pglite${ending}`, import.meta.url));
}

/** From sources the child needs the same loader; compiled code needs none. */
function loaderArguments(): readonly string[] {
  if (!import.meta.url.endsWith('.ts')) return [];
  const loader = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(loader).href];
}

async function removeLeftovers(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith('pglite.new-'));
  for (const draft of drafts) {
    // Its maker may still be ending and writing: what can't be removed now is nobody's database and goes next time.
    await rm(join(folder, draft), { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(
      () => undefined,
    );
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
