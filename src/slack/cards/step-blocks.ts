/** One step on a card or in a modal: our words about it in one block, outside words about it fenced in the next. */
import type { KnownBlock } from '@slack/types';
import { changeWords, editedWords } from '../../approvals/edit-words.ts';
import type { Names } from '../../approvals/names.ts';
import { outside, outsideLine } from '../../approvals/outside-text.ts';
import { statusWords, undoWords, VERDICT_WORDS } from '../../approvals/wording.ts';
import type { CardStep, CardView } from '../../domain/card.ts';
import { preformatted, section } from './blocks.ts';

const UNDO_CHARS_MAX = 300;
const EDITED_CHARS_MAX = 1_500;
/** Shared by all steps of a card, so that twenty steps stay readable and far below what Slack takes. */
const FACTS_CHARS_TOTAL = 9_000;
const FACTS_CHARS_MAX = 1_200;

/** Two blocks a step. */
export function stepBlocks(step: CardStep, view: CardView, names: Names): readonly KnownBlock[] {
  const charsMax = Math.min(FACTS_CHARS_MAX, Math.floor(FACTS_CHARS_TOTAL / Math.max(1, view.steps.length)));
  return [
    section(stepWords(step, view, names)),
    preformatted(outside(stepContents(step), { charsMax, linesMax: 30 })),
  ];
}

/** Title, state, verdict, undo and who edited it: rules are listed once for the whole card. */
export function stepWords(step: CardStep, view: CardView, names: Names): string {
  const { edited } = step;
  return [
    `${step.index + 1}. ${outsideLine(step.title, 150)}: ${statusWords(step, view.state)}`,
    `Policy: ${VERDICT_WORDS[step.verdict]}. ${outsideLine(undoWords(step), UNDO_CHARS_MAX)}`,
    ...(edited === undefined ? [] : [outside(editedWords(edited, names), { charsMax: EDITED_CHARS_MAX })]),
  ].join('\n');
}

/** What was edited comes first, so that it is never what is cut off. */
export function stepContents(step: CardStep): string {
  const { edited } = step;
  return edited === undefined ? stepFacts(step) : `${changeWords(edited)}\n\n${stepFacts(step)}`;
}

/** Target, facts and error, a line each; lines of a value are indented so that none passes for a label of ours. */
function stepFacts(step: CardStep): string {
  const facts = [
    ['Target', step.target.label] as const,
    ...step.facts.map(({ label, value }) => [label, value] as const),
    ...(step.error === undefined ? [] : [['What went wrong', step.error] as const]),
  ];
  return facts.map(([label, value]) => `${label}: ${value.replace(/\r\n?|\n/g, '\n    ')}`).join('\n');
}
