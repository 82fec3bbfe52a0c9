import type { Datepicker, EmailInput, NumberInput, PlainTextInput, Timepicker, URLInput } from '@slack/types';
import { useContext } from 'preact/hooks';
import { SurfaceContext } from './surface.ts';

/** What every field needs: its value, and where a changed one goes. */
export interface FieldProps {
  readonly id: string;
  readonly value: string;
  readonly disabled: boolean;
  readonly describedBy: string | undefined;
  readonly invalid: boolean;
  readonly onValue: (value: string) => void;
}

type TextElement = PlainTextInput | EmailInput | URLInput | NumberInput | Datepicker | Timepicker;

const INPUT_TYPES = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
} as const;

/** A field one types into. Bounds of length are Slack's own, checked when the modal is submitted. */
export function TextField({ element, field }: { element: TextElement; field: FieldProps }) {
  const { form } = useContext(SurfaceContext);
  const placeholder = element.placeholder?.text;
  const shared = {
    id: field.id,
    class: 'bk-field',
    value: field.value,
    disabled: field.disabled,
    'aria-describedby': field.describedBy,
    'aria-invalid': field.invalid,
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(element.focus_on_load === true && form !== undefined ? { 'data-focus': 'true' } : {}),
  };
  if (element.type === 'plain_text_input' && element.multiline === true) {
    return <textarea {...shared} rows={4} onInput={(event) => field.onValue(event.currentTarget.value)} />;
  }
  const step = element.type === 'number_input' && element.is_decimal_allowed ? { step: 'any' } : {};
  return (
    <input
      {...shared}
      {...step}
      type={INPUT_TYPES[element.type]}
      onInput={(event) => field.onValue(event.currentTarget.value)}
    />
  );
}
