/** What a modal's form holds, in the shape the emulator takes. The emulator also plays Slack's client: it checks fields. */
import type { AnyBlock, InputBlock, KnownBlock } from '@slack/types';

/** block_id → action_id → value, as the emulator takes it. */
export type FormValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Between the chosen values of checkboxes. */
export const CHOICE_SEPARATOR = ',';

/** The value a field starts with. */
export function initialValue(element: InputBlock['element']): string {
  switch (element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return element.initial_value ?? '';
    case 'datepicker':
      return element.initial_date ?? '';
    case 'datetimepicker':
      return element.initial_date_time === undefined ? '' : String(element.initial_date_time);
    case 'timepicker':
      return element.initial_time ?? '';
    case 'users_select':
      return element.initial_user ?? '';
    case 'static_select':
    case 'radio_buttons':
      return element.initial_option?.value ?? '';
    case 'checkboxes':
      return (element.initial_options ?? []).map(({ value }) => value ?? '').join(CHOICE_SEPARATOR);
    default:
      return '';
  }
}

/** All inputs of a view with the value each has now: what was typed, else what it started with. */
export function collectValues(blocks: readonly AnyBlock[], typed: FormValues): FormValues {
  return Object.fromEntries(
    inputsOf(blocks).map(({ block_id = '', element }) => {
      const actionId = element.action_id ?? '';
      return [block_id, { [actionId]: typed[block_id]?.[actionId] ?? initialValue(element) }];
    }),
  );
}

function inputsOf(blocks: readonly AnyBlock[]): readonly InputBlock[] {
  return (blocks as readonly KnownBlock[]).filter((block) => block.type === 'input');
}
