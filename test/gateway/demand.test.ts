import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/domain/plan.ts';
import type { NewRequest } from '../../src/orchestrator/requests.ts';
import { openAsksInMemory } from './open-asks-in-memory.ts';
import { type Answer, allowed, type OpenDoor, openDoor } from './open-door.ts';

const NOW = new Date('2026-11-21T09:00:00.000Z');
const LIMITS = { openRequestsMax: 3, rejectedMax: 2, pauseMinutes: 15 };
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

/** Policy asks people about branches, and about nothing else. */
function judged(ask: NewRequest): Judgement {
  const judgement = allowed(ask);
  const steps = judgement.steps.map((step) =>
    step.tool === 'github.delete_branch'
      ? { ...step, verdict: { ...step.verdict, effect: 'approve' as const } }
      : step,
  );
  return { ...judgement, steps };
}

const deleting = (branch: string, more: object = {}) => ({
  tool: 'github.delete_branch',
  args: { repository: 'acme/webshop', branch },
  reason: 'Merged long ago',
  ...more,
});
const mail = { tool: 'email.send', args: { to: ['a@acme.example'], text: 'Hi' }, reason: 'Said' };

let door: OpenDoor;
let book: ReturnType<typeof openAsksInMemory>;
let now = NOW;
beforeEach(async () => {
  book = openAsksInMemory();
  now = NOW;
  door = await openDoor({ judgement: judged, openAsks: book, asks: LIMITS, clock: () => now });
});
afterEach(() => door.close());

interface Asking {
  readonly key?: string;
  readonly agent?: string;
  readonly session?: string;
}

function ask(body: object, { key, ...who }: Asking = {}): Promise<Answer> {
  const headers = { prefer: 'wait=0', ...(key === undefined ? {} : { 'idempotency-key': key }) };
  return door.call('/v1/requests', { body, headers, ...who });
}

describe('the cap on open requests', () => {
  it('T58: an agent that has as many waiting as it may is refused, with a code and when to come back', async () => {
    book.waiting = ['req_a', 'req_b', 'req_c'];
    const { status, body, headers } = await ask(deleting('old'));
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'too-many-open' });
    expect(body.detail).toMatch(/^Cannot start request: 3 of this agent's are open, wanted fewer than 3/);
    expect(headers.get('retry-after')).toBe('60');
    expect(door.requests.started).toEqual([]);
  });

  it('T58: a burst is counted although its cards are not there yet', async () => {
    const burst = ['b1', 'b2', 'b3', 'b4', 'b5'].map((branch) => deleting(branch));
    const statuses: number[] = [];
    for (const one of burst) statuses.push((await ask(one)).status);
    expect(statuses).toEqual([202, 202, 202, 429, 429]);
  });

  it('T58: a burst all at once finds no more places than one after the other', async () => {
    const branches = ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'];
    const look = book.look.bind(book);
    let answerAll = (): void => undefined;
    const all = new Promise<void>((resolve) => {
      answerAll = resolve;
    });
    let looking = 0;
    // Nobody is answered before all have asked.
    book.look = async (query) => {
      looking += 1;
      if (looking === branches.length) answerAll();
      await all;
      return look(query);
    };
    const burst = branches.map((branch) => ask(deleting(branch)));
    const statuses = (await Promise.all(burst)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(3);
    expect(door.requests.started).toHaveLength(3);
  });

  it('lets what needs nobody pass, and other agents', async () => {
    book.waiting = ['req_a', 'req_b', 'req_c'];
    expect((await ask(mail)).status).toBe(202);
    book.waiting = [];
    for (const branch of ['b1', 'b2', 'b3']) await ask(deleting(branch), { agent: 'outreach-agent' });
    expect((await ask(deleting('old'))).status).toBe(202);
  });

  it('counts nothing that has closed', async () => {
    for (const branch of ['b1', 'b2', 'b3']) {
      const { body } = await ask(deleting(branch));
      door.requests.close(body.id);
      await door.call(`/v1/requests/${body.id}`);
    }
    expect((await ask(deleting('b4'))).status).toBe(202);
  });

  it('still answers who repeats a key', async () => {
    const first = await ask(deleting('old'), { key: 'k' });
    book.waiting = ['req_a', 'req_b', 'req_c'];
    now = new Date(NOW.getTime() + 60_000);
    door.requests.close(first.body.id);
    const again = await ask(deleting('old'), { key: 'k' });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('an agent that people turn down', () => {
  it('T58: pauses for what needs people, and is told for how long', async () => {
    book.rejectedAt = [minutesAgo(50), minutesAgo(5)];
    const { status, body } = await ask(deleting('old'));
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'turned-down-often' });
    expect(body.detail).toContain('what needs people may be asked again in 10 minutes');
    expect((await ask(mail)).status).toBe(202);
  });

  it.each([
    { name: 'too seldom', rejectedAt: [minutesAgo(5)] },
    { name: 'too long ago', rejectedAt: [minutesAgo(50), minutesAgo(16)] },
  ])('goes on where it was turned down $name', async ({ rejectedAt }) => {
    book.rejectedAt = rejectedAt;
    expect((await ask(deleting('old'))).status).toBe(202);
  });
});

describe('identical asks', () => {
  it('join the request that waits already, whatever their reason says', async () => {
    const first = await ask(deleting('old'));
    const second = await ask(deleting('old', { reason: 'In other words' }));
    expect(second).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(second.headers.get('countersign-joined')).toBe(first.body.id);
    expect(first.headers.get('countersign-joined')).toBeNull();
    expect(door.requests.started).toHaveLength(1);
  });

  it('get the same answer again under their own key, also when the request has closed', async () => {
    const first = await ask(deleting('old'), { key: 'k1' });
    await ask(deleting('old'), { key: 'k2' });
    door.requests.close(first.body.id);
    now = new Date(NOW.getTime() + 60_000);
    const again = await ask(deleting('old'), { key: 'k2' });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(door.requests.started).toHaveLength(1);
    const other = await ask(deleting('old', { reason: 'In other words' }), { key: 'k2' });
    expect(other.body.code).toBe('key-reused');
  });

  it('are found by another process of the door, which reads the notes', async () => {
    const first = await ask(deleting('old'));
    now = new Date(NOW.getTime() + 60_000);
    const later = await ask(deleting('old'));
    expect(later.headers.get('countersign-joined')).toBe(first.body.id);
  });

  it('repeat their own request under their own key', async () => {
    const first = await ask(deleting('old'), { key: 'k1' });
    const again = await ask(deleting('old'), { key: 'k1' });
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get('countersign-joined')).toBeNull();
  });

  it.each([
    { name: 'other arguments', body: deleting('other'), who: {} },
    { name: 'another agent', body: deleting('old'), who: { agent: 'outreach-agent' } },
    { name: 'another session', body: deleting('old'), who: { session: 'ses_2' } },
    { name: 'another person they act for', body: deleting('old', { onBehalfOf: 'alice' }), who: {} },
    { name: 'another person who prompted them', body: deleting('old', { requestedBy: 'dana' }), who: {} },
    { name: 'another confidence', body: deleting('old', { confidence: 0.2 }), who: {} },
  ])('never join over $name', async ({ body, who }) => {
    const first = await ask(deleting('old'), { session: 'ses_1' });
    const second = await ask(body, { session: 'ses_1', ...who });
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.headers.get('countersign-joined')).toBeNull();
  });

  it('start a request of their own once the other has closed', async () => {
    const first = await ask(deleting('old'));
    door.requests.close(first.body.id);
    expect((await ask(deleting('old'))).body.id).not.toBe(first.body.id);
  });

  it('do not join while the notes cannot be read: a second card is only a nuisance', async () => {
    const first = await ask(deleting('old'));
    book.failure = new Error('unreachable');
    const second = await ask(deleting('old'));
    expect(second.status).toBe(202);
    expect(second.body.id).not.toBe(first.body.id);
  });
});
