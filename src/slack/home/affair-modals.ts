/** The modals of what people arrange for themselves. Pure. */
import type { InputBlock, ModalView } from '@slack/types';
import { PAUSE_REASON_CHARS_MAX, type Stop, stopWords } from '../../approvals/pause.ts';
import { bothClocks } from '../../approvals/wall-clock.ts';
import { ABSENCE_NOTE_CHARS_MAX } from '../../domain/absence.ts';
import { context, plain, section } from '../cards/blocks.ts';
import { FIELD_ACTION } from '../cards/pointer.ts';
import { AFFAIR_CALLBACKS, AFFAIR_FIELDS } from './ids.ts';

const DAY_S = 24 * 60 * 60;

/** Asks from when until when, and who stands in. Slack's pickers work on the reader's own clock. */
export function awayModal({ now, timeZone }: { readonly now: Date; readonly timeZone: string }): ModalView {
  const start = Math.floor(now.getTime() / 60_000) * 60;
  return {
    type: 'modal',
    callback_id: AFFAIR_CALLBACKS.away,
    title: plain('Away'),
    submit: plain('Save'),
    close: plain('Cancel'),
    blocks: [
      section(
        'While you are away, one person may decide in your place: their decisions are recorded as theirs, for you.',
      ),
      context(
        `It is ${bothClocks(now.toISOString(), timeZone)}. An absence lasts at most 90 days and ends by itself.`,
      ),
      {
        ...field(AFFAIR_FIELDS.delegate, 'Stands in for you', 'Leave empty if nobody does. They are told.'),
        optional: true,
        element: { type: 'users_select', action_id: FIELD_ACTION, placeholder: plain('Nobody') },
      },
      {
        ...field(AFFAIR_FIELDS.from, 'From'),
        element: { type: 'datetimepicker', action_id: FIELD_ACTION, initial_date_time: start },
      },
      {
        ...field(AFFAIR_FIELDS.until, 'Until'),
        element: { type: 'datetimepicker', action_id: FIELD_ACTION, initial_date_time: start + DAY_S },
      },
      {
        ...field(AFFAIR_FIELDS.note, 'Note', 'Your stand-in reads it.'),
        optional: true,
        element: { type: 'plain_text_input', action_id: FIELD_ACTION, max_length: ABSENCE_NOTE_CHARS_MAX },
      },
    ],
  };
}

/** Asks why before anything is paused. */
export function pauseModal(stop: Stop): ModalView {
  return {
    type: 'modal',
    callback_id: AFFAIR_CALLBACKS.pause,
    private_metadata: stop.scope === 'everything' ? 'everything' : `${stop.scope}:${stop.subject}`,
    title: plain('Pause'),
    submit: plain('Pause'),
    close: plain('Cancel'),
    blocks: [
      section(
        `This pauses ${stopWords(stop)}: within a second nothing of it runs any more, approved or not.`,
      ),
      context('What waits for people keeps waiting, and its time keeps running. Resuming is as quick.'),
      {
        ...field(AFFAIR_FIELDS.reason, 'Reason', 'Whoever finds it paused reads this.'),
        element: {
          type: 'plain_text_input',
          action_id: FIELD_ACTION,
          multiline: true,
          max_length: PAUSE_REASON_CHARS_MAX,
        },
      },
    ],
  };
}

function field(blockId: string, label: string, hint?: string): Omit<InputBlock, 'element'> {
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
  };
}
