import { describe, expect, it } from 'vitest';
import { createNotices, type Notice } from '../../src/slack/notices.ts';
import { messagesInMemory } from './world.ts';

const WINDOW_MS = 30_000;

/** Speaks into a list; time goes by only where the test says so. */
function office() {
  const messages = messagesInMemory();
  const said: string[] = [];
  const time = { ms: Date.parse('2026-11-21T09:00:00.000Z') };
  let broken = false;
  const announce = createNotices({
    messages,
    clock: () => new Date(time.ms),
    windowMs: WINDOW_MS,
    async say({ key, channel, text }) {
      if (broken) throw new Error('Slack is down');
      if ((await messages.find(key)) !== undefined) return;
      said.push(text);
      await messages.record(key, { channel, ts: String(said.length) });
    },
  });
  const later = (notice: Notice) =>
    announce(notice).then(
      () => 'said',
      (error: { retryAfterMs?: number }) => error.retryAfterMs ?? String(error),
    );
  return { said, time, announce, later, messages, breaks: (now: boolean) => (broken = now) };
}

const notice = (index: number, channel = 'C1'): Notice => ({
  key: `req_${index}:0:notice`,
  channel,
  text: `agent is about to run tool ${index}`,
});
const notices = (count: number) => Array.from({ length: count }, (_, index) => notice(index));

describe('createNotices()', () => {
  it('says few notices one by one, each once', async () => {
    const { said, announce } = office();
    for (const one of [...notices(3), ...notices(3)]) await announce(one);
    expect(said).toEqual(notices(3).map(({ text }) => text));
  });

  it('gathers what comes after the third into one message at the end of the while', async () => {
    const { said, later, time } = office();
    const answers = [];
    for (const one of notices(8)) answers.push(await later(one));
    expect(answers.slice(3)).toEqual(Array.from({ length: 5 }, () => WINDOW_MS + 250));
    time.ms += WINDOW_MS + 250;
    expect(await Promise.all(notices(8).map(later))).toEqual(Array.from({ length: 8 }, () => 'said'));
    expect(said).toHaveLength(4);
    expect(said[3]).toBe(
      ['5 notices:', ...[3, 4, 5, 6, 7].map((index) => `agent is about to run tool ${index}`)].join('\n'),
    );
  });

  it('loses none of many, in messages of ten lines', async () => {
    const { said, later, time } = office();
    for (const one of notices(28)) await later(one);
    time.ms += WINDOW_MS + 250;
    for (const one of notices(28)) expect(await later(one)).toBe('said');
    expect(said.slice(3).map((text) => text.split('\n')[0])).toEqual([
      '10 notices:',
      '10 notices:',
      '5 notices:',
    ]);
    for (const { text } of notices(28)) expect(said.join('\n')).toContain(text);
  });

  it('notes nothing as said that Slack did not take, and says it the next time', async () => {
    const { said, later, time, breaks, messages } = office();
    for (const one of notices(5)) await later(one);
    time.ms += WINDOW_MS + 250;
    breaks(true);
    expect(await later(notice(4))).toBe('Error: Slack is down');
    expect(await messages.find(notice(4).key)).toBeUndefined();
    breaks(false);
    expect(await later(notice(4))).toBe('said');
    expect(said[3]).toContain('2 notices:');
  });

  it('says what comes back to a process that never gathered it', async () => {
    const { said, later } = office();
    expect(await later(notice(7))).toBe('said');
    expect(said).toHaveLength(1);
  });

  it('keeps channels apart, and begins anew after a quiet while', async () => {
    const { later, time } = office();
    for (const one of notices(3)) await later(one);
    expect(await later(notice(9, 'C2'))).toBe('said');
    time.ms += WINDOW_MS + 1;
    expect(await later(notice(10))).toBe('said');
  });

  it('keeps each notice on one line of bounded length', async () => {
    const { said, later, time } = office();
    const long = { ...notice(4), text: `${'x'.repeat(500)}\n<!here>` };
    const burst = notices(4).concat(long);
    for (const one of burst) await later(one);
    time.ms += WINDOW_MS + 250;
    await later(long);
    expect(said[3]?.split('\n')).toHaveLength(3);
    expect(said[3]).toContain('… (510 characters)');
  });
});
