import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

export interface StoreProcess {
  readonly pid: number;
  readonly lines: readonly string[];
  /** Resolves once a line said so far fits; rejects when the process ends first or 60 s pass. */
  said(fits: (lines: readonly string[]) => boolean): Promise<void>;
  tell(word: string): void;
  kill(): Promise<void>;
}

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const SCRIPT = fileURLToPath(new URL('./store-process.ts', import.meta.url));

/** Starts `store-process.ts` with plain `node --import tsx`, as the product's own processes are. */
export function spawnStoreProcess(mode: 'lock' | 'hold' | 'write', dataDir: string): StoreProcess {
  const child = spawn(process.execPath, ['--import', TSX, SCRIPT, mode, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.pid === undefined) throw new Error('Cannot start process: no pid');
  const ended = once(child, 'close');
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  return {
    pid: child.pid,
    lines,
    said: async (fits) => {
      const deadline = AbortSignal.any([AbortSignal.timeout(60_000), abortedBy(ended)]);
      while (!fits(lines)) await once(reader, 'line', { signal: deadline });
    },
    tell: (word) => child.stdin.write(`${word}\n`),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function abortedBy(ended: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  void ended.then(() => controller.abort());
  return controller.signal;
}
