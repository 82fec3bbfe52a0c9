import { describe, expect, test, vi } from 'vitest';
import { ANSWER_CHARS_MAX } from '../../src/domain/question.ts';
import { ANSWER_SIGNAL, QUESTION_SIGNAL } from '../../workflows/messages.ts';
import { gate, onStage, type Script, type Stage } from './stage.ts';

const ASKS: Script = { steps: [{ gates: [gate('platform')] }] };

async function asked({ ask, view }: Stage, person: string, text: string): Promise<string> {
  const before = (await view()).questions?.length ?? 0;
  await ask(person, text);
  return vi.waitFor(
    async () => {
      const { questions = [] } = await view();
      if (questions.length === before) throw new Error('not heard yet');
      return questions.at(-1)?.id ?? '';
    },
    { timeout: 5_000, interval: 25 },
  );
}

const logged = (stage: Stage, line: RegExp) =>
  vi.waitFor(() => expect(stage.log.join('\n')).toMatch(line), { timeout: 5_000, interval: 25 });

describe('a question', () => {
  test('goes to the agent, the thread and the card; its answer to all of them and to whoever asked', async () => {
    await onStage({ ...ASKS, record: 'questioned' }, async (stage) => {
      const { expiresAt } = (await stage.waiting()).waitingFor ?? {};
      const id = await asked(stage, 'platform-1', 'Who still uses it?');
      await logged(stage, /thread asks the agent/);
      const open = await stage.view();
      expect(open).toMatchObject({
        status: 'waiting',
        questions: [{ id, by: 'platform-1', text: 'Who still uses it?' }],
      });
      expect(open.questions?.[0]).not.toHaveProperty('answer');
      expect(open.waitingFor?.expiresAt).toBe(expiresAt);

      await stage.handle.signal(ANSWER_SIGNAL, { question: id, text: 'Nobody since March.' });
      await logged(stage, /tell platform-1/);
      await logged(stage, /thread An answer, written by the agent, unverified/);
      expect((await stage.view()).questions).toMatchObject([
        { answer: 'Nobody since March.', answeredAt: expect.any(String) },
      ]);
      await vi.waitFor(() => expect(stage.cards.at(-1)?.questions?.[0]?.answer).toBe('Nobody since March.'));

      await stage.decide('platform-1', 'approve');
      expect(await stage.closed()).toMatchObject({ outcome: 'executed', questions: [{ id }] });
    });
  });

  test('of an excluded person is refused privately and reaches nobody else', async () => {
    await onStage(ASKS, async (stage) => {
      await stage.waiting();
      await stage.ask('owner-1', 'May I see?');
      await logged(stage, /whisper owner-1/);
      expect(await stage.view()).not.toHaveProperty('questions');
      expect(stage.log.join('\n')).not.toMatch(/asks the agent/);
    });
  });

  test('delivered twice is asked once', async () => {
    await onStage(ASKS, async (stage) => {
      await stage.waiting();
      await stage.ask('platform-1', 'Who?', { id: 'q_same' });
      await stage.ask('platform-1', 'Who?', { id: 'q_same' });
      await asked(stage, 'platform-2', 'And then?');
      expect((await stage.view()).questions?.map(({ text }) => text)).toEqual(['Who?', 'And then?']);
    });
  });

  test('that nobody can look at freezes nothing, and everybody at the card is told', async () => {
    await onStage(ASKS, async (stage) => {
      await stage.waiting();
      await stage.handle.signal(QUESTION_SIGNAL, 'not even JSON');
      await logged(stage, /thread A question could not be checked/);
      await stage.decide('platform-1', 'approve');
      expect(await stage.closed()).toMatchObject({ outcome: 'executed' });
    });
  });

  test('stops no clock: the request expires all the same', async () => {
    await onStage({ ...ASKS, waitAtMostMs: 1_500 }, async (stage) => {
      await stage.waiting();
      await asked(stage, 'platform-1', 'Who?');
      expect(await stage.closed()).toMatchObject({ outcome: 'expired', questions: [{ text: 'Who?' }] });
    });
  });

  test('outlives a drift: the next version still shows it', async () => {
    const drifts = { kind: 'refused', why: 'drifted', sentence: 'The target changed.' } as const;
    const script: Script = {
      steps: [{ gates: [gate('platform')], results: [drifts, { kind: 'done', tool: 't', result: 1 }] }],
    };
    await onStage(script, async (stage) => {
      await stage.waiting();
      const id = await asked(stage, 'platform-1', 'Who?');
      await stage.decide('platform-1', 'approve');
      expect(await stage.waiting(2)).toMatchObject({ questions: [{ id }] });
    });
  });
});

describe('an answer', () => {
  test('counts once, for an open question, within its bounds; anything else changes nothing', async () => {
    await onStage(ASKS, async (stage) => {
      await stage.waiting();
      const id = await asked(stage, 'platform-1', 'Who?');
      const worthless = [
        { question: 'q_other', text: 'x' },
        { question: id, text: '' },
        { question: id, text: 'x'.repeat(ANSWER_CHARS_MAX + 1) },
        { question: id, text: 7 },
        null,
      ];
      for (const answer of worthless) await stage.handle.signal(ANSWER_SIGNAL, answer);
      await stage.handle.signal(ANSWER_SIGNAL, { question: id, text: 'First' });
      await stage.handle.signal(ANSWER_SIGNAL, { question: id, text: 'Second' });
      expect((await stage.view()).questions).toMatchObject([{ id, answer: 'First' }]);
    });
  });
});
