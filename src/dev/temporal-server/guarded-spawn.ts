/** A child process that dies with us, even when we are killed, and that a Ctrl-C in the terminal does not reach. */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * The shell waits for the server, and a watcher beside it waits for the end of the pipe that only we hold: when we
 * close it, or the kernel does because we died, the watcher ends the server, by force after five seconds.
 */
const guard = `
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(
  read -r _ <&3
  kill -TERM "$server" 2>/dev/null
  tries=0
  while kill -0 "$server" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -gt 50 ] && kill -KILL "$server" 2>/dev/null
    sleep 0.1
  done
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$server"
code=$?
kill -KILL "$watcher" 2>/dev/null
exit "$code"
`;

export interface GuardedProcess {
  /** Leader of the child's own process group. */
  readonly pid: number;
  /** Exit code, or undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
  /** Asks it to end and waits; it is killed after five seconds. */
  stop(): Promise<void>;
}

/** Starts `command` under the guard, its output into the open file `outputFd`. Needs a POSIX shell. */
export function guardedSpawn(command: string, args: readonly string[], outputFd: number): GuardedProcess {
  const child: ChildProcess = spawn('/bin/sh', ['-c', guard, 'guard', command, ...args], {
    stdio: ['pipe', outputFd, outputFd],
    // Its own group: the terminal's Ctrl-C goes to us alone, and we end it when the workers have stopped.
    detached: true,
  });
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  child.stdin?.on('error', () => undefined);
  return Object.freeze({
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.stdin?.end();
      await ended;
    },
  });
}
