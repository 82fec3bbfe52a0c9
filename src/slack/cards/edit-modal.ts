/** The modals for editing: which step, then its arguments as a form. */
import type { ModalView } from '@slack/types';
import { outsideLine } from '../../approvals/outside-text.ts';
import type { CardView, OpenApproval } from '../../domain/card.ts';
import { shortDigest } from '../../domain/digest.ts';
import type { FormField } from '../../domain/edit-form.ts';
import { context, plain, section } from './blocks.ts';
import { fieldBlocks } from './edit-fields.ts';
import { modal, reasonField } from './modals.ts';
import { CALLBACKS, FIELD_ACTION, FIELDS } from './pointer.ts';

const TITLE_CHARS_MAX = 300;
const OPTION_CHARS_MAX = 75;

type Named = Pick<CardView | OpenApproval, 'request' | 'version' | 'digest'>;

/** A step that can be edited. `title` may hold outside text. */
export interface EditableStep {
  readonly index: number;
  readonly title: string;
  readonly fields: readonly FormField[];
}

/** Asks which step. */
export function chooseStepModal(card: Named, steps: readonly EditableStep[]): ModalView {
  const options = steps.map(({ index, title }) => ({
    text: plain(outsideLine(`${index + 1}. ${title}`, OPTION_CHARS_MAX)),
    value: String(index),
  }));
  return modal(card, {
    callback: CALLBACKS.editStep,
    title: 'Edit request',
    submit: 'Next',
    blocks: [
      {
        type: 'input',
        block_id: FIELDS.step,
        label: plain('Which step do you want to correct?'),
        element: { type: 'static_select', action_id: FIELD_ACTION, options },
      },
    ],
  });
}

/** One step's arguments, with what stands there now, and why they are corrected. */
export function editModal(card: Named, { index, title, fields }: EditableStep): ModalView {
  return modal(card, {
    callback: `${CALLBACKS.edit}-${index}`,
    title: `Edit step ${index + 1}`,
    submit: 'Save edit',
    blocks: [
      section(outsideLine(title, TITLE_CHARS_MAX)),
      context(
        `Version ${card.version}, code ${shortDigest(card.digest)}. Policy judges the edit, then people decide on a new version: decisions so far no longer count, and somebody else approves your edit unless the rule lets you.`,
      ),
      ...fieldBlocks(fields),
      reasonField('Shown on the card, and told to the agent.'),
    ],
  });
}

/** The callback ids of `editModal`, one a step. */
export const EDIT_CALLBACK = new RegExp(`^${CALLBACKS.edit}-\\d{1,2}$`);

/** The step of a submitted `editModal`. */
export function stepOf(callback: string): number {
  return Number(callback.slice(CALLBACKS.edit.length + 1));
}
