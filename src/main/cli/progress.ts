/** Says how far a long command is, for people who would otherwise think it hangs. */
import type { CliWorld } from './world.ts';

/** Nothing is said before this, so that quick commands stay quiet; then no more often than this. */
const EVERY_MS = 2_000;

/** Told the state again and again, it writes one line to standard error every two seconds. */
export function progress(
  { err }: Pick<CliWorld, 'err'>,
  clockMs: () => number = () => performance.now(),
): (state: string) => void {
  let saidAt = clockMs();
  return (state) => {
    const now = clockMs();
    if (now - saidAt < EVERY_MS) return;
    saidAt = now;
    err(`${state}\n`);
  };
}
