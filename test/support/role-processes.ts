/**
 * The production topology: every role in a process of its own, each with its own secrets and no other's, a real
 * PostgreSQL and a Temporal server beside them. Slack and the vendors are an `OutsideWorld` in the test's process.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOrCreateKeys } from '../../src/approvals/keys.ts';
import { resolveTemporalServer } from '../../src/dev/temporal-server/resolve.ts';
import { startTemporalServer } from '../../src/dev/temporal-server/start.ts';
import type { Role, SettingName } from '../../src/process/setting-table.ts';
import { loginOf } from '../../src/store/role-grants.ts';
import { startDeployedDatabase } from './deployed-database.ts';
import type { OutsideWorld } from './outside-world.ts';
import { until } from './until.ts';

/** Settings by name; checked against the code's own list of names. */
export type RoleEnv = Partial<Readonly<Record<SettingName, string>>>;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly tookMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RoleProcess {
  readonly pid: number;
  /** Of the line that says it serves. */
  readonly doors: { readonly gateway?: string; readonly approvals?: number; readonly health?: number };
  /** Sends the signal and resolves when it has ended; harmless when it already has. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended>;
}

export interface Topology {
  readonly temporal: { readonly address: string; readonly namespace: string };
  /** Settings of a process that plays `roles`: what all have, and these roles' own. */
  envOf(...roles: readonly Role[]): RoleEnv;
  /** What an operator's command line is given: their own login, and the organisation. */
  readonly operatorEnv: RoleEnv;
  /** Starts one; resolves when it serves. */
  start(...roles: readonly Role[]): Promise<RoleProcess>;
  /** Ends what the test left running, then the servers. */
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_MS_MAX = 60_000;
const NAMESPACE = 'countersign';

/** Starts the servers; no role yet. */
export async function openTopology({ place }: OutsideWorld): Promise<Topology> {
  const { COUNTERSIGN_TEMPORAL_BIN: wanted } = process.env;
  const { path: binary } = await resolveTemporalServer({
    onProgress: () => undefined,
    ...(wanted === undefined ? {} : { binary: wanted }),
  });
  const [database, server, { seal, decision, issuer }] = await Promise.all([
    startDeployedDatabase(),
    startTemporalServer({
      binary,
      ip: '127.0.0.1',
      port: 0,
      namespace: NAMESPACE,
      logFile: join(place.dataFolder, 'temporal.log'),
    }),
    loadOrCreateKeys(join(place.dataFolder, 'keys')),
  ]);
  await database.makeDatabases();
  await database.migrateAs('countersign');
  const outside = (...names: readonly SettingName[]): RoleEnv =>
    Object.fromEntries(names.map((name) => [name, place.env[name] ?? '']));
  const shared: RoleEnv = {
    ...outside('COUNTERSIGN_CONFIG'),
    COUNTERSIGN_HEALTH_PORT: '0',
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
  };
  const decisionPublic = JSON.stringify(decision.publicJwk);
  const own: Readonly<Record<Role, RoleEnv>> = {
    gateway: {
      ...outside('COUNTERSIGN_GATEWAY_PORT'),
      COUNTERSIGN_AGENT_KEYS: JSON.stringify({ keys: [issuer.publicJwk] }),
      COUNTERSIGN_ID_SECRET: randomBytes(24).toString('base64url'),
      COUNTERSIGN_SEAL_PRIVATE_KEY: JSON.stringify(seal.privateJwk),
    },
    workflows: { COUNTERSIGN_DECISION_PUBLIC_KEY: decisionPublic },
    approvals: {
      ...outside('COUNTERSIGN_APPROVALS_PORT', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_API_URL'),
      COUNTERSIGN_DECISION_PRIVATE_KEY: JSON.stringify(decision.privateJwk),
    },
    executor: {
      ...outside('GITHUB_TOKEN', 'GITHUB_API_URL', 'STRIPE_API_KEY', 'STRIPE_API_URL'),
      ...outside('RESEND_API_KEY', 'RESEND_API_URL'),
      COUNTERSIGN_DATA: join(place.dataFolder, 'executor'),
      COUNTERSIGN_SEAL_PUBLIC_KEY: JSON.stringify(seal.publicJwk),
      COUNTERSIGN_DECISION_PUBLIC_KEY: decisionPublic,
    },
  };
  const envOf = (...roles: readonly Role[]): RoleEnv => {
    // A process that plays several roles has the owner's login: a role's own is too narrow for it.
    const login = roles.length === 1 && roles[0] !== undefined ? loginOf(roles[0]) : 'countersign';
    const env = { ...shared, DATABASE_URL: database.urlOf(login) };
    return Object.assign(env, ...roles.map((role) => own[role]));
  };
  const running: RoleProcess[] = [];
  return {
    temporal: { address: server.address, namespace: NAMESPACE },
    envOf,
    operatorEnv: {
      ...outside('COUNTERSIGN_CONFIG'),
      DATABASE_URL: database.urlOf(loginOf('operator')),
    },
    async start(...roles) {
      const started = await startServing(roles, envOf(...roles));
      running.push(started);
      return started;
    },
    async close() {
      await Promise.all(running.map((one) => one.end('SIGKILL')));
      await Promise.all([server.stop(), database.close()]);
    },
  };
}

/** Runs `npm run serve`'s own script until it ends by itself. */
export async function serveToItsEnd(roles: readonly string[], env: RoleEnv): Promise<Ended> {
  const { child, ended } = spawnServe(roles, env);
  const late = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  return ended.finally(() => clearTimeout(late));
}

async function startServing(roles: readonly Role[], env: RoleEnv): Promise<RoleProcess> {
  const { child, ended, printed } = spawnServe(roles, env);
  let over: Ended | undefined;
  void ended.then((how) => {
    over = how;
  });
  const line = await until(
    `${roles.join()} serves`,
    () => over?.stderr ?? printed().match(/^.*"msg":"serving".*$/m)?.[0],
    START_MS_MAX,
  );
  if (over !== undefined) throw new Error(`${roles.join()} ended: ${over.stderr}${over.stdout}`);
  return {
    pid: child.pid ?? 0,
    doors: JSON.parse(line) as RoleProcess['doors'],
    async end(signal) {
      const startedAt = performance.now();
      child.kill(signal);
      return { ...(await ended), tookMs: performance.now() - startedAt };
    },
  };
}

function spawnServe(roles: readonly string[], env: RoleEnv) {
  const { PATH = '' } = process.env;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['bootstrap.mjs', 'src/main/serve.ts', '--roles', roles.join()], {
    cwd: ROOT,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    said.stdout += String(text);
  });
  child.stderr.on('data', (text) => {
    said.stderr += String(text);
  });
  const ended = once(child, 'close').then(
    ([code]): Ended => ({ code, tookMs: performance.now() - startedAt, ...said }),
  );
  return { child, ended, printed: () => said.stdout };
}
