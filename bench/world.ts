/** One server, one connection, and on it both the bare workflows and Countersign, each with a worker of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { resolveTemporalServer } from '../src/dev/temporal-server/resolve.ts';
import { startTemporalServer } from '../src/dev/temporal-server/start.ts';
import { bundleStories, WORKER_BOUNDS } from '../src/main/run-worker.ts';
import { createLoggers } from '../src/process/logger.ts';
import { readSettings } from '../src/process/settings.ts';
import { installRuntime } from '../src/process/telemetry.ts';
import { connectTemporal } from '../src/process/temporal-connection.ts';
import { createVendors } from '../src/tools/vendors.ts';
import { bareActivities } from './bare-activities.ts';
import { startChild } from './child.ts';
import { type Countersign, startCountersign } from './countersign.ts';
import type { Outside } from './emulators-process.ts';

export const BARE_QUEUE = 'bench-bare';
const COUNTERSIGN_QUEUE = 'bench-countersign';
const NAMESPACE = 'default';
const LOOPBACK = '127.0.0.1';

export interface World {
  readonly client: Client;
  readonly countersign: Countersign;
  readonly folder: string;
  readonly configFolder: string;
  readonly keysFolder: string;
  readonly outside: Outside;
  readonly bundle: WorkflowBundle;
  readonly temporalAddress: string;
  close(): Promise<void>;
}

/** Starts it in a folder of its own, which `close` removes. */
export async function openWorld(progress: (line: string) => void): Promise<World> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of closing.reverse().splice(0)) await step();
  };
  try {
    return await open(progress, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  progress: (line: string) => void,
  closing: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<World> {
  const settings = readSettings(process.env);
  const { configFolder } = settings;
  installRuntime({ log: createLoggers({ level: 'error', destination: process.stderr }).log });
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const outside = startChild('emulators-process.ts', [configFolder, join(folder, 'outside')]);
  closing.push(() => outside.end());
  const whereOutside = outside.next<Outside>();
  const server = await startServer(settings.temporal, folder, progress);
  closing.push(() => server.stop());
  const link = await connectTemporal({ ...settings.temporal, namespace: NAMESPACE }, server.address);
  closing.push(() => link.close());

  const keysFolder = join(folder, 'keys');
  const shared = { configFolder, keysFolder, outside: await whereOutside, bundle: await bundleStories() };
  const countersign = await startCountersign({
    ...shared,
    ...link,
    queue: COUNTERSIGN_QUEUE,
    dataFolder: join(folder, 'data'),
  });
  closing.push(() => countersign.close());
  const bare = await startBare(link.connection, countersign, shared.outside);
  closing.push(() => bare.stop());
  return { ...shared, client: link.client, countersign, folder, temporalAddress: server.address, close };
}

/** With the flags and the file database of `npm start`: the same function starts both. */
async function startServer(
  { binary, cacheFolder }: ReturnType<typeof readSettings>['temporal'],
  folder: string,
  progress: (line: string) => void,
) {
  const { path } = await resolveTemporalServer({
    onProgress: progress,
    ...(binary === undefined ? {} : { binary }),
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  });
  return startTemporalServer({
    binary: path,
    ip: LOOPBACK,
    port: 0,
    uiPort: 0,
    dbFile: join(folder, 'temporal.db'),
    namespace: NAMESPACE,
    logFile: join(folder, 'temporal.log'),
  });
}

/** A worker with the same bounds as ours. */
async function startBare(
  connection: Parameters<typeof Worker.create>[0]['connection'],
  { installation }: Countersign,
  outside: Outside,
) {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
  const worker = await Worker.create({
    ...(connection === undefined ? {} : { connection }),
    namespace: NAMESPACE,
    taskQueue: BARE_QUEUE,
    workflowBundle,
    activities: { ...bareActivities(installation.registry, createVendors(outside.vendors)) },
    ...WORKER_BOUNDS,
  });
  const running = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await running;
    },
  };
}
