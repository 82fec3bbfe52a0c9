/** One Temporal worker: a queue, the activities of the roles it plays, and workflows where it plays that role. */
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type NativeConnection,
  Worker,
  type WorkflowBundle,
} from '@temporalio/worker';
import type { Activities } from '../../activities/contract.ts';

const WORKFLOWS_PATH = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

/** How much a worker does at once. Waiting requests cost memory only while cached; a click on any other replays it. */
export const WORKER_BOUNDS = Object.freeze({
  maxCachedWorkflows: 100,
  maxConcurrentWorkflowTaskExecutions: 100,
  maxConcurrentActivityTaskExecutions: 100,
  maxConcurrentLocalActivityExecutions: 100,
});

/** Bundles the stories. Takes a second or two; make it once a process. */
export function bundleStories(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, logger: new DefaultLogger('ERROR') });
}

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: Partial<Activities>;
  /** Absent: this worker runs no workflows. */
  readonly workflowBundle?: WorkflowBundle;
  /** Runs its activities only inside its workflow tasks and takes none from the queue. */
  readonly localOnly?: boolean;
}

export interface RunningWorker {
  /** Rejects when the worker broke; resolves after `stop`. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts a worker. Stopping lets what runs end for 5 seconds; what does not is retried by another worker. */
export async function runWorker({
  workflowBundle,
  localOnly = false,
  ...options
}: WorkerOptions): Promise<RunningWorker> {
  const worker = await Worker.create({
    ...options,
    ...(workflowBundle === undefined ? {} : { workflowBundle }),
    ...WORKER_BOUNDS,
    enableNonLocalActivities: !localOnly,
    shutdownGraceTime: '3s',
    shutdownForceTime: '5s',
  });
  const ended = worker.run();
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended.catch(() => undefined);
    },
  };
}
