import { describe, expect, test } from 'vitest';
import type { Halt } from '../../src/domain/halt.ts';
import type { Revocation } from '../../src/domain/orders.ts';
import { createOrders } from '../../src/store/orders.ts';
import { aHalt, aRevocation, aSwitch } from './samples.ts';

const NOW = new Date('2026-11-21T12:30:00.000Z');

/** Sources that answer when they are told to, and count how often they were asked; time stands until it is moved. */
function aDesk(maxAgeMs?: number) {
  const readings: PromiseWithResolvers<readonly Revocation[]>[] = [];
  let halts: readonly Halt[] = [];
  let nowMs = 1_000;
  const toolSwitch = aSwitch();
  const orders = createOrders(
    {
      halts: { active: async () => halts },
      revocations: {
        active: () => {
          const reading = withResolvers<readonly Revocation[]>();
          readings.push(reading);
          return reading.promise;
        },
      },
      switches: { active: async () => [toolSwitch] },
    },
    { monotonicMs: () => nowMs, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) },
  );
  return {
    toolSwitch,
    read: (now = NOW) => orders.inForce(now),
    readings,
    pass: (ms: number) => {
      nowMs += ms;
    },
    halt: (...all: readonly Halt[]) => {
      halts = all;
    },
  };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let settle: Omit<PromiseWithResolvers<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error('a promise did not start');
  return { promise, ...settle };
}

describe('createOrders()', () => {
  test('inForce() gives halts, revocations and switches together', async () => {
    const desk = aDesk();
    const [halt, revocation] = [aHalt(), aRevocation()];
    desk.halt(halt);
    const reading = desk.read();
    desk.readings[0]?.resolve([revocation]);
    expect(await reading).toEqual({
      halts: [halt],
      revocations: [revocation],
      switches: [desk.toolSwitch],
    });
  });

  test('inForce() asked by many at once reads once', async () => {
    const desk = aDesk();
    const all = Promise.all(Array.from({ length: 50 }, () => desk.read()));
    desk.readings[0]?.resolve([]);
    expect(await all).toHaveLength(50);
    expect(desk.readings).toHaveLength(1);
  });

  test.each([
    [undefined, 249, 1],
    [undefined, 250, 2],
    [100, 99, 1],
    [100, 100, 2],
    [0, 0, 2],
  ])(
    'inForce() with an age of %s ms at most has read, %i ms later, %i times',
    async (maxAgeMs, ms, times) => {
      const desk = aDesk(maxAgeMs);
      const first = desk.read();
      desk.readings[0]?.resolve([]);
      await first;
      desk.pass(ms);
      const second = desk.read();
      desk.readings[1]?.resolve([]);
      await second;
      expect(desk.readings).toHaveLength(times);
    },
  );

  test('inForce() counts the age from before the reading: how long it took makes it older', async () => {
    const desk = aDesk();
    const slow = desk.read();
    desk.pass(200);
    desk.readings[0]?.resolve([]);
    await slow;
    desk.pass(50);
    const next = desk.read();
    expect(desk.readings).toHaveLength(2);
    desk.readings[1]?.resolve([aRevocation()]);
    expect((await next).revocations).toHaveLength(1);
  });

  test('inForce() does not wait for a reading that began too long ago', async () => {
    const desk = aDesk();
    const slow = desk.read();
    desk.pass(300);
    const next = desk.read();
    expect(desk.readings).toHaveLength(2);
    desk.readings[1]?.resolve([aRevocation()]);
    expect((await next).revocations).toHaveLength(1);
    desk.readings[0]?.resolve([]);
    expect((await slow).revocations).toEqual([]);
    // The slow one came last and is still the older one.
    expect((await desk.read()).revocations).toHaveLength(1);
    expect(desk.readings).toHaveLength(2);
  });

  test('inForce() that fails rejects all who shared it, and is not remembered', async () => {
    const desk = aDesk();
    const shared = [desk.read(), desk.read()];
    desk.readings[0]?.reject(new Error('gone'));
    expect(await Promise.allSettled(shared)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    const next = desk.read();
    desk.readings[1]?.resolve([]);
    expect(await next).toMatchObject({ revocations: [] });
  });

  test('inForce() never answers from an older reading when the newer one fails', async () => {
    const desk = aDesk();
    const first = desk.read();
    desk.readings[0]?.resolve([]);
    await first;
    desk.pass(250);
    const second = desk.read();
    desk.readings[1]?.reject(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    const third = desk.read();
    desk.readings[2]?.reject(new Error('still gone'));
    await expect(third).rejects.toThrow('still gone');
  });

  test('inForce() leaves out a remembered halt that ran out meanwhile', async () => {
    const desk = aDesk();
    const until = '2026-11-21T12:30:00.100Z';
    desk.halt(aHalt({ until }), aHalt());
    const first = desk.read();
    desk.readings[0]?.resolve([]);
    expect((await first).halts).toHaveLength(2);
    expect((await desk.read(new Date(until))).halts).toHaveLength(1);
    expect(desk.readings).toHaveLength(1);
  });
});
