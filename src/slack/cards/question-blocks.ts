/** What approvers asked the agent, on a card: one block, however many there are. */
import type { KnownBlock } from '@slack/types';
import type { Names } from '../../approvals/names.ts';
import { outside, outsideLine } from '../../approvals/outside-text.ts';
import type { CardView } from '../../domain/card.ts';
import type { QuestionView } from '../../domain/question.ts';
import { quoted, utc } from './blocks.ts';

/** The newest are shown; the rest is in the thread and in the details. */
const SHOWN_MAX = 3;
const QUESTION = { charsMax: 400, linesMax: 8 } as const;
const ANSWER = { charsMax: 600, linesMax: 10 } as const;

/** Nothing where nobody asked. An open question of a waiting request says that the clock keeps running. */
export function questionBlocks(view: CardView, names: Names): readonly KnownBlock[] {
  const { questions = [] } = view;
  if (questions.length === 0) return [];
  const shown = questions.slice(-SHOWN_MAX);
  return [quoted([[headline(view)], ...shown.flatMap((question) => parts(question, names))])];
}

function headline({ questions = [], state, expiresAt }: CardView): string {
  const open = questions.filter(({ answer }) => answer === undefined).length;
  const left = questions.length - SHOWN_MAX;
  const earlier = left > 0 ? ` ${left} earlier in the thread and in the details.` : '';
  if (state !== 'waiting')
    return `Questions to the agent: ${questions.length} asked, ${open} without an answer.${earlier}`;
  const words = `${open} ${open === 1 ? 'question' : 'questions'} open`;
  return open === 0
    ? `No question open.${earlier}`
    : `${words}. The clock keeps running: the request expires ${utc(expiresAt)}.${earlier}`;
}

function parts(
  { by, at, text, answer, answeredAt = '' }: QuestionView,
  names: Names,
): readonly (readonly [string, string?])[] {
  const asked = [
    `${outsideLine(names.person(by), 80)} asked the agent, ${utc(at)}:`,
    outside(text, QUESTION),
  ] as const;
  if (answer === undefined) return [asked];
  return [asked, [`Answered ${utc(answeredAt)}. Written by the agent, unverified:`, outside(answer, ANSWER)]];
}
