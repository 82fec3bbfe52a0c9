/** Waiting for a condition with a deadline: the one way tests of processes and pages wait. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 40;

/**
 * Looks until `look` answers something that is neither undefined nor false, and resolves to it. An error of `look`
 * counts as "not yet". Rejects after `withinMs` with `what` and what the last look said.
 */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  withinMs = 15_000,
): Promise<Found> {
  const deadline = Date.now() + withinMs;
  let last: unknown = 'nothing';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`Not in ${withinMs} ms: ${what} (${String(last)})`);
    await pause(LOOK_EVERY_MS);
  }
}
