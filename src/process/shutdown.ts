/** An orderly end: what was opened last closes first, within a bound, and a second Ctrl-C does not wait. */
import type { Logger } from 'pino';

/** How a process of Countersign ends. */
export const EXIT = Object.freeze({ clean: 0, failed: 1, misconfigured: 2, forced: 130 });

export interface ShutdownOptions {
  readonly log: Logger;
  /** All closing together, milliseconds. */
  readonly boundMs?: number;
  /** Ends the process; a parameter so that tests can watch it. */
  readonly exit?: (code: number) => void;
  /** Who emits SIGINT and SIGTERM. */
  readonly signals?: Pick<NodeJS.Process, 'on' | 'off'>;
  readonly clock?: () => number;
}

export interface Shutdown {
  /** Adds something to close. Throws nothing; after the end has begun it is closed at once. */
  closing(name: string, close: () => unknown): void;
  /** Begins the end, or joins the one begun. Resolves once everything is closed or out of time, before the exit. */
  end(reason: string, code?: number): Promise<void>;
  /** Aborts when the end begins: for whoever waits in a loop. */
  readonly signal: AbortSignal;
}

interface Closer {
  readonly name: string;
  close(): unknown;
}

// One Ctrl-C reaches the process twice under npm: once from the terminal, once forwarded.
const samePressMs = 1_000;

/** Listens for SIGINT and SIGTERM and closes in reverse order of `closing`. */
export function createShutdown({
  log,
  boundMs = 9_000,
  exit = process.exit,
  signals = process,
  clock = Date.now,
}: ShutdownOptions): Shutdown {
  const closers: Closer[] = [];
  const begun = new AbortController();
  let ending: Promise<void> | undefined;
  let firstPress: number | undefined;

  const end = (reason: string, code: number = EXIT.clean): Promise<void> => {
    ending ??= (async () => {
      log.info({ reason }, 'stopping');
      begun.abort(reason);
      const left = await closeAll(closers, { log, boundMs, clock });
      signals.off('SIGINT', onSignal);
      signals.off('SIGTERM', onSignal);
      exit(left.length === 0 ? code : EXIT.failed);
    })();
    return ending;
  };
  function onSignal(signal: NodeJS.Signals): void {
    if (firstPress === undefined) {
      firstPress = clock();
      void end(signal);
    } else if (clock() - firstPress >= samePressMs) {
      log.warn({ signal }, 'stopping at once');
      exit(EXIT.forced);
    }
  }
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);

  return Object.freeze({
    signal: begun.signal,
    end,
    closing(name: string, close: Closer['close']) {
      if (begun.signal.aborted) void closeOne({ name, close }, log);
      else closers.push({ name, close });
    },
  });
}

/** Closes all in turn, latest first; returns the names of what failed or was out of time. */
async function closeAll(
  closers: readonly Closer[],
  { log, boundMs, clock }: { readonly log: Logger; readonly boundMs: number; readonly clock: () => number },
): Promise<readonly string[]> {
  const until = clock() + boundMs;
  const left: string[] = [];
  for (const closer of closers.toReversed()) {
    const ended = await within(closeOne(closer, log), Math.max(0, until - clock()));
    if (ended === 'late') log.error({ part: closer.name }, 'not closed in time');
    if (ended !== 'closed') left.push(closer.name);
  }
  return left;
}

async function closeOne({ name, close }: Closer, log: Logger): Promise<'closed' | 'failed'> {
  try {
    await close();
    return 'closed';
  } catch (err) {
    log.error({ err, part: name }, 'not closed cleanly');
    return 'failed';
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late');
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
