import type { InputBlock } from '@slack/types';
import { useContext, useId } from 'preact/hooks';
import { ChoiceField } from './choice-field.tsx';
import { initialValue } from './form-values.ts';
import { InstantField } from './instant-field.tsx';
import { SurfaceContext } from './surface.ts';
import { type FieldProps, TextField } from './text-field.tsx';

/** An input block of a modal: label, field, hint, and the error the app or the form gave it. */
export function InputView({ block }: { block: InputBlock }) {
  const { form } = useContext(SurfaceContext);
  const id = useId();
  const blockId = block.block_id ?? '';
  const actionId = block.element.action_id ?? '';
  const error = form?.errors[blockId];
  const notes = [error === undefined ? '' : `${id}-error`, block.hint === undefined ? '' : `${id}-hint`];
  const field: FieldProps = {
    id,
    value: form?.value(blockId, actionId) ?? initialValue(block.element),
    disabled: form === undefined,
    describedBy: notes.filter((note) => note !== '').join(' ') || undefined,
    invalid: error !== undefined,
    onValue: (value) => form?.set(blockId, actionId, value),
  };
  const grouped = block.element.type === 'radio_buttons' || block.element.type === 'checkboxes';
  const label = (
    <>
      {block.label.text} {block.optional === true && <span class="bk-optional">(optional)</span>}
    </>
  );
  const body = (
    <>
      <Field element={block.element} field={field} />
      {error !== undefined && (
        <p class="bk-field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint !== undefined && (
        <p class="bk-hint" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      )}
    </>
  );
  if (grouped) {
    return (
      <fieldset class="bk-input" aria-describedby={field.describedBy}>
        <legend>{label}</legend>
        {body}
      </fieldset>
    );
  }
  return (
    <div class="bk-input">
      <label for={id}>{label}</label>
      {body}
    </div>
  );
}

function Field({ element, field }: { element: InputBlock['element']; field: FieldProps }) {
  switch (element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
    case 'datepicker':
    case 'timepicker':
      return <TextField element={element} field={field} />;
    case 'datetimepicker':
      return <InstantField field={field} />;
    case 'static_select':
    case 'users_select':
    case 'radio_buttons':
    case 'checkboxes':
      return <ChoiceField element={element} field={field} />;
    default:
      return <span class="bk-unknown">[input type {element.type} is not shown here]</span>;
  }
}
