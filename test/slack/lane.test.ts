import { describe, expect, it } from 'vitest';
import { OutsideError } from '../../src/domain/retry.ts';
import { type Allowance, Lane, PATIENCE_MS, SUPERSEDED, type Wanted } from '../../src/slack/lane.ts';

/** An allowance that is closed until it is opened, so that a queue can be built before anybody is served. */
function gate(callMs = 0): Allowance & { callMs: number; open: boolean } {
  return {
    callMs,
    open: false,
    async waitMs() {
      return this.open ? 0 : 20;
    },
    async take() {
      return this.open;
    },
  };
}

const card = (key: string, more: Partial<Wanted> = {}): Wanted => ({
  key,
  request: key,
  kind: 'card',
  ...more,
});
const line = (key: string, request = key): Wanted => ({ key, request, kind: 'line' });

/** Takes turns for all, opens the gate, and answers in which order they were served. */
async function orderOf(wanted: readonly Wanted[]): Promise<readonly string[]> {
  const allowance = gate();
  const lane = new Lane(allowance);
  const served: string[] = [];
  const turns = wanted.map((one) => lane.turn(one).then(() => served.push(one.key)));
  allowance.open = true;
  await Promise.all(turns);
  expect(lane.idle).toBe(true);
  return served;
}

const refusal = (turn: Promise<unknown>): Promise<OutsideError> =>
  turn.then(
    () => Promise.reject(new Error('Not refused')),
    (error: OutsideError) => error,
  );

describe('Lane', () => {
  it('serves cards that open before lines in threads, whoever came first', async () => {
    expect(await orderOf([line('l1'), line('l2'), card('c1'), card('c2')])).toEqual(['c1', 'c2', 'l1', 'l2']);
  });

  it('serves requests fairly: one that says much waits behind others that say little', async () => {
    const busy = ['b1', 'b2', 'b3'].map((key) => line(key, 'req_busy'));
    expect(await orderOf([...busy, line('q1'), line('q2')])).toEqual(['b1', 'q1', 'q2', 'b2', 'b3']);
  });

  it('sends away who would wait too long, each with a time of its own', async () => {
    const lane = new Lane(gate(1_000));
    const turns = Array.from({ length: 20 }, (_, index) => lane.turn(card(`c${index}`)));
    const near = turns.slice(0, 5);
    const refused = await Promise.all(turns.slice(5).map(refusal));
    const times = refused.map(({ retryAfterMs }) => retryAfterMs ?? 0);
    expect(refused.every((error) => error instanceof OutsideError && error.kind === 'retryable')).toBe(true);
    expect(new Set(times).size).toBe(times.length);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(PATIENCE_MS / 2);
    expect(Math.max(...times)).toBeLessThan(20_000);
    for (const turn of near) turn.catch(() => undefined);
    expect(lane.idle).toBe(false);
  });

  it('keeps the place of who was sent away', async () => {
    const allowance = gate(2 * PATIENCE_MS);
    const lane = new Lane(allowance);
    const wanted = [card('first'), card('early'), card('late')];
    const [first = Promise.resolve(), ...others] = wanted.map((one) => lane.turn(one));
    await Promise.all(others.map(refusal));
    allowance.callMs = 0;
    const served: string[] = [];
    const back = [card('late'), card('early')].map((one) => lane.turn(one).then(() => served.push(one.key)));
    allowance.open = true;
    await Promise.all([first, ...back]);
    expect(served).toEqual(['early', 'late']);
  });

  it.each([
    { name: 'a newer one takes the place of an older one', seqs: [1, 2], goesOn: 1 },
    { name: 'an older one gives way to a newer one', seqs: [2, 1], goesOn: 0 },
    { name: 'of equals the later goes on', seqs: [1, 1], goesOn: 1 },
  ])('of two that want the same, $name', async ({ seqs, goesOn }) => {
    const allowance = gate();
    const lane = new Lane(allowance);
    const turns = seqs.map((seq) => lane.turn(card('c', { seq })));
    allowance.open = true;
    const wanted = seqs.map((_, index) => (index === goesOn ? 'mine' : SUPERSEDED));
    expect(await Promise.all(turns)).toEqual(wanted);
  });

  it('refuses what exceeds its bound, and spreads when those come back', async () => {
    const allowance = gate();
    const lane = new Lane(allowance, 2);
    const within = [lane.turn(card('c1')), lane.turn(card('c2'))];
    const beyond = await Promise.all([refusal(lane.turn(card('c3'))), refusal(lane.turn(card('c4')))]);
    expect(beyond[0]?.message).toContain('Cannot speak yet: 2 others wait');
    expect(beyond[0]?.retryAfterMs).not.toBe(beyond[1]?.retryAfterMs);
    allowance.open = true;
    await Promise.all(within);
  });

  it('lets who was refused by Slack go first the next time', async () => {
    const allowance = gate();
    const lane = new Lane(allowance);
    expect(await lane.sendBack(line('told'))).toMatchObject({ kind: 'retryable' });
    const served: string[] = [];
    const turns = [card('c'), line('told')].map((one) => lane.turn(one).then(() => served.push(one.key)));
    allowance.open = true;
    await Promise.all(turns);
    expect(served).toEqual(['told', 'c']);
  });

  it('gives a turn to whoever is there when those ahead do not come back', async () => {
    const allowance = gate(2 * PATIENCE_MS);
    const lane = new Lane(allowance);
    const first = lane.turn(card('first'));
    await refusal(lane.turn(card('sent away')));
    allowance.callMs = 0;
    allowance.open = true;
    expect(await Promise.all([first, lane.turn(line('here'))])).toEqual(['mine', 'mine']);
    expect(lane.idle).toBe(false);
  });
});
