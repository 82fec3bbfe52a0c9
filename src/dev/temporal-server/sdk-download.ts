/** The SDK's own download of the Temporal CLI, bounded, because where it is blocked it may hang rather than fail. */
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.ts';

const silenceMsMax = 20_000;
const downloadMsMax = 5 * 60_000;
const lookEveryMs = 1_000;

/**
 * Downloads into `target` and answers undefined, or the reason when it cannot. Given up after 20 s in which no byte
 * arrived. The SDK only knows "download and start", and in this process its download could not be stopped: so a
 * child process starts a server once and ends.
 */
export async function downloadCli(
  target: string,
  onProgress: (line: string) => void,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(dirname(target), 'download-'));
  const gaveUp = new AbortController();
  const watch = watchGrowth(folder, {
    onBytes: (bytes) => onProgress(`downloading: ${Math.round(bytes / 1_000_000)} MB`),
    onSilence: () => gaveUp.abort(),
  });
  onProgress("trying the SDK's download");
  try {
    const end = await runCommand(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./download-once.ts', import.meta.url)), folder],
      { timeoutMs: downloadMsMax, signal: gaveUp.signal, cwd: fileURLToPath(new URL('.', import.meta.url)) },
    );
    if (gaveUp.signal.aborted) return `nothing arrived for ${silenceMsMax / 1000} s`;
    if (end.code !== 0) return reasonIn(end.output);
    const [file] = await readdir(folder);
    if (file === undefined) return 'the SDK left no file';
    await rename(join(folder, file), target);
    return undefined;
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
}

function watchGrowth(
  folder: string,
  { onBytes, onSilence }: { readonly onBytes: (bytes: number) => void; readonly onSilence: () => void },
): NodeJS.Timeout {
  let bytes = 0;
  let grewAt = Date.now();
  const look = async () => {
    const sizes = (await readdir(folder).catch(() => [])).map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    const now = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    if (now > bytes) {
      bytes = now;
      grewAt = Date.now();
      onBytes(bytes);
    } else if (Date.now() - grewAt > silenceMsMax) onSilence();
  };
  return setInterval(() => void look(), lookEveryMs);
}

function reasonIn(output: string): string {
  const line = output.split('\n').find((text) => /error/i.test(text)) ?? output.trim();
  return (
    line
      .replace(/^.*?Error: /, '')
      .trim()
      .slice(0, 120) || 'no reason given'
  );
}
