import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mayLift, parseStop, pause, resume, stopWords } from '../../src/approvals/pause.ts';
import { openAffairs } from './people-affairs.ts';

const NOON = '2026-11-28T12:00:00.000Z';
let affairs: Awaited<ReturnType<typeof openAffairs>>;
beforeEach(async () => {
  affairs = await openAffairs(NOON);
});
afterEach(() => affairs.close());

const put = async (who: string, what: string, { reason = 'Looks odd', key = `${who} ${what}` } = {}) => {
  const stop = parseStop(what);
  if (stop === undefined) throw new Error(`"${what}" is nothing to pause`);
  return pause(affairs.desk, { person: await affairs.person(who), stop, reason, key });
};
const active = () => affairs.desk.halts.active(new Date(NOON));
const lift = async (who: string, id?: string) =>
  resume(affairs.desk, { person: await affairs.person(who), id: id ?? (await active())[0]?.id ?? '' });

describe('parseStop()', () => {
  test.each([
    ['everything', 'everything'],
    ['release-agent', 'agent release-agent'],
    ['agent:everything', 'agent everything'],
    ['tool:github.delete_branch', 'tool github.delete_branch'],
    ['provider:github', 'provider github'],
  ])('reads "%s" as %s', (text, words) => {
    const stop = parseStop(text);
    expect(stop && stopWords(stop)).toBe(words);
  });
  test.each(['', '*', 'tenant:acme', 'a b', '<!here>'])('reads "%s" as nothing', (text) => {
    expect(parseStop(text)).toBeUndefined();
  });
});

describe('pause()', () => {
  test.each([
    ['dana', 'release-agent'],
    ['olaf', 'release-agent'],
    ['olaf', 'everything'],
    ['olaf', 'tool:github.delete_branch'],
    ['olaf', 'provider:stripe'],
  ])('lets %s pause %s', async (who, what) => {
    expect(await put(who, what)).toMatchObject({ kind: 'paused' });
    const stop = parseStop(what);
    expect(await active()).toMatchObject([{ ...stop, by: who, reason: 'Looks odd', at: NOON }]);
  });

  test.each([
    ['sam', 'release-agent', 'Only the owner'],
    ['dana', 'no-such-agent', 'Only the owner'],
    ['dana', 'everything', 'Only operators'],
    ['dana', 'tool:github.delete_branch', 'Only operators'],
    ['dana', 'provider:github', 'Only operators'],
    ['olaf', 'no-such-agent', 'knows no agent'],
    ['olaf', 'tool:github.delete_brunch', 'knows no tool'],
    ['olaf', 'provider:git', 'knows no provider'],
  ])('refuses %s who wants to pause %s', async (who, what, sentence) => {
    expect(await put(who, what)).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining(sentence),
    });
    expect(await active()).toEqual([]);
    expect(affairs.lines.join()).toContain('pause-refused');
  });

  test.each(['', '   ', 'r'.repeat(501)])('refuses the reason "%s"', async (reason) => {
    expect(await put('dana', 'release-agent', { reason })).toMatchObject({ kind: 'refused' });
    expect(await active()).toEqual([]);
  });

  test('of one wish delivered twice pauses once, and not again after it was lifted', async () => {
    await put('dana', 'release-agent');
    expect(await put('dana', 'release-agent')).toMatchObject({ kind: 'paused' });
    expect(await active()).toHaveLength(1);
    await lift('dana');
    expect(await put('dana', 'release-agent')).toMatchObject({ kind: 'refused' });
    expect(await active()).toEqual([]);
  });
});

describe('resume()', () => {
  test.each([
    ['dana', 'dana', 'resumed'],
    ['dana', 'olaf', 'resumed'],
    ['olaf', 'dana', 'refused'],
    ['dana', 'sam', 'refused'],
    ['olaf', 'olaf', 'resumed'],
  ])('of what %s paused by %s is %s', async (by, who, kind) => {
    await put(by, 'release-agent');
    expect(await lift(who)).toMatchObject({ kind });
    expect(await active()).toHaveLength(kind === 'resumed' ? 0 : 1);
  });

  test("of an operator's halt from the command line is refused, whatever name it was given", async () => {
    await affairs.desk.halts.add({
      ...{ id: 'halt_1', scope: 'agent', subject: 'release-agent', reason: 'r', by: 'dana', at: NOON },
    });
    expect(await lift('dana')).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('an operator'),
    });
    expect(await lift('olaf')).toMatchObject({ kind: 'resumed' });
  });

  test('of what is not paused any more says so', async () => {
    expect(await lift('olaf', 'pause_gone')).toEqual({
      kind: 'refused',
      sentence: 'This is not paused any more',
    });
  });

  test('of a halt that is kept elsewhere says who lifts it', async () => {
    await put('dana', 'release-agent');
    affairs.desk.halts = { ...affairs.desk.halts, lift: async () => false };
    expect(await lift('dana')).toMatchObject({
      sentence: expect.stringContaining('countersign resume pause_'),
    });
  });

  test('mayLift() believes no id that only looks like a pause', async () => {
    const halt = { id: 'pause_me', scope: 'agent', subject: 'a', reason: 'r', by: 'dana', at: NOON } as const;
    expect(mayLift(await affairs.person('dana'), halt)).toBe(false);
  });
});
