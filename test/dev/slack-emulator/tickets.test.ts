import { expect, test } from 'vitest';
import { Tickets } from '../../../src/dev/slack-emulator/tickets.ts';
import { turnableClock } from './bolt-app.ts';

function tickets(uses: number) {
  const clock = turnableClock();
  return { clock, given: new Tickets<string>({ uses, lifeMs: 3000, clock: clock.now }) };
}

test('Tickets give back what they were issued for, as often as they may be used', () => {
  const { given } = tickets(2);
  const id = given.issue('U0BOB');
  expect([given.use(id), given.use(id), given.use(id)]).toEqual([
    { what: 'U0BOB' },
    { what: 'U0BOB' },
    { problem: 'used' },
  ]);
});

test.each([
  [2900, { what: 'U0BOB' }],
  [3100, { problem: 'expired' }],
])('Tickets after %i ms answer %j', (laterMs, answer) => {
  const { clock, given } = tickets(1);
  const id = given.issue('U0BOB');
  clock.forward(laterMs);
  expect(given.use(id)).toEqual(answer);
});

test('Tickets that nobody was given are unknown', () => {
  expect(tickets(1).given.use('1.2')).toEqual({ problem: 'unknown' });
});

test('Tickets beyond the newest 500 are forgotten', () => {
  const { given } = tickets(1);
  const [first = '', second = ''] = Array.from({ length: 501 }, (_, at) => given.issue(String(at)));
  expect(given.use(first)).toEqual({ problem: 'unknown' });
  expect(given.use(second)).toEqual({ what: '1' });
});
