/**
 * A throw-away PostgreSQL from the binaries of this computer: a temporary folder, a free port on loopback, a random
 * password, no fsync. Nothing is downloaded; where the binaries are missing, `postgresBinaries()` is undefined and
 * says so once, loudly.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

export interface TestPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PACKAGED = '/usr/lib/postgresql';
const READY_MAX_MS = 20_000;
const STARTS_MAX = 3;

/** From PATH, else the newest of Debian's packages. For `describe.skipIf(postgresBinaries() === undefined)`. */
export function postgresBinaries(): PostgresBinaries | undefined {
  const packaged = existsSync(PACKAGED)
    ? readdirSync(PACKAGED).toSorted((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...packaged.map((version) => join(PACKAGED, version, 'bin')),
  ];
  const folder = folders.find((one) => existsSync(join(one, 'initdb')) && existsSync(join(one, 'postgres')));
  if (folder === undefined) {
    console.warn(
      '\n*** NOT TESTED: no PostgreSQL on this computer (initdb, postgres); install postgresql-15 ***\n',
    );
    return undefined;
  }
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
}

/** Starts one, ready for connections. Throws when the binaries are missing. */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = postgresBinaries();
  if (binaries === undefined) throw new Error('Cannot start PostgreSQL: not installed');
  const owner = ordinaryUser();
  const folder = await mkdtemp('/tmp/countersign-postgres-');
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const password = randomBytes(16).toString('hex');
  await initialise({ binaries, folder, password, owner });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start({ binaries, folder, password, owner });
    } catch (error) {
      // The free port may have been taken between asking for it and using it.
      if (attempt < STARTS_MAX) continue;
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

/** Empty unless root, who has to become somebody else. */
type Owner = { readonly uid: number; readonly gid: number } | { readonly uid?: never; readonly gid?: never };

interface Cluster {
  readonly binaries: PostgresBinaries;
  readonly folder: string;
  readonly password: string;
  readonly owner: Owner;
}

/** PostgreSQL refuses to run as root: then its packaged user, else nobody. */
function ordinaryUser(): Owner {
  if (process.getuid?.() !== 0) return {};
  const user = ['postgres', 'nobody'].find((name) => idOf('-u', name) !== undefined);
  const [uid, gid] = user === undefined ? [] : [idOf('-u', user), idOf('-g', user)];
  if (uid === undefined || gid === undefined)
    throw new Error('Cannot start PostgreSQL: no ordinary user to run it as');
  return { uid, gid };
}

function idOf(option: '-u' | '-g', user: string): number | undefined {
  try {
    return Number(
      execFileSync('id', [option, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return undefined;
  }
}

async function initialise({ binaries, folder, password, owner }: Cluster): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined) await chown(passwordFile, owner.uid, owner.gid);
  const options = ['-D', join(folder, 'data'), '-U', 'countersign', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(
    binaries.initdb,
    [...options, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    {
      ...owner,
      cwd: folder,
      timeout: 60_000,
    },
  );
}

async function start({ binaries, folder, password, owner }: Cluster): Promise<TestPostgres> {
  const port = await freePort();
  const settings = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=50'];
  const server = spawn(
    binaries.postgres,
    [
      '-D',
      join(folder, 'data'),
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-k',
      folder,
      ...settings.flatMap((s) => ['-c', s]),
    ],
    { ...owner, cwd: folder, stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  const url = `postgresql://countersign:${password}@127.0.0.1:${port}/postgres`;
  if (!(await isReady(url, () => server.exitCode !== null))) {
    server.kill('SIGKILL');
    throw new Error(`Cannot start PostgreSQL on port ${port}: not ready in time`);
  }
  const stop = async () => {
    // SIGINT to the postmaster is its fast shutdown: sessions are ended, nothing is left behind.
    server.kill('SIGINT');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, stop };
}

async function isReady(url: string, hasEnded: () => boolean): Promise<boolean> {
  const deadline = Date.now() + READY_MAX_MS;
  while (Date.now() < deadline && !hasEnded()) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    const answered = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (answered) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}
