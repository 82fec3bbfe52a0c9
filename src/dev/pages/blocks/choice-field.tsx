import type { Checkboxes, Option, RadioButtons, StaticSelect, UsersSelect } from '@slack/types';
import { useContext } from 'preact/hooks';
import { CHOICE_SEPARATOR } from './form-values.ts';
import { SurfaceContext } from './surface.ts';
import type { FieldProps } from './text-field.tsx';
import { TextView } from './text-view.tsx';

type ChoiceElement = StaticSelect | UsersSelect | RadioButtons | Checkboxes;

/** A field one chooses in: a list, radio buttons or ticks. */
export function ChoiceField({ element, field }: { element: ChoiceElement; field: FieldProps }) {
  if (element.type === 'static_select') return <SelectField element={element} field={field} />;
  if (element.type === 'users_select') return <UsersField field={field} />;
  return <TickField element={element} field={field} />;
}

function SelectField({ element, field }: { element: StaticSelect; field: FieldProps }) {
  return (
    <select {...selectProps(field)}>
      <option value="">{element.placeholder?.text ?? 'Select an item'}</option>
      <Options options={element.options ?? []} />
      {element.option_groups?.map((group, index) => (
        <optgroup key={index} label={group.label.text}>
          <Options options={group.options} />
        </optgroup>
      ))}
    </select>
  );
}

function Options({ options }: { options: readonly Option[] }) {
  return (
    <>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text.text}
        </option>
      ))}
    </>
  );
}

function UsersField({ field }: { field: FieldProps }) {
  const { userNames } = useContext(SurfaceContext);
  return (
    <select {...selectProps(field)}>
      <option value="">Select a person</option>
      {[...userNames].map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}

function selectProps(field: FieldProps) {
  return {
    id: field.id,
    class: 'bk-field',
    value: field.value,
    disabled: field.disabled,
    'aria-describedby': field.describedBy,
    'aria-invalid': field.invalid,
    onChange: (event: { currentTarget: HTMLSelectElement }) => field.onValue(event.currentTarget.value),
  };
}

function TickField({ element, field }: { element: RadioButtons | Checkboxes; field: FieldProps }) {
  const many = element.type === 'checkboxes';
  const chosen = field.value === '' ? [] : many ? field.value.split(CHOICE_SEPARATOR) : [field.value];
  const toggle = (value: string, on: boolean): void => {
    const rest = many ? chosen.filter((one) => one !== value) : [];
    field.onValue([...rest, ...(on ? [value] : [])].join(CHOICE_SEPARATOR));
  };
  return (
    <div class="bk-ticks">
      {element.options.map((option, index) => {
        const value = option.value ?? '';
        return (
          <label key={value} class="bk-tick">
            <input
              type={many ? 'checkbox' : 'radio'}
              {...(index === 0 ? { id: field.id } : {})}
              name={field.id}
              value={value}
              checked={chosen.includes(value)}
              disabled={field.disabled}
              onChange={(event) => toggle(value, event.currentTarget.checked)}
            />
            <span>
              <TextView text={option.text} />
              {option.description !== undefined && <span class="bk-hint">{option.description.text}</span>}
            </span>
          </label>
        );
      })}
    </div>
  );
}
