/**
 * One real Temporal dev server and one workflow bundle for the whole run, made when the first test asks: a run of unit
 * tests alone pays for neither. Tests are in other processes, so they ask over HTTP; see `temporal.ts`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import type { TemporalServer } from '../../src/dev/temporal-server/start.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Base URL of this run's `/server` (its address) and `/bundle` (a file). */
    sharedParts: string;
  }
}

const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  let server: Promise<TemporalServer> | undefined;
  let bundle: Promise<string> | undefined;
  const parts: Record<string, () => Promise<string>> = {
    '/server': async () => {
      server ??= startServer(folder);
      return (await server).address;
    },
    '/bundle': () => {
      bundle ??= bundleWorkflows(folder);
      return bundle;
    },
  };
  const door = createServer((request, response) => {
    const part = parts[request.url ?? ''] ?? (() => Promise.reject(new Error(`no part ${request.url}`)));
    part().then(
      (text) => response.end(text),
      (cause: unknown) => response.writeHead(500).end(String(cause)),
    );
  });
  await new Promise<void>((resolve) => {
    door.listen(0, '127.0.0.1', resolve);
  });
  provide('sharedParts', `http://127.0.0.1:${(door.address() as AddressInfo).port}`);
  return async () => {
    door.close();
    door.closeAllConnections();
    await (await server?.catch(() => undefined))?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

async function startServer(folder: string): Promise<TemporalServer> {
  const { resolveTemporalServer } = await import('../../src/dev/temporal-server/resolve.ts');
  const { startTemporalServer } = await import('../../src/dev/temporal-server/start.ts');
  const { COUNTERSIGN_TEMPORAL_BIN: binary } = process.env;
  const { path } = await resolveTemporalServer({
    onProgress: (line) => console.log(line),
    ...(binary === undefined ? {} : { binary }),
  });
  return startTemporalServer({
    binary: path,
    ip: '127.0.0.1',
    port: 0,
    namespace: 'default',
    logFile: join(folder, 'temporal.log'),
  });
}

async function bundleWorkflows(folder: string): Promise<string> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const file = join(folder, 'workflow-bundle.js');
  await writeFile(file, code);
  return file;
}
