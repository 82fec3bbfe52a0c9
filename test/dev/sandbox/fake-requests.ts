/** Requests in memory, for the page to read; nothing runs here. */
import { CountersignError } from '../../../src/domain/errors.ts';
import type { RequestView } from '../../../src/domain/request.ts';
import type { Requests, TimelineEntry } from '../../../src/orchestrator/requests.ts';

export interface FakeRequests extends Requests {
  put(view: RequestView, timeline?: readonly TimelineEntry[]): void;
}

export function fakeRequests(): FakeRequests {
  const known = new Map<
    string,
    { readonly view: RequestView; readonly timeline: readonly TimelineEntry[] }
  >();
  const notHere = async (): Promise<never> => {
    throw new CountersignError('internal', 'Cannot do this: not a part of the page');
  };
  return {
    put(view, timeline = []) {
      known.delete(view.id);
      known.set(view.id, { view, timeline });
    },
    start: notHere,
    idOf: () => 'req_unknown',
    decide: notHere,
    amend: notHere,
    asks: notHere,
    question: notHere,
    answer: notHere,
    cancel: notHere,
    ready: async () => undefined,
    view: async (id) => known.get(id)?.view,
    settled: async (id) => known.get(id)?.view,
    timeline: async (id) => known.get(id)?.timeline ?? [],
    list: async ({ limit }) =>
      [...known.values()]
        .reverse()
        .slice(0, limit)
        .map(({ view }) => ({
          id: view.id,
          agent: view.agent,
          tools: view.steps.map(({ tool }) => tool),
          status: view.status,
          ...(view.outcome === undefined ? {} : { outcome: view.outcome }),
          receivedAt: view.receivedAt,
        })),
  };
}
