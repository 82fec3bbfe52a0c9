/** The modal of an emergency: what is overridden, that everybody sees it, the target typed by hand, and why. */
import type { ModalView } from '@slack/types';
import type { Names } from '../../approvals/names.ts';
import { outsideLine } from '../../approvals/outside-text.ts';
import { phraseToType } from '../../approvals/phrase.ts';
import { progressWords, TIER_WORDS } from '../../approvals/wording.ts';
import type { BreakGlass } from '../../domain/approval-settings.ts';
import type { CardView } from '../../domain/card.ts';
import { section } from './blocks.ts';
import { BLOCKS_MAX, contents, field, modal, reasonField } from './modals.ts';
import { CALLBACKS, FIELDS } from './pointer.ts';

/** For people whom the organisation names for it; whether somebody is one of them is decided when it is submitted. */
export function breakGlassModal(view: CardView, names: Names, { people, minutes }: BreakGlass): ModalView {
  const asks = [
    field(FIELDS.target, `Type this to confirm: ${phraseToType(view)}`, { max: 200 }),
    reasonField('Announced at once, and reviewed afterwards.'),
  ];
  return modal(view, {
    callback: CALLBACKS.breakGlass,
    title: 'Emergency override',
    submit: 'Override',
    blocks: [
      section(
        `You override the approvals that policy asks for (${TIER_WORDS[view.tier]}, ${outsideLine(progressWords(view, names.group), 300)}). It takes ${people} people, or one with a passkey, and holds for ${minutes} minutes. It is announced under your name and reviewed afterwards.`,
      ),
      ...contents(view, names, BLOCKS_MAX - 1 - asks.length),
      ...asks,
    ],
  });
}
