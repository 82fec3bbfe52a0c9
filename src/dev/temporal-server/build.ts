/** Builds the Temporal CLI from Go modules, for machines where its releases can't be downloaded. */
import { chmod, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onPath } from './cli-binary.ts';
import { runCommand } from './run-command.ts';

const recipe = fileURLToPath(new URL('./recipe/', import.meta.url));
const buildMsMax = 30 * 60_000;
const progressEveryMs = 5_000;

/**
 * `go build` of `recipe/go.mod` into `target`, renamed there only when whole; says where it is every 5 s. Takes four
 * minutes on two cores with nothing cached. Answers the reason when it cannot.
 */
export async function buildCli(
  target: string,
  onProgress: (line: string) => void,
): Promise<string | undefined> {
  const go = (await onPath('go', process.env.PATH)) ?? (await onPath('go', '/usr/local/go/bin'));
  if (go === undefined) return 'Go is not on PATH';
  const unfinished = `${target}.${process.pid}`;
  const started = Date.now();
  let doing = 'checking what is there';
  onProgress('building it with Go, about 4 minutes the first time');
  const ticker = setInterval(() => {
    onProgress(`building: ${Math.round((Date.now() - started) / 1000)} s, ${doing}`);
  }, progressEveryMs);
  try {
    // -v names each package as it is compiled: without it the longest part of the build would be silent.
    const end = await runCommand(
      go,
      ['build', '-v', '-o', unfinished, 'github.com/temporalio/cli/cmd/temporal'],
      {
        cwd: recipe,
        env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
        timeoutMs: buildMsMax,
        onLine: (line) => {
          doing = line.startsWith('go: downloading ') ? line.slice('go: '.length) : `compiling ${line}`;
        },
      },
    );
    if (end.code !== 0) return `go build failed: ${lastLines(end.output)}`;
    await chmod(unfinished, 0o755);
    await rename(unfinished, target);
    return undefined;
  } finally {
    clearInterval(ticker);
    await rm(unfinished, { force: true });
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-3).join(' / ').slice(-500);
}
