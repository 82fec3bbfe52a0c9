/**
 * Long work in turns. A bundle of thousands of rules takes seconds to check, and a process that loads one again is
 * judging requests meanwhile: between two turns everything else gets its own.
 */
import { setImmediate } from 'node:timers/promises';

/** Items handled in one turn: some 50 ms of the engine's time for rules about every tool. */
export const TURN_ITEMS = 50;

/** What `work` makes of the items, in their order. It is given a few of them at a time, and where the first stands. */
export async function inTurns<Item, Found>(
  items: readonly Item[],
  work: (some: readonly Item[], from: number) => readonly Found[],
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (let from = 0; from < items.length; from += TURN_ITEMS) {
    found.push(...work(items.slice(from, from + TURN_ITEMS), from));
    await setImmediate();
  }
  return found;
}
