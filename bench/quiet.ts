/** Waiting until a workflow only waits: a person takes longer to decide than the last task before it takes to end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

const QUIET_MS_MAX = 60_000;
const LOOK_EVERY_MS = 25;
/** Started, and a first workflow task scheduled, started and completed. */
const EVENTS_MIN = 4;

/** Resolves when its first task is over, no activity of it runs and no task of it is due. */
export async function untilQuiet(client: Client, workflowId: string): Promise<void> {
  const request = { namespace: client.options.namespace, execution: { workflowId } };
  const deadline = Date.now() + QUIET_MS_MAX;
  while (Date.now() < deadline) {
    const now = await client.workflowService.describeWorkflowExecution(request);
    const begun = Number(now.workflowExecutionInfo?.historyLength ?? 0) >= EVENTS_MIN;
    if (begun && now.pendingActivities.length === 0 && now.pendingWorkflowTask == null) return;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`Cannot measure "${workflowId}": it does not come to rest`);
}
