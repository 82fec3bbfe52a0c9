/** The modals: deny, review, details and a plain notice. `private_metadata` holds the pointer and nothing else. */
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { REASON_CHARS_MAX } from '../../approvals/claims.schema.ts';
import type { Names } from '../../approvals/names.ts';
import { head, outside, outsideLine, shortCode } from '../../approvals/outside-text.ts';
import { phraseToType } from '../../approvals/phrase.ts';
import { pointerValue } from '../../approvals/pointer.ts';
import { progressWords, TIER_WORDS } from '../../approvals/wording.ts';
import type { CardStep, CardView } from '../../domain/card.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { EarlierDecision } from '../../domain/oversight.ts';
import { QUESTION_CHARS_MAX, type QuestionView } from '../../domain/question.ts';
import { context, instantLine, plain, preformatted, section, utc } from './blocks.ts';
import { earlierBlock } from './earlier-blocks.ts';
import { CALLBACKS, FIELD_ACTION, FIELDS } from './pointer.ts';
import { stepContents, stepWords } from './step-blocks.ts';

const CHUNK_CHARS_MAX = 2_900;
/** As many blocks as Slack takes in a view. */
export const BLOCKS_MAX = 100;
/** Slack takes views up to 250 KB; JSON and escapes at most triple our characters. */
const DETAILS_CHARS_MAX = 60_000;
const CHAIN_CHARS_MAX = 2_500;

type Named = Pick<CardView, 'request' | 'version' | 'digest'>;

/** Asks why. The reason is required: the agent is told it. */
export function denyModal(card: Named & { readonly title: string }): ModalView {
  return modal(card, {
    callback: CALLBACKS.deny,
    title: 'Deny request',
    submit: 'Deny',
    blocks: [
      section(outsideLine(card.title, 300)),
      context(`Version ${card.version}, code ${shortDigest(card.digest)}. One denial ends the request.`),
      reasonField('The agent and its owner will read this.'),
    ],
  });
}

/** One question to the agent. Asking holds nothing up, and the modal says so. */
export function askModal(card: Named & { readonly title: string; readonly expiresAt: string }): ModalView {
  return modal(card, {
    callback: CALLBACKS.ask,
    title: 'Ask the agent',
    submit: 'Ask',
    blocks: [
      section(outsideLine(card.title, 300)),
      instantLine('Asking stops no clock: the request still expires', card.expiresAt),
      field(FIELDS.question, 'Question', {
        max: QUESTION_CHARS_MAX,
        hint: 'Shown in the thread under your name, and to the agent. Its answer is its own words, unverified.',
        multiline: true,
      }),
    ],
  });
}

/** What a reviewer is told beside the request itself. `earlier` is undefined where it cannot be read. */
export interface ReviewContext {
  readonly earlier: readonly EarlierDecision[] | undefined;
  readonly reasonCharsMin: number;
}

/** Everything the request would do, what was decided before, a reason, and the target typed by hand. */
export function reviewModal(
  view: CardView,
  names: Names,
  { earlier, reasonCharsMin }: ReviewContext,
): ModalView {
  const phrase = phraseToType(view);
  const length = reasonCharsMin === 0 ? '' : `At least ${reasonCharsMin} characters. `;
  const asks: readonly KnownBlock[] = [
    earlierBlock(earlier, names),
    field(FIELDS.target, `Type this to confirm: ${phrase}`, { max: 200 }),
    reasonField(`${length}Kept with your approval.`),
  ];
  return modal(view, {
    callback: CALLBACKS.review,
    title: 'Review request',
    submit: 'Approve',
    blocks: [
      section(`${TIER_WORDS[view.tier]}. ${outsideLine(progressWords(view, names.group), 500)}.`),
      ...contents(view, names, BLOCKS_MAX - 1 - asks.length),
      ...asks,
    ],
  });
}

/** Everything about a request version that people may see, as long as Slack can hold it; what is left out says so. */
export function detailsModal(view: CardView, names: Names): ModalView {
  return modal(view, {
    callback: CALLBACKS.details,
    title: 'Request details',
    blocks: contents(view, names, BLOCKS_MAX, chain),
  });
}

/** One sentence, where something else was expected. */
export function noticeModal(sentence: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.notice,
    title: plain('Countersign'),
    close: plain('Close'),
    blocks: [section(outside(sentence, { charsMax: 2_000 }))],
  };
}

/** The whole request version: what each step does, what was asked, the agent's words. */
export function contents(
  view: CardView,
  names: Names,
  blocksMax: number,
  more: (step: CardStep) => readonly KnownBlock[] = () => [],
): readonly KnownBlock[] {
  const blocks = [
    ...view.steps.flatMap((step) => [
      section(stepWords(step, view, names)),
      ...fenced(stepContents(step)),
      ...more(step),
    ]),
    ...(view.questions ?? []).flatMap((question) => questionAndAnswer(question, names)),
    context('Written by the agent, unverified:'),
    ...fenced(view.reason),
    context(`${view.request} · version ${view.version} · digest ${view.digest}`),
  ];
  return bounded(blocks, blocksMax, view);
}

/** How policy came to its verdict on a step, as the history has it; nothing where that was not recorded. */
function chain({ explanation = [] }: CardStep): readonly KnownBlock[] {
  if (explanation.length === 0) return [];
  const lines = explanation.map((line) => `- ${outsideLine(line, 300)}`);
  return [section(outside(['How policy came to this:', ...lines].join('\n'), { charsMax: CHAIN_CHARS_MAX }))];
}

function questionAndAnswer(question: QuestionView, names: Names): readonly KnownBlock[] {
  const { by, at, text, answer, answeredAt } = question;
  return [
    context(`${outsideLine(names.person(by), 80)} asked the agent, ${utc(at)}:`),
    ...fenced(text),
    ...(answer === undefined
      ? [context('Not answered.')]
      : [context(`Answered ${utc(answeredAt ?? '')}. Written by the agent, unverified:`), ...fenced(answer)]),
  ];
}

/** The whole text in as many fences as it takes. */
function fenced(text: string): readonly KnownBlock[] {
  const whole = outside(text, { charsMax: Number.POSITIVE_INFINITY });
  const blocks: KnownBlock[] = [];
  for (let at = 0; at < whole.length; ) {
    const chunk = head(whole.slice(at), CHUNK_CHARS_MAX);
    blocks.push(preformatted(chunk));
    at += chunk.length;
  }
  return blocks;
}

function bounded(blocks: readonly KnownBlock[], blocksMax: number, view: CardView): readonly KnownBlock[] {
  let chars = 0;
  const fitting = blocks.findIndex((block, index) => {
    chars += JSON.stringify(block).length;
    return chars > DETAILS_CHARS_MAX || index >= blocksMax;
  });
  if (fitting === -1) return blocks;
  const whole = JSON.stringify(view.steps);
  const kept = blocks.slice(0, Math.min(fitting, blocksMax - 1));
  const left = `${blocks.length - kept.length} more parts do not fit here (${whole.length} characters in all, code ${shortCode(whole)}). Read them with: npx countersign show ${view.request}`;
  return [...kept, context(left)];
}

/** Why; required. */
export function reasonField(hint: string): InputBlock {
  return field(FIELDS.reason, 'Reason', { max: REASON_CHARS_MAX, hint, multiline: true });
}

/** A text to fill in. */
export function field(
  id: string,
  label: string,
  {
    max,
    hint,
    multiline = false,
  }: { readonly max: number; readonly hint?: string; readonly multiline?: boolean },
): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plain(label),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element: { type: 'plain_text_input', action_id: FIELD_ACTION, multiline, max_length: max },
  };
}

/** A modal of ours: its metadata is the pointer to what it is about. */
export function modal(
  card: Named,
  parts: {
    readonly callback: string;
    readonly title: string;
    readonly submit?: string;
    readonly blocks: readonly KnownBlock[];
  },
): ModalView {
  return {
    type: 'modal',
    callback_id: parts.callback,
    private_metadata: pointerValue(card),
    title: plain(parts.title),
    ...(parts.submit === undefined ? {} : { submit: plain(parts.submit) }),
    close: plain(parts.submit === undefined ? 'Close' : 'Go back'),
    blocks: [...parts.blocks],
  };
}
