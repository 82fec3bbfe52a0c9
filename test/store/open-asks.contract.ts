import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { OpenAsk } from '../../src/domain/open-asks.ts';
import { OPEN_ASKS_KEPT_MS } from '../../src/store/open-asks.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anApproval, newRequest } from './samples.ts';

const soon = () => new Date(Date.now() + 60_000).toISOString();
const anAgent = () => `agent-${randomUUID()}`;

function anAsk(change: Partial<OpenAsk> = {}): OpenAsk {
  const id = newRequest();
  return { id, request: id, agent: anAgent(), twin: randomUUID(), body: 'b', at: new Date(), ...change };
}

export function openAsksContract(store: StoreUnderTest): void {
  describe('open asks', () => {
    const look = (query: { agent: string; id?: string; twin?: string }) =>
      store().openAsks.look({ twin: 'none', now: new Date(), ...query });

    test('look() counts each request of the agent that waits, once and until it closes or expires', async () => {
      const agent = anAgent();
      const waiting = anApproval({ agent, expiresAt: soon() });
      await store().inbox.open(waiting);
      await store().inbox.open({ ...waiting, version: 2, digest: 'e'.repeat(64) });
      await store().inbox.open(anApproval({ agent, expiresAt: new Date(0).toISOString() }));
      await store().inbox.open(anApproval({ expiresAt: soon() }));
      expect((await look({ agent })).waiting).toEqual([waiting.request]);
      for (const version of [1, 2]) await store().inbox.close(waiting.request, version);
      expect((await look({ agent })).waiting).toEqual([]);
    });

    test('look() knows what an ask was noted as, and the newest of the same meaning', async () => {
      const first = anAsk();
      const joined = anAsk({ agent: first.agent, twin: first.twin, request: first.id });
      await store().openAsks.note(first);
      await store().openAsks.note(joined);
      const { agent, twin } = first;
      expect(await look({ agent, twin, id: joined.id })).toEqual({
        waiting: [],
        rejected: [],
        known: { request: first.id, body: 'b' },
        twin: first.id,
      });
      expect(await look({ agent: anAgent(), twin })).toEqual({ waiting: [], rejected: [] });
    });

    test('note() of a known id changes nothing, and forgets what is too old', async () => {
      const old = anAsk({ at: new Date(Date.now() - OPEN_ASKS_KEPT_MS - 1_000) });
      await store().openAsks.note(old);
      const { agent, twin, id } = anAsk();
      await store().openAsks.note(anAsk({ agent, twin, id, request: id }));
      await store().openAsks.note(anAsk({ agent, twin, id, request: 'req_other' }));
      expect((await look({ agent, id })).known).toEqual({ request: id, body: 'b' });
      expect((await look({ agent: old.agent, id: old.id })).known).toBeUndefined();
    });
  });
}
