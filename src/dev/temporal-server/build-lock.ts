/** Keeps two runs from downloading or building the same binary at once. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 500;

/**
 * Runs `work` while holding `path`, waiting for whoever holds it. A holder that died is robbed. The lock only saves
 * work: results are renamed into place, so two holders would waste time and break nothing.
 */
export async function withBuildLock<T>(
  path: string,
  { onWait, waitMsMax }: { readonly onWait: (holder: number) => void; readonly waitMsMax: number },
  work: () => Promise<T>,
): Promise<T> {
  const until = Date.now() + waitMsMax;
  while (!(await take(path)) && Date.now() < until) {
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isAlive(holder)) await rob(path);
    else onWait(holder);
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

/** Renaming first lets only one of several robbers succeed. */
async function rob(path: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).then(
    () => rm(aside, { force: true }),
    () => undefined,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives and belongs to somebody else.
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
