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
  if (process.env['COUNTERSIGN_RECORD_HISTORIES'] === undefined) return;
  await handle.result();
  // Identities and sticky queues name a machine and a process, which no replay looks at.
  const history = historyToJSON(await handle.fetchHistory()).replaceAll(/\d+@[\w.-]+/g, 'worker');
  await writeFile(join(import.meta.dirname, '..', 'histories', `${name}.json`), `${history}\n`);
}
