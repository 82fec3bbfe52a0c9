/** Runs one command to its end, bounded in time and output. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Each line of output as it comes, both streams. */
  readonly onLine?: (line: string) => void;
  /** Aborting ends the command. */
  readonly signal?: AbortSignal;
}

export interface CommandEnd {
  /** Undefined when it could not be started, was stopped or ran out of time. */
  readonly code?: number;
  /** The last part of what it printed, both streams. */
  readonly output: string;
}

const outputCharsMax = 64_000;

/** Never rejects: what went wrong is in `code` and `output`. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandEnd> {
  const stop = AbortSignal.any([
    AbortSignal.timeout(options.timeoutMs),
    ...(options.signal ? [options.signal] : []),
  ]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: stop,
    killSignal: 'SIGKILL',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output = `${output}${line}\n`.slice(-outputCharsMax);
      options.onLine?.(line);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve(code === null ? { output } : { code, output }));
  });
}
