import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askedOf } from '../../src/approvals/oversight-record.ts';
import { oversightReport, REPORT_KEYS } from '../../src/approvals/oversight-report.ts';
import type { CardView } from '../../src/domain/card.ts';
import type { Asked, GivenAnswer, RefusedClick } from '../../src/domain/oversight.ts';
import { OVERSIGHT_KEPT_MS, REFUSALS_PER_MINUTE_MAX } from '../../src/store/oversight.ts';
import { view } from '../slack/views.ts';
import type { StoreUnderTest } from './both-databases.ts';
import { anAnswer, anAsked, aRefusal } from './oversight-samples.ts';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const secondsOn = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();

export function oversightContract(store: StoreUnderTest): void {
  const book = () => store().oversight;
  const kept = async ({ request, version }: Asked) =>
    (await book().since(new Date(0))).asked.find((one) => one.request === request && one.version === version);

  describe('oversight', () => {
    test('note() keeps everything it is given, and since() gives it back', async () => {
      const asked = anAsked({ editedBy: 'bob', answers: [anAnswer({ person: 'alice' })] });
      expect(await book().note(asked)).toEqual({ isNew: true, answers: asked.answers, isClosed: false });
      expect(await kept(asked)).toEqual(asked);
    });

    test('note() of the same card again tells of nothing new', async () => {
      const asked = anAsked({
        answers: [anAnswer()],
        fate: 'approved',
        outcome: 'executed',
        closedAt: secondsOn(9),
      });
      expect(await book().note(asked)).toMatchObject({ isNew: true, isClosed: true });
      expect(await book().note(asked)).toEqual({ isNew: false, answers: [], isClosed: false });
      expect(await kept(asked)).toEqual(asked);
    });

    test('note() lets the newest card stand, and keeps every answer, whatever order they come in', async () => {
      const [yes, no] = [anAnswer({ person: 'alice' }), anAnswer({ person: 'bob', answer: 'deny' })];
      const asked = anAsked({ answers: [yes] });
      const closed: Asked = {
        ...asked,
        ...{
          seq: 3,
          editedBy: 'carol',
          answers: [yes, no],
          fate: 'rejected',
          outcome: 'rejected',
          effects: 'none',
        },
        closedAt: secondsOn(30),
      };
      expect(await book().note({ ...asked, seq: 2 })).toMatchObject({ isNew: true, answers: [yes] });
      expect(await book().note(closed)).toEqual({ isNew: false, answers: [no], isClosed: true });
      expect(await book().note(asked)).toEqual({ isNew: false, answers: [], isClosed: false });
      expect(await kept(asked)).toEqual(closed);
    });

    test('note() keeps who could answer as it was first known', async () => {
      const { members: _, ...unknown } = anAsked();
      await book().note(unknown);
      await book().note({ ...unknown, members: { platform: ['alice'] } });
      await book().note({ ...unknown, seq: 9, members: { platform: ['eve'] } });
      expect((await kept(unknown))?.members).toEqual({ platform: ['alice'] });
    });

    test('note() tells one of 10 at once that a version is new, and one that an answer is', async () => {
      const asked = anAsked({ answers: [anAnswer()] });
      const noted = await Promise.all(
        Array.from({ length: 10 }, (_, seq) => book().note({ ...asked, seq: seq + 1 })),
      );
      expect(noted.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(noted.flatMap(({ answers }) => answers)).toHaveLength(1);
      expect((await kept(asked))?.seq).toBe(10);
    });

    test('shown() keeps the earliest time, and nothing of a card nobody noted', async () => {
      const asked = anAsked();
      const { request, version } = asked;
      await book().shown({ request, version, at: secondsOn(1) });
      await book().note(asked);
      for (const at of [secondsOn(7), secondsOn(3), secondsOn(5)])
        await book().shown({ request, version, at });
      expect((await kept(asked))?.shownAt).toBe(secondsOn(3));
    });

    test('said() counts for the pace of its person at once, and for the report once a card shows it', async () => {
      const person = `person-${randomUUID()}`;
      const asked = anAsked();
      const [heard, counted] = [
        anAnswer({ person, at: secondsOn(40) }),
        anAnswer({ person, at: secondsOn(41), hasReason: true, assurance: 'reviewed' }),
      ];
      await expect(book().said(asked, heard)).rejects.toThrow();
      await book().note(asked);
      for (const answer of [heard, anAnswer({ person, at: secondsOn(50) })]) await book().said(asked, answer);
      expect(await book().approvalsOf(person, 9)).toEqual([{ at: heard.at, seconds: 40 }]);
      expect((await kept(asked))?.answers).toEqual([]);
      const card = { ...asked, seq: 2, answers: [counted] };
      expect((await book().note(card)).answers).toEqual([counted]);
      expect((await book().note(card)).answers).toEqual([]);
      await book().said(asked, heard);
      expect((await kept(asked))?.answers).toEqual([counted]);
    });

    test('note() makes the same report whatever order cards come in, and however often', async () => {
      const vote = { person: 'alice', answer: 'approve', at: secondsOn(3) } as const;
      const no = { person: 'bob', answer: 'deny', at: secondsOn(90) } as const;
      const times = { askedAt: secondsOn(0), requestedAt: secondsOn(0) };
      const waiting = view({ ...times, askedBy: ['night'], need: 2 });
      const second = { ...waiting, version: 2, seq: 5, askedAt: secondsOn(10) };
      const other = { ...waiting, request: 'req_2' };
      const closed = { state: 'closed', closedAt: secondsOn(200) } as const;
      const cards: readonly CardView[] = [
        waiting,
        { ...waiting, seq: 2, votes: [vote], have: 1 },
        { ...waiting, seq: 4, votes: [vote], have: 1, state: 'replaced', editedBy: 'bob' },
        second,
        { ...second, seq: 6, votes: [vote, { ...vote, person: 'carol', at: secondsOn(50) }], have: 2 },
        {
          ...second,
          seq: 9,
          votes: [vote, { ...vote, person: 'carol', at: secondsOn(50) }],
          have: 2,
          ...closed,
          outcome: 'failed',
        },
        other,
        { ...other, seq: 3, votes: [no], ...closed, outcome: 'rejected' },
      ];
      const fed = async (order: readonly number[]) => {
        const agent = randomUUID();
        for (const at of order) {
          const card = cards[at];
          if (card === undefined) continue;
          await book().note(
            askedOf({ ...card, request: `${card.request}-${agent}`, agent }, { platform: ['alice', 'bob'] }),
          );
        }
        const all = (await book().since(new Date(0))).asked.filter((one) => one.agent === agent);
        return REPORT_KEYS.filter((by) => by !== 'agent').map((by) =>
          oversightReport({ asked: all, refused: [], isWhole: true }, by),
        );
      };
      const inOrder = [...cards.keys()];
      const wanted = await fed(inOrder);
      const shuffled = fc.shuffledSubarray(inOrder, { minLength: cards.length });
      const again = fc.array(fc.nat({ max: cards.length - 1 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(again, shuffled, again, async (before, all, after) => {
          expect(await fed([...before, ...all, ...after])).toEqual(wanted);
        }),
        { numRuns: 10 },
      );
    });

    test('note() tells since when the card was there', async () => {
      const asked = anAsked();
      await book().note(asked);
      await book().shown({ ...asked, at: secondsOn(3) });
      expect(await book().note({ ...asked, seq: 2 })).toMatchObject({ shownAt: secondsOn(3) });
    });

    test('refused() counts a delivery once, and drops what one person adds beyond the bound', async () => {
      const person = `person-${randomUUID()}`;
      const click = aRefusal({ person, request: 'req_1', version: 2 });
      expect([await book().refused(click), await book().refused(click)]).toEqual([true, false]);
      const many = Array.from({ length: REFUSALS_PER_MINUTE_MAX + 5 }, () => aRefusal({ person }));
      for (const one of many) await book().refused(one);
      expect(await book().refused(aRefusal({ person: 'somebody-else' }))).toBe(true);
      const mine = (await book().since(new Date(0))).refused.filter((one) => one.person === person);
      expect(mine).toHaveLength(REFUSALS_PER_MINUTE_MAX);
      expect(mine).toContainEqual(click);
    });

    test('approvalsOf() gives the newest approvals of one person, timed from when the card was there', async () => {
      const person = `person-${randomUUID()}`;
      const answers = (seconds: number, change: Partial<GivenAnswer> = {}) => [
        anAnswer({ person, at: secondsOn(seconds), ...change }),
      ];
      const shown = anAsked({ askedAt: secondsOn(0), answers: answers(20) });
      await book().note(shown);
      await book().shown({ ...shown, at: secondsOn(16) });
      await book().note(anAsked({ askedAt: secondsOn(0), answers: answers(10) }));
      await book().note(anAsked({ askedAt: secondsOn(60), answers: answers(50) }));
      await book().note(anAsked({ askedAt: secondsOn(0), answers: answers(70, { answer: 'deny' }) }));
      await book().note(anAsked({ answers: [anAnswer({ at: secondsOn(80) })] }));
      expect(await book().approvalsOf(person, 9)).toEqual([
        { at: secondsOn(50), seconds: 0 },
        { at: secondsOn(20), seconds: 4 },
        { at: secondsOn(10), seconds: 10 },
      ]);
      expect(await book().approvalsOf(person, 1)).toHaveLength(1);
    });

    test('earlier() gives the newest decisions on similar requests, and says how they are similar', async () => {
      const [agent, tool, scope] = [randomUUID(), randomUUID(), `github/${randomUUID()}`];
      const step = { index: 0, tool, scope, target: 'a'.repeat(64) };
      const note = async (minutes: number, change: Partial<Asked>) => {
        const asked = anAsked({
          ...{ agent, steps: [step], fate: 'approved', outcome: 'executed' },
          askedAt: secondsOn(minutes * 60),
          ...change,
        });
        await book().note(asked);
        return asked.request;
      };
      const other = { ...step, scope: 'github/elsewhere', target: 'b'.repeat(64) };
      const wanted = [
        await note(5, { closedAt: secondsOn(400), answers: [anAnswer({ person: 'alice' })] }),
        await note(4, { agent: 'another', steps: [{ ...step, target: 'c'.repeat(64) }] }),
        await note(3, { steps: [other], fate: 'rejected' }),
        await note(2, { fate: 'expired' }),
        await note(1, { fate: 'ended' }),
      ];
      const mine = await note(9, {});
      await note(6, { fate: 'open' });
      await note(6, { fate: 'replaced' });
      await note(6, { agent: 'another', steps: [other] });
      await note(6, { steps: [{ ...step, tool: 'another' }] });
      await note(0, {});
      const found = await book().earlier({ request: mine, agent, steps: [step, { ...step, index: 1 }] }, 5);
      expect(found.map(({ request, similar }) => [request, similar])).toEqual(
        wanted.map((request, at) => [request, ['target', 'scope', 'agent', 'target', 'target'][at]]),
      );
      expect(found[0]).toEqual({
        ...{ request: wanted[0], version: 1, agent, tool, scope, similar: 'target' },
        ...{ fate: 'approved', outcome: 'executed', at: secondsOn(400) },
        answers: [{ person: 'alice', answer: 'approve' }],
      });
      expect(await book().earlier({ request: mine, agent, steps: [] }, 5)).toEqual([]);
    });

    test('since() gives what was asked or refused from then on, oldest first', async () => {
      const [first, second] = [
        anAsked({ askedAt: secondsOn(10_000) }),
        anAsked({ askedAt: secondsOn(10_001) }),
      ];
      const [early, late] = [aRefusal({ at: secondsOn(10_000) }), aRefusal({ at: secondsOn(10_001) })];
      for (const asked of [second, first]) await book().note(asked);
      for (const click of [late, early]) await book().refused(click);
      const { asked, refused, isWhole } = await book().since(new Date(secondsOn(10_000)));
      expect(asked.map(({ request }) => request)).toEqual([first.request, second.request]);
      expect(refused).toEqual([early, late]);
      expect(isWhole).toBe(true);
      expect((await book().since(new Date(secondsOn(10_001)))).asked).toEqual([second]);
    });

    test('what is older than 400 days goes, with its steps and answers', async () => {
      const day = 24 * 3_600_000;
      const old = (ms: number) => new Date(NOON - OVERSIGHT_KEPT_MS + ms).toISOString();
      const gone = anAsked({ askedAt: old(-day), answers: [anAnswer()] });
      const stays = anAsked({ askedAt: old(day) });
      const click: RefusedClick = aRefusal({ at: old(-day) });
      for (const asked of [gone, stays]) await book().note(asked);
      await book().refused(click);
      for (let written = 0; written < 100; written += 1) await book().note(anAsked({ steps: [] }));
      expect([await kept(gone), (await kept(stays))?.request]).toEqual([undefined, stays.request]);
      const rows = await store()
        .db.selectFrom('oversight_answers')
        .select('person')
        .where('request', '=', gone.request)
        .execute();
      expect(rows).toEqual([]);
      const { refused } = await book().since(new Date(0));
      expect(refused.map(({ id }) => id)).not.toContain(click.id);
    });
  });
}
