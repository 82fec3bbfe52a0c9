/** The run's Temporal dev server and workflow bundle, for any test that wants the real thing. */
import { Client } from '@temporalio/client';
import { NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { inject } from 'vitest';

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Client and workers share it, as in the product; `client` can therefore start eagerly. */
  readonly connection: NativeConnection;
  readonly client: Client;
  /** `workflowBundle` of a worker: all of `workflows/index.ts`. */
  readonly bundle: WorkflowBundleOption;
  close(): Promise<void>;
}

/**
 * Connects to the server that all tests of this run share: name task queues and workflow ids so that they are yours.
 * The first call of a run starts the server and makes the bundle (about 2 s). Close it when your workers have stopped.
 */
export async function testTemporal(): Promise<TestTemporal> {
  const [address, codePath] = await Promise.all([sharedPart('/server'), workflowBundleFile()]);
  const connection = await NativeConnection.connect({ address, grpcCompression: { codec: 'none' } });
  const namespace = 'default';
  return Object.freeze({
    address,
    namespace,
    connection,
    client: new Client({ connection, namespace }),
    bundle: { codePath },
    close: () => connection.close(),
  });
}

/** The bundle of `workflows/index.ts` as a file, for workers and for tests that read it. Needs no server. */
export function workflowBundleFile(): Promise<string> {
  return sharedPart('/bundle');
}

/** The address of the run's dev server, for processes that connect by themselves. */
export function testServerAddress(): Promise<string> {
  return sharedPart('/server');
}

async function sharedPart(path: '/server' | '/bundle'): Promise<string> {
  const answer = await fetch(new URL(path, inject('sharedParts')));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Cannot get the run's ${path.slice(1)}: ${text}`);
  return text;
}
