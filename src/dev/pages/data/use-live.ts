import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Something read from the server: nothing yet, a value, and perhaps a reason why it is not up to date. */
export interface Live<Value> {
  readonly value: Value | undefined;
  readonly problem: string | undefined;
  /** Reads again, or right after the reading under way. */
  readonly reload: () => void;
}

/**
 * Reads a value, again when `key` changes (the old value is then forgotten), when `reload` is called, and as often
 * as `everyMs` wants for the last value while the page is visible. One reading at a time; a failed one keeps the last value.
 */
export function useLive<Value>(
  key: string | undefined,
  read: (signal: AbortSignal) => Promise<Value>,
  everyMs: (last: Value | undefined) => number | undefined = () => undefined,
): Live<Value> {
  const [state, setState] = useState<{ key: string | undefined; value?: Value; problem?: string }>({ key });
  const reader = useRef(read);
  reader.current = read;
  const start = useRef<() => void>(() => undefined);
  const reload = useCallback(() => start.current(), []);

  useEffect(() => {
    if (key === undefined) return undefined;
    const gone = new AbortController();
    start.current = oneAtATime(async () => {
      try {
        const value = await reader.current(gone.signal);
        if (!gone.signal.aborted) setState({ key, value });
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (!gone.signal.aborted)
          setState((last) => (last.key === key ? { ...last, problem } : { key, problem }));
      }
    });
    start.current();
    return () => {
      gone.abort();
      start.current = () => undefined;
    };
  }, [key]);

  const current = state.key === key ? state : { key };
  const everyNowMs = everyMs(current.value);
  useEffect(() => {
    if (everyNowMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everyNowMs);
    return () => clearInterval(timer);
  }, [everyNowMs, reload]);

  return { value: current.value, problem: current.problem, reload };
}

/** Runs `task` now, or once more after the run under way; calls in between are one. */
function oneAtATime(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await task();
    } while (again);
    running = false;
  };
  return () => {
    if (running) again = true;
    else void run();
  };
}
