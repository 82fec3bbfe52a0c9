import { useCallback, useState } from 'preact/hooks';

/** What the person looks at; kept in the address, so that reloading or sharing it shows the same. */
export interface Selection {
  /** A Slack user id. */
  readonly user?: string;
  readonly channel?: string;
  /** A request id. */
  readonly request?: string;
}

const KEYS = ['user', 'channel', 'request'] as const;

/** The selection, and how to change parts of it. */
export function useSelection(): readonly [Selection, (change: Selection) => void] {
  const [selection, setSelection] = useState(readAddress);
  const change = useCallback((part: Selection) => {
    setSelection((last) => {
      const next = { ...last, ...part };
      history.replaceState(null, '', `#${new URLSearchParams(Object.entries(next))}`);
      return next;
    });
  }, []);
  return [selection, change];
}

function readAddress(): Selection {
  const kept = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(KEYS.flatMap((key) => (kept.has(key) ? [[key, kept.get(key) ?? '']] : [])));
}
