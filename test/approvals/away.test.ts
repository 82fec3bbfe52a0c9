import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coolOffUntil, endAbsence, isCut, sayAway, type WantedAbsence } from '../../src/approvals/away.ts';
import { standsInFor } from '../../src/domain/absence.ts';
import { openAffairs } from './people-affairs.ts';

const NOON = '2026-11-28T12:00:00.000Z';
let affairs: Awaited<ReturnType<typeof openAffairs>>;
beforeEach(async () => {
  affairs = await openAffairs(NOON);
});
afterEach(() => affairs.close());

const wish = async (who: string, change: Partial<WantedAbsence> = {}): Promise<WantedAbsence> => ({
  person: await affairs.person(who),
  from: new Date(NOON),
  until: new Date('2026-12-24T23:00:00.000Z'),
  key: `${who}-1`,
  ...change,
});
const say = async (who: string, change: Partial<WantedAbsence> = {}) =>
  sayAway(affairs.desk, await wish(who, change));
const standingIn = async (delegate: string, { coolOff = false, at = NOON } = {}) => {
  const now = new Date(at);
  return standsInFor(await affairs.desk.absences.inForce(now), delegate, { now, coolOff });
};

describe('sayAway()', () => {
  test('keeps the absence, and both people are told with times on their own clocks (T63)', async () => {
    const said = await say('alice', { delegate: 'bob', note: 'Skiing <!here>' });
    expect(said).toMatchObject({ kind: 'said', absence: { person: 'alice', delegate: 'bob', by: 'alice' } });
    expect(await standingIn('bob')).toEqual(['alice']);
    expect(affairs.told.map(({ person, text }) => [person, text])).toEqual([
      [
        'alice',
        expect.stringMatching(
          /until 2026-12-24 23:00 UTC \(2026-12-25 00:00 in Europe\/Berlin\)\. You named Bob/,
        ),
      ],
      ['bob', expect.stringMatching(/^Alice named you to stand in[\s\S]*They write: Skiing <!here>$/)],
    ]);
  });

  test('without a delegate leaves nobody to stand in', async () => {
    await say('alice');
    expect(affairs.told.map(({ text }) => text)).toEqual([
      expect.stringContaining('Nobody stands in for you'),
    ]);
  });

  test('of one wish delivered twice says it and tells it once', async () => {
    const first = await say('alice', { delegate: 'bob' });
    affairs.turn('2026-11-28T12:00:05.000Z');
    const again = await say('alice', { delegate: 'bob', from: new Date('2026-11-28T12:00:05.000Z') });
    expect(again).toMatchObject({ kind: 'said', absence: first.kind === 'said' ? first.absence : {} });
    expect(affairs.told).toHaveLength(2);
  });

  test.each([
    ['themselves', 'delegate', { delegate: 'alice' }, 'nobody stands in for themselves'],
    ['a stranger', 'delegate', { delegate: 'mallory' }, 'does not know this person'],
    ['somebody who left', 'delegate', { delegate: 'ivan' }, 'Ivan is not active'],
    ['no end', 'until', { until: new Date(NOON) }, 'after "from"'],
    ['a past end', 'until', { from: new Date(0), until: new Date(3_600_000) }, 'in the future'],
    ['91 days', 'until', { until: new Date('2027-02-27T12:00:00.000Z') }, 'at most 90 days'],
    ['a beginning in two years', 'from', { from: new Date('2028-11-28T12:00:00.000Z') }, '366 days'],
    ['a note without end', 'note', { note: 'n'.repeat(301) }, 'at most 300'],
  ])('refuses %s beside the field, and tells nobody', async (_, field, change, sentence) => {
    expect(await say('alice', change)).toMatchObject({
      kind: 'refused',
      field,
      sentence: expect.stringContaining(sentence),
    });
    expect(affairs.told).toEqual([]);
    expect(await affairs.desk.absences.list()).toEqual([]);
  });

  test('refuses a second delegate for the same time: one person is one seat', async () => {
    await say('alice', { delegate: 'bob' });
    expect(await say('alice', { delegate: 'carol', key: 'other' })).toMatchObject({
      kind: 'refused',
      field: 'from',
      sentence: expect.stringContaining('You are away already'),
    });
    expect(await standingIn('carol')).toEqual([]);
  });

  test('T16: of two who name each other neither stands in, and the second is told', async () => {
    await say('bob', { delegate: 'alice' });
    const said = await say('alice', { delegate: 'bob' });
    expect(said.kind === 'said' && said.cautions).toContainEqual(
      expect.stringContaining('neither stands in for the other'),
    );
    expect(said.kind === 'said' && isCut(said.absence, await affairs.desk.absences.list('bob'))).toBe(true);
    expect([await standingIn('alice'), await standingIn('bob')]).toEqual([[], []]);
  });

  test('T16: a delegate who is away passes nothing on, and that is said', async () => {
    await say('bob', { delegate: 'carol' });
    const said = await say('alice', { delegate: 'bob' });
    expect(said.kind === 'said' && said.cautions[0]).toContain('is not passed on');
    expect(await standingIn('carol')).toEqual(['bob']);
  });

  test('T17: a delegate named minutes ago does not count for high risk, and the person hears of it at once', async () => {
    const said = await say('alice', { delegate: 'bob' });
    const absence = said.kind === 'said' ? said.absence : undefined;
    expect(await standingIn('bob', { coolOff: true })).toEqual([]);
    expect(await standingIn('bob', { coolOff: true, at: '2026-11-28T13:00:00.000Z' })).toEqual(['alice']);
    expect(absence && coolOffUntil(absence, new Date(NOON))).toBe('2026-11-28T13:00:00.000Z');
    expect(absence && coolOffUntil(absence, new Date('2026-11-28T13:00:00.000Z'))).toBeUndefined();
    expect(affairs.told[0]?.text).toContain('If you did not say this');
  });

  test('stands when nobody can be told', async () => {
    affairs.desk.tell = () => Promise.reject(new Error('Slack is down'));
    expect(await say('alice', { delegate: 'bob' })).toMatchObject({ kind: 'said' });
    expect(await standingIn('bob')).toEqual(['alice']);
    await expect.poll(() => affairs.lines.join()).toContain('absence-untold');
  });
});

describe('endAbsence()', () => {
  const end = async (who: string, id: string) =>
    endAbsence(affairs.desk, { id, by: await affairs.person(who) });
  const away = async () => {
    const said = await say('alice', { delegate: 'bob' });
    affairs.told.length = 0;
    return said.kind === 'said' ? said.absence.id : '';
  };

  test('by the person themselves tells the delegate', async () => {
    expect(await end('alice', await away())).toMatchObject({ kind: 'ended' });
    expect(affairs.told).toMatchObject([
      { person: 'bob', text: 'You no longer stand in for Alice: they are back' },
    ]);
    expect(await standingIn('bob')).toEqual([]);
  });

  test('by an operator tells both', async () => {
    expect(await end('olaf', await away())).toMatchObject({ kind: 'ended' });
    expect(affairs.told.map(({ person }) => person)).toEqual(['bob', 'alice']);
  });

  test.each(['bob', 'carol'])('by %s is refused', async (who) => {
    expect(await end(who, await away())).toMatchObject({ kind: 'refused' });
    expect(await standingIn('bob')).toEqual(['alice']);
    expect(affairs.told).toEqual([]);
  });

  test('of what is over or never was is refused', async () => {
    const id = await away();
    await end('alice', id);
    for (const gone of [id, 'abs_unknown'])
      expect(await end('alice', gone)).toMatchObject({ kind: 'refused' });
  });
});
