import { describe, expect, it } from 'vitest';
import { createDirectory } from '../../src/approvals/directory.ts';
import { type HearingInput, hearQuestion } from '../../src/approvals/hear.ts';
import {
  decisionSigner,
  decisionVerifier,
  publicKeyOf,
  questionSigner,
  questionVerifier,
} from '../../src/approvals/signing.ts';
import type { Directory } from '../../src/domain/ports.ts';
import { QUESTION_CHARS_MAX, QUESTIONS_MAX, type Question } from '../../src/domain/question.ts';
import { ACME, DIGEST, decision, NOW, nobodyAway, privateKey, unreachable } from './acme.ts';

const key = privateKey();
const { sign } = await questionSigner(key);
const questions = await questionVerifier([await publicKeyOf(key)]);

function question(changes: Partial<Question> = {}): Question {
  return {
    ...{ id: 'q_1', request: 'req_1', version: 1, digest: DIGEST, person: 'alice' },
    ...{ text: 'Is it merged?', surface: 'slack', at: NOW.toISOString() },
    ...changes,
  };
}

async function hear(
  asked: Question | string,
  over: Partial<HearingInput> = {},
  directory: Directory = createDirectory(ACME),
) {
  const input: HearingInput = {
    jws: typeof asked === 'string' ? asked : await sign(asked),
    expected: { request: 'req_1', version: 1, digest: DIGEST },
    needs: [{ groups: ['platform'], count: 1 }],
    excluded: ['dana'],
    tier: 'medium',
    needsReason: false,
    stage: 'waiting',
    asked: [],
    ...over,
  };
  return hearQuestion(input, { questions, directory, absences: nobodyAway, clock: () => NOW });
}

describe('hearQuestion()', () => {
  it('hears whoever may decide', async () => {
    expect(await hear(question())).toEqual({ heard: true, question: question() });
  });

  const later = new Date(NOW.getTime() + 10 * 60_000).toISOString();
  const tenAsked = Array.from({ length: QUESTIONS_MAX }, (_, index) => `q_earlier_${index}`);
  const refused: readonly (readonly [string, Partial<Question>, Partial<HearingInput>, RegExp])[] = [
    ['of another request', { request: 'req_2' }, {}, /another request/],
    [
      'of an older version',
      {},
      { expected: { request: 'req_1', version: 2, digest: DIGEST } },
      /has changed/,
    ],
    ['with another digest', { digest: 'b'.repeat(64) }, {}, /has changed/],
    ['while the request runs', {}, { stage: 'running' }, /too late: the request is already running/],
    ['about a closed request', {}, { stage: 'closed' }, /too late: the request is closed/],
    ['of an excluded person', { person: 'dana' }, {}, /Only people in platform/],
    ['of somebody in another group', { person: 'erin' }, {}, /Only people in platform/],
    ['of somebody inactive', { person: 'ivan' }, {}, /Only people in platform/],
    ['of nobody known', { person: 'mallory' }, {}, /Only people in platform/],
    ['that is one too many', {}, { asked: tenAsked }, /10 were asked about this request/],
    ['put to the agent before', {}, { asked: ['q_1'] }, /asked already/],
    ['dated ahead of us', { at: later }, {}, /signature could not be verified/],
  ];
  it.each(refused)('refuses a question %s, in a sentence', async (_, changes, over, sentence) => {
    expect(await hear(question(changes), over)).toMatchObject({
      heard: false,
      sentence: expect.stringMatching(sentence),
    });
  });

  it('refuses, and says to try again, while the directory does not answer', async () => {
    const hearing = await hear(question(), {}, unreachable);
    expect(hearing).toMatchObject({ heard: false, sentence: expect.stringMatching(/try again in a minute/) });
  });

  it('never takes a signed decision, another key or rubbish for a question', async () => {
    const { sign: decide } = await decisionSigner(key);
    const { sign: forge } = await questionSigner(privateKey());
    for (const jws of [await decide(decision()), await forge(question()), 'rubbish'])
      expect(await hear(jws)).toMatchObject({ heard: false, sentence: expect.stringMatching(/signature/) });
  });
});

describe('a signed question', () => {
  it('is never taken for a decision, though one key signs both', async () => {
    const { verify } = await decisionVerifier([await publicKeyOf(key)]);
    await expect(verify(await sign(question()))).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each(['', 'x'.repeat(QUESTION_CHARS_MAX + 1)])(
    'is not signed with a text out of bounds',
    async (text) => {
      await expect(sign(question({ text }))).rejects.toThrow();
    },
  );
});
