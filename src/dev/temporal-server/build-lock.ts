/** Keeps two runs from downloading or building the same binary at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CountersignError } from '../../domain/errors.ts';
import { type FolderLock, lockFolder } from '../../store/folder-lock.ts';

const pollMs = 500;

/**
 * Runs `work` while holding `folder`, waiting for whoever holds it; `onWait` hears each refused try. After `waitMsMax`
 * rejects with `unavailable`, naming the holder.
 */
export async function withBuildLock<T>(
  folder: string,
  { onWait, waitMsMax }: { readonly onWait: () => void; readonly waitMsMax: number },
  work: () => Promise<T>,
): Promise<T> {
  const until = Date.now() + waitMsMax;
  let lock: FolderLock | undefined;
  while (lock === undefined) {
    lock = await lockFolder(folder).catch(async (cause: unknown) => {
      const held = cause instanceof CountersignError && cause.code === 'unavailable';
      if (!held || Date.now() > until) throw cause;
      onWait();
      await sleep(pollMs);
      return undefined;
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
