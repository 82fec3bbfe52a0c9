/** What the door notes of asks, in memory; what waits and what was rejected is said by the test. */
import type { OpenAsk, OpenAsks } from '../../src/domain/open-asks.ts';

export interface OpenAsksInMemory extends OpenAsks {
  readonly notes: readonly OpenAsk[];
  waiting: readonly string[];
  rejectedAt: readonly Date[];
  failure: Error | undefined;
}

export function openAsksInMemory(): OpenAsksInMemory {
  const notes: OpenAsk[] = [];
  return {
    notes,
    waiting: [],
    rejectedAt: [],
    failure: undefined,
    async look({ agent, id, twin }) {
      if (this.failure !== undefined) throw this.failure;
      const known = notes.find((note) => note.id === id);
      const other = notes.findLast((note) => note.agent === agent && note.twin === twin);
      return {
        waiting: this.waiting,
        rejected: this.rejectedAt.map((at, index) => ({ request: `req_${index}`, at })),
        ...(known === undefined ? {} : { known }),
        ...(other === undefined ? {} : { twin: other.request }),
      };
    },
    async note(ask) {
      if (this.failure !== undefined) throw this.failure;
      if (!notes.some(({ id }) => id === ask.id)) notes.push(ask);
    },
  };
}
