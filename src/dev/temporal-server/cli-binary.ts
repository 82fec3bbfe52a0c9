/**
 * The Temporal dev server of the embedded default and the tests: found or built, started, and gone when we are gone.
 *
 * This folder promises one real server on loopback, said which and how long it took to get. It refuses to be used in
 * production, where `TEMPORAL_ADDRESS` names a cluster. `main/start.ts`, the benchmark and the tests call it.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.ts';

/** The release of github.com/temporalio/cli that `recipe/go.mod` names: server 1.31.2, UI 2.50.1. */
export const CLI_VERSION = '1.8.2';

/** Flags `start.ts` gives; a binary whose help lacks one is too old for us. */
const wantedFlags = [
  '--db-filename',
  '--dynamic-config-value',
  '--headless',
  '--search-attribute',
  '--sqlite-pragma',
  '--ui-disable-news-fetch',
  '--ui-port',
];

/** Whether a file can start the dev server as we start it; the reason when it can't. */
export async function whyUnfit(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
  } catch {
    return 'is not an executable file';
  }
  const help = await runCommand(path, ['server', 'start-dev', '--help'], { timeoutMs: 20_000 });
  if (help.code !== 0) return `does not run (${help.code ?? 'no exit code'})`;
  const missing = wantedFlags.filter((flag) => !help.output.includes(flag));
  return missing.length === 0 ? undefined : `is too old: it lacks ${missing.join(', ')}`;
}

/** Where a built or downloaded CLI is kept between runs and clones. */
export function cachedBinary(cacheFolder: string): string {
  return join(cacheFolder, `temporal-cli-${CLI_VERSION}`);
}

/** `COUNTERSIGN_CACHE`, else `countersign` in the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`). */
export function defaultCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env.COUNTERSIGN_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'countersign');
}

/** The first executable called `name` on a PATH; undefined when there is none. */
export async function onPath(name: string, path: string | undefined): Promise<string | undefined> {
  for (const folder of (path ?? '').split(delimiter).filter((part) => part !== '')) {
    const candidate = join(folder, name);
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return undefined;
}
