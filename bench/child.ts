/** Processes beside the bench, each run from its own file, speaking by messages and ending with the bench. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BOOTSTRAP = fileURLToPath(new URL('../bootstrap.mjs', import.meta.url));
const ANSWER_MS_MAX = 120_000;

export interface Child {
  /** Sends a message and resolves to the next one it sends. One question at a time. */
  ask<Answer>(message: unknown): Promise<Answer>;
  /** The next message it sends. */
  next<Answer>(): Promise<Answer>;
  end(): Promise<void>;
}

/** Starts `bench/<file>`. Its output goes to our error output. */
export function startChild(file: string, args: readonly string[]): Child {
  const child = fork(BOOTSTRAP, [`bench/${file}`, ...args], { stdio: ['ignore', 2, 2, 'ipc'] });
  const next = <Answer>() => answerOf<Answer>(child, file);
  return {
    next,
    ask: <Answer>(message: unknown) => {
      const answer = next<Answer>();
      child.send(message as object);
      return answer;
    },
    async end() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function answerOf<Answer>(child: ChildProcess, file: string): Promise<Answer> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(ANSWER_MS_MAX)]);
  try {
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error(`Cannot go on: "${file}" ended`);
    });
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Answer];
    return answer;
  } finally {
    stop.abort();
  }
}
