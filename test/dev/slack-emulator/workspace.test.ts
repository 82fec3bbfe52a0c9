import { expect, test } from 'vitest';
import { Workspace } from '../../../src/dev/slack-emulator/workspace.ts';
import { approvals, sandboxOptions } from './bolt-app.ts';

const noon = new Date('2026-11-21T12:00:00Z');
const hello = { text: 'Hello', blocks: [] };
const workspace = (over = {}) => new Workspace(sandboxOptions(over), () => noon, []);

test('post() gives messages their own rising ts although the clock stands still', () => {
  const one = workspace();
  const ts = [1, 2, 3].map(() => one.post(approvals, hello).ts);
  expect(ts).toEqual(['1795262400.000000', '1795262400.000001', '1795262400.000002']);
});

test('post() continues after messages from a clock that was ahead', () => {
  const before = { ...workspace().post(approvals, hello), ts: '1895262400.000000' };
  const one = new Workspace(sandboxOptions(), () => noon, [before]);
  expect(one.post(approvals, hello).ts).toBe('1895262400.000001');
});

test('post() keeps the newest 2,000 messages of a conversation', () => {
  const one = workspace();
  const first = one.post(approvals, hello);
  for (let n = 1; n <= 2000; n += 1) one.post(approvals, hello);
  expect(one.messages(approvals)).toHaveLength(2000);
  expect(one.find(approvals, first.ts)).toBeUndefined();
});

test('replace() does not bring back a message that is gone', () => {
  const one = workspace();
  const message = one.post(approvals, hello);
  one.remove(message);
  one.replace(message);
  expect(one.messages(approvals)).toEqual([]);
});

test('Workspace makes up the bot from the app id when it is not among the seeds', () => {
  const people = sandboxOptions().users.filter(({ flags }) => flags?.isBot !== true);
  const { bot, botId } = workspace({ users: people });
  expect(bot).toMatchObject({ id: 'U0COUNTERSIGN', name: 'countersign', flags: { isBot: true } });
  expect(botId).toBe('B0COUNTERSIGN');
});

test.each([
  ['U0ALICE', true],
  ['U0GUEST', true],
  ['U0IVAN', false],
  ['U0COUNTERSIGN', false],
  ['U0NOBODY', false],
])('person(%j) can act: %s', (id, can) => {
  expect(workspace().person(id) !== undefined).toBe(can);
});

test('seenBy() shows a person their own direct messages and ephemerals only', () => {
  const one = workspace();
  one.post('D0BOB', { ...hello, text: 'for Bob' });
  one.post(approvals, { ...hello, text: 'psst', ephemeralFor: 'U0BOB' });
  const texts = (user: string) => {
    const seen = one.seenBy(user);
    return [...seen.directMessages, ...seen.channels.flatMap(({ messages }) => messages)].map(
      ({ text }) => text,
    );
  };
  expect(texts('U0BOB')).toEqual(['for Bob', 'psst']);
  expect(texts('U0ALICE')).toEqual([]);
});
