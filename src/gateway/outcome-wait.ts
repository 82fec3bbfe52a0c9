/** Waiting for a request's outcome on behalf of a caller, cut short when the door closes. */
import { setMaxListeners } from 'node:events';
import type { RequestView } from '../domain/request.ts';
import type { Asker, Requests } from '../orchestrator/requests.ts';

/** One wait: for which request, how long at most, and on whose behalf (others' requests are unknown to them). */
export interface WaitFor {
  readonly id: string;
  readonly waitMs: number;
  readonly asker: Asker;
}

export type WaitForOutcome = (wait: WaitFor) => Promise<RequestView | undefined>;

/**
 * The request once it is closed, or as it is when the wait ends. `closing` ends all waits at once, so that a door with
 * callers waiting can still be shut in time.
 */
export function createOutcomeWait(
  requests: Pick<Requests, 'view' | 'settled'>,
  closing: AbortSignal,
): WaitForOutcome {
  setMaxListeners(0, closing);
  return async ({ id, waitMs, asker }) => {
    if (waitMs === 0 || closing.aborted) return await requests.view(id, asker);
    const stop = until(closing);
    try {
      const ended = await Promise.race([
        requests.settled(id, waitMs, asker).then((view) => ({ view })),
        stop.reached,
      ]);
      return ended === undefined ? await requests.view(id, asker) : ended.view;
    } finally {
      stop.forget();
    }
  };
}

// One listener a wait, removed after it: racing against one shared promise would keep every wait's memory.
function until(closing: AbortSignal): { readonly reached: Promise<undefined>; readonly forget: () => void } {
  const { promise, resolve } = resolvable();
  closing.addEventListener('abort', resolve, { once: true });
  return { reached: promise, forget: () => closing.removeEventListener('abort', resolve) };
}

function resolvable(): { readonly promise: Promise<undefined>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<undefined>((done) => {
    resolve = () => done(undefined);
  });
  return { promise, resolve };
}
