/** A PostgreSQL as the production file sets it up: its own script makes the logins, its own job migrates. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { makeDeploySecrets } from '../../scripts/deploy-secrets.ts';
import { startPostgres } from './postgres.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

export interface DeployedDatabase {
  /** The address a login has; another database than its own where told. */
  urlOf(login: string, database?: string): string;
  /** Runs one statement as a login. */
  query(login: string, sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Runs `deploy/postgres/databases.sh`, which was not run yet. */
  makeDatabases(): Promise<void>;
  /** Runs `src/main/migrate.ts` as a login; resolves with what it said and how it ended. */
  migrateAs(login: string): Promise<{ readonly code: number; readonly said: string }>;
  close(): Promise<void>;
}

export async function startDeployedDatabase(): Promise<DeployedDatabase> {
  const postgres = await startPostgres();
  const secrets = mkdtempSync(join(tmpdir(), 'countersign-secrets-'));
  await makeDeploySecrets(secrets);
  const server = new URL(postgres.url);
  const urlOf = (login: string, database = login.startsWith('temporal') ? 'temporal' : 'countersign') => {
    const password = readFileSync(join(secrets, `${login}_db_password`), 'utf8');
    return `postgresql://${login}:${password}@${server.host}/${database}`;
  };
  return {
    urlOf,
    query: (login, sql, database) => query(urlOf(login, database), sql),
    async makeDatabases() {
      await renameFirstUser(server);
      const { hostname, port, password } = server;
      const admin = { PGHOST: hostname, PGPORT: port, PGPASSWORD: password, POSTGRES_USER: 'boss' };
      const env = { PATH: process.env.PATH, SECRETS_FOLDER: secrets, ...admin };
      await run('/bin/sh', [join(root, 'deploy/postgres/databases.sh')], { env });
    },
    async migrateAs(login) {
      const env = { PATH: process.env.PATH, DATABASE_URL: urlOf(login) };
      const job = run(process.execPath, ['--import', 'tsx', 'src/main/migrate.ts'], { cwd: root, env });
      return job.then(
        ({ stdout }) => ({ code: 0, said: stdout }),
        (error: { code: number; stderr: string }) => ({ code: error.code, said: error.stderr }),
      );
    },
    async close() {
      rmSync(secrets, { recursive: true });
      await postgres.stop();
    },
  };
}

/** The test server's first user is called as one that the script makes. Harmless when done before. */
async function renameFirstUser(server: URL): Promise<void> {
  const { username, password } = server;
  const boss = Object.assign(new URL(server), { username: 'boss' });
  const isThere = await query(boss.href, 'SELECT 1').catch(() => undefined);
  if (isThere !== undefined) return;
  await query(server.href, `CREATE ROLE boss SUPERUSER LOGIN PASSWORD '${password}'`);
  await query(boss.href, `ALTER ROLE "${username}" RENAME TO first`);
}

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
