/**
 * The whole product as `npm start` wires it, on free ports and a folder of its own: in this process (`startProduct`)
 * or in one of its own that can be interrupted and killed (`spawnProduct`). Both read the same settings.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/dev/temporal-server/free-port.ts';
import { startEmbedded } from '../../src/main/embedded.ts';
import { openLogFiles } from '../../src/main/log-files.ts';
import { createLoggers } from '../../src/process/logger.ts';
import { readSettings } from '../../src/process/settings.ts';
import { createShutdown } from '../../src/process/shutdown.ts';
import { installRuntime } from '../../src/process/telemetry.ts';
import type { Pace } from '../../src/slack/pacing.ts';
import { agentAt, type TestAgent } from './agents.ts';
import { until } from './until.ts';

export type Env = Readonly<Record<string, string>>;

export interface Place {
  readonly dataFolder: string;
  /** Settings of this place: its folder, its ports and what the test added. */
  readonly env: Env;
  readonly gateway: string;
  readonly sandbox: string;
  readonly temporal: string;
  readonly boltUrl: string;
  /** An agent of no session, so that it sees all it asked, or of the one given. */
  agent(id: string, session?: string | null): Promise<TestAgent>;
  /** Lines of the operators' log that no healthy run has: failing workflow tasks and errors. */
  troubles(): Promise<readonly string[]>;
  /** Removes the folder. Only when nothing runs there any more. */
  remove(): Promise<void>;
}

export interface Product extends Place {
  /** Ends it as Ctrl-C would; the place stays and can be started again. */
  stop(): Promise<void>;
}

export interface ProductProcess extends Place {
  readonly pid: number;
  /** Everything it printed so far. */
  printed(): string;
  /** Sends the signal and resolves to the exit code (null after SIGKILL) and how long that took. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<{ readonly code: number | null; readonly tookMs: number }>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_MS_MAX = 90_000;

/** The sandbox workspace takes what Slack would not, and tests talk more than people. A spawned product keeps its pace. */
const QUICK = Object.freeze({ calls: 100, everyMs: 1_000 });
const QUICK_PACE: Pace = Object.freeze({
  ...{ channel: QUICK, workspace: QUICK, look: QUICK, 'chat.update': QUICK, 'chat.postEphemeral': QUICK },
});

/** A folder and ports nobody uses. `env` is added to its settings. */
export async function newPlace(
  env: (place: { readonly boltUrl: string }) => Env = () => ({}),
): Promise<Place> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'countersign-product-'));
  const ports = await Promise.all(Array.from({ length: 5 }, () => freePort('127.0.0.1')));
  const [gateway, approvals, sandbox, temporal, temporalUi] = ports.map(String);
  const boltUrl = `http://127.0.0.1:${approvals}/slack/events`;
  return {
    dataFolder,
    env: {
      COUNTERSIGN_DATA: dataFolder,
      COUNTERSIGN_CONFIG: join(ROOT, 'config'),
      COUNTERSIGN_GATEWAY_PORT: gateway ?? '',
      COUNTERSIGN_APPROVALS_PORT: approvals ?? '',
      COUNTERSIGN_SANDBOX_PORT: sandbox ?? '',
      COUNTERSIGN_TEMPORAL_PORT: temporal ?? '',
      COUNTERSIGN_TEMPORAL_UI_PORT: temporalUi ?? '',
      ...env({ boltUrl }),
    },
    gateway: `http://127.0.0.1:${gateway}`,
    sandbox: `http://127.0.0.1:${sandbox}`,
    temporal: `127.0.0.1:${temporal}`,
    boltUrl,
    agent: (id, session) => agentAt(`http://127.0.0.1:${gateway}`, dataFolder, id, session),
    troubles: () => troublesIn(dataFolder),
    remove: () => rm(dataFolder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

let runtimeInstalled = false;

const PORT_TRIES_MAX = 5;
const PORT_PAUSE_MS = 500;

/** Starts everything in this process. Resolves when every door answers. */
export async function startProduct(place?: Place): Promise<Product> {
  const at = place ?? (await newPlace());
  for (let tried = 1; ; tried += 1) {
    try {
      return await startAt(at);
    } catch (error) {
      // A port that was free when it was chosen may be somebody's end of a connection by now, for a moment.
      if (tried >= PORT_TRIES_MAX || !/is in use|is not free/.test(String(error))) throw error;
      await pause(PORT_PAUSE_MS);
    }
  }
}

async function startAt(at: Place): Promise<Product> {
  const { COUNTERSIGN_TEMPORAL_BIN: binary } = process.env;
  const settings = readSettings({
    ...(binary === undefined ? {} : { COUNTERSIGN_TEMPORAL_BIN: binary }),
    ...at.env,
  });
  const files = await openLogFiles(settings.dataFolder);
  const loggers = createLoggers({ level: settings.logLevel, ...files, secrets: settings.secrets });
  // One a process; the log of the first product gets the warnings of all.
  if (!runtimeInstalled) installRuntime({ log: loggers.log });
  runtimeInstalled = true;
  const shutdown = createShutdown({
    log: loggers.log,
    exit: () => undefined,
    signals: new EventEmitter() as unknown as NodeJS.Process,
  });
  const stop = () => shutdown.end('the test is over');
  try {
    await startEmbedded({ settings, loggers, shutdown, progress: () => undefined, pace: QUICK_PACE });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...at, stop };
}

/** Starts `npm start`'s own script in a process of its own. Resolves when it says that it is ready. */
export async function spawnProduct(place: Place): Promise<ProductProcess> {
  const child = spawn(process.execPath, ['bootstrap.mjs', 'src/main/start.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += String(text)));
  const product = { ...place, pid: child.pid ?? 0, printed: () => printed, end: ending(child) };
  const ready = () => {
    if (child.exitCode !== null) return 'ended';
    return printed.includes('Countersign is ready') && 'ready';
  };
  if ((await until('the product is ready', ready, START_MS_MAX)) === 'ended') throw new Error(printed);
  return product;
}

function ending(child: ChildProcess): ProductProcess['end'] {
  return async (signal) => {
    const startedAt = performance.now();
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return { code: child.exitCode, tookMs: performance.now() - startedAt };
  };
}

async function troublesIn(dataFolder: string): Promise<readonly string[]> {
  const log = await readFile(join(dataFolder, 'logs', 'countersign.jsonl'), 'utf8');
  return log
    .split('\n')
    .filter((line) => line !== '')
    .filter((line) => {
      const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg?: string };
      return level >= 50 || /Failing workflow task|Workflow Task failed/i.test(msg ?? '');
    });
}
