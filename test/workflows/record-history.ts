/**
 * Records how a request went as a file of `test/histories`, when COUNTERSIGN_RECORD_HISTORIES is set. Recorded
 * histories are replayed by every later version of the story; they are replaced only on purpose, never to make a
 * replay pass.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

export async function recordHistory(name: string, handle: WorkflowHandle): Promise<void> {
  if (process.env.COUNTERSIGN_RECORD_HISTORIES === undefined) return;
  await handle.result();
  const kept = JSON.parse(historyToJSON(await handle.fetchHistory()), placeless) as object;
  await writeFile(
    join(import.meta.dirname, '..', 'histories', `${name}.json`),
    `${JSON.stringify(kept, null, 2)}\n`,
  );
}

/** Drops what names a machine, a process or a folder; no replay looks at identities, sticky queues or stacks. */
function placeless(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return undefined;
  return typeof value === 'string' ? value.replaceAll(/\d+@[\w.-]+/g, 'worker') : value;
}
