/** The file the workspace's messages survive in. Replaced whole by rename, so a reader never meets half of it. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CountersignError } from '../../domain/errors.ts';
import type { SlackMessage } from './contract.ts';

const SAVE_AFTER_MS = 40;

const message = z.strictObject({
  channel: z.string(),
  ts: z.string().regex(/^\d{10}\.\d{6}$/),
  threadTs: z.string().optional(),
  author: z.strictObject({ id: z.string(), name: z.string(), bot: z.boolean() }),
  text: z.string(),
  blocks: z.array(z.looseObject({ type: z.string(), block_id: z.string() })),
  metadata: z
    .strictObject({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
    .optional(),
  ephemeralFor: z.string().optional(),
  edited: z.boolean(),
});
const state = z.strictObject({ version: z.literal(1), messages: z.array(message) });

/** Reads the messages; no file is an empty workspace, a file that is not ours is refused rather than overwritten. */
export async function readState(file: string): Promise<readonly SlackMessage[]> {
  try {
    // Blocks were checked before they were written; re-checking would refuse old state when a limit changes.
    return state.parse(JSON.parse(await readFile(file, 'utf8')))
      .messages as unknown as readonly SlackMessage[];
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new CountersignError(
      'misconfigured',
      `Cannot read Slack sandbox state: "${file}" is not what it wrote`,
      { cause },
    );
  }
}

/** Saves soon after `touch()`, one write at a time; `flush()` resolves when the newest state is on disk. */
export function stateWriter(file: string, messages: () => readonly SlackMessage[]) {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const save = () => {
    timer = undefined;
    writing = writing.then(
      () => write(file, messages()),
      () => write(file, messages()),
    );
    return writing;
  };
  return {
    touch(): void {
      // A failed write is not lost: the next one writes everything again, and flush() reports the last.
      timer ??= setTimeout(() => void save().catch(() => undefined), SAVE_AFTER_MS);
    },
    async flush(): Promise<void> {
      clearTimeout(timer);
      await save();
    },
  };
}

async function write(file: string, messages: readonly SlackMessage[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const next = `${file}.next`;
  await writeFile(next, JSON.stringify({ version: 1, messages }), { mode: 0o600 });
  await rename(next, file);
}
