import { useEffect, useState } from 'preact/hooks';

/** The time, renewed every `everyMs`: for "in 3 minutes" and the like. */
export function useNow(everyMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
