import { useEffect, useRef, useState } from 'preact/hooks';

const REOPEN_MS = 2000;

/** Calls `onChange` at every change of the workspace and after every reconnection; says whether the line is up. */
export function useChanges(onChange: () => void): boolean {
  const [connected, setConnected] = useState(false);
  const listener = useRef(onChange);
  listener.current = onChange;
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      source = new EventSource('/api/changes');
      source.addEventListener('open', () => {
        setConnected(true);
        listener.current();
      });
      source.addEventListener('change', () => listener.current());
      source.addEventListener('error', () => {
        setConnected(false);
        // The browser reconnects by itself after a broken line, but gives up after an error answer.
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_MS);
      });
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, []);
  return connected;
}
