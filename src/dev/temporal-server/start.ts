/** Starts one Temporal dev server on loopback and waits until it serves. */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { CountersignError } from '../../domain/errors.ts';
import { freePort, refuseUsedPort } from './free-port.ts';
import { type GuardedProcess, guardedSpawn } from './guarded-spawn.ts';
import { ensureRetention, ensureSearchAttributes, SEARCH_ATTRIBUTE_TYPES } from './search-attributes.ts';

export interface TemporalServerOptions {
  /** From `resolveTemporalServer`. */
  readonly binary: string;
  readonly ip: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: no UI. 0: any free one. */
  readonly uiPort?: number;
  /** Absent: history is lost at the end. */
  readonly dbFile?: string;
  readonly namespace: string;
  /** Started anew each time. */
  readonly logFile: string;
}

export interface TemporalServer {
  readonly address: string;
  /** Undefined without UI. */
  readonly uiUrl: string | undefined;
  readonly pid: number;
  /** Resolves with a sentence when the server ends without having been stopped. */
  readonly died: Promise<string>;
  /** Ends it and waits; harmless when repeated. */
  stop(): Promise<void>;
}

const startMsMax = 60_000;
const pollMs = 50;

/** Dynamic values: latency (the first two) and the limits and silence of a real deployment. */
const dynamicValues = {
  'history.transferProcessorMaxPollRPS': 1000,
  'system.enableActivityEagerExecution': true,
  'frontend.enableServerVersionCheck': false,
  'limit.maxIDLength': 255,
};

/**
 * Starts the server; it ends with this process, however this process ends. Rejects with `misconfigured` naming the
 * setting when a port is taken, and with `unavailable` and the end of its log when it does not come up in a minute.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { ip } = options;
  const port = options.port === 0 ? await freePort(ip) : options.port;
  const uiPort = options.uiPort === 0 ? await freePort(ip) : options.uiPort;
  await refuseUsedPort(ip, port, 'COUNTERSIGN_TEMPORAL_PORT');
  if (uiPort !== undefined) await refuseUsedPort(ip, uiPort, 'COUNTERSIGN_TEMPORAL_UI_PORT');

  for (const file of [options.dbFile, options.logFile])
    if (file) mkdirSync(dirname(file), { recursive: true });
  const log = openSync(options.logFile, 'w');
  const server = guardedSpawn(options.binary, flags(options, port, uiPort), log);
  closeSync(log);

  const address = `${ip}:${port}`;
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await server.stop();
  };
  try {
    await serving(address, options.namespace, server);
  } catch (cause) {
    await stop();
    throw didNotStart(options.logFile, cause);
  }
  return Object.freeze({
    address,
    uiUrl: uiPort === undefined ? undefined : `http://${ip}:${uiPort}`,
    pid: server.pid,
    died: new Promise<string>((resolve) => {
      void server.ended.then((code) => {
        if (!stopping)
          resolve(`Temporal dev server ended by itself (${code ?? 'signal'}): ${lastLines(options.logFile)}`);
      });
    }),
    stop,
  });
}

function flags(
  { ip, dbFile, namespace }: TemporalServerOptions,
  port: number,
  uiPort: number | undefined,
): string[] {
  const many = (flag: string, values: object) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    ...['server', 'start-dev', '--ip', ip, '--port', String(port), '--namespace', namespace],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(dbFile === undefined ? [] : ['--db-filename', dbFile]),
    // A database file gets neither by itself: without them every commit waits for the disk twice.
    ...(dbFile === undefined ? [] : many('--sqlite-pragma', { journal_mode: 'wal', synchronous: 1 })),
    ...many('--dynamic-config-value', dynamicValues),
    ...many('--search-attribute', SEARCH_ATTRIBUTE_TYPES),
    ...['--log-level', 'warn', '--color', 'never', '--disable-config-file', '--disable-config-env'],
  ];
}

/** Resolves when the namespace answers with all that we need of it. */
async function serving(address: string, namespace: string, server: GuardedProcess): Promise<void> {
  const until = Date.now() + startMsMax;
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  for (;;) {
    try {
      const connection = await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
      try {
        await ensureRetention(connection, namespace);
        await ensureSearchAttributes(connection, namespace);
        return;
      } finally {
        await connection.close();
      }
    } catch (cause) {
      if (ended || Date.now() > until) throw cause;
      await sleep(pollMs);
    }
  }
}

function didNotStart(logFile: string, cause: unknown): CountersignError {
  return new CountersignError('unavailable', `Cannot start the Temporal dev server: ${lastLines(logFile)}`, {
    cause,
  });
}

function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' / ').slice(-600);
  return lines === '' ? 'it said nothing' : lines;
}
