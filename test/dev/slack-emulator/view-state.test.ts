import { describe, expect, test } from 'vitest';
import { checkBlocks } from '../../../src/dev/slack-emulator/block-kit.ts';
import { clientErrors, filledState } from '../../../src/dev/slack-emulator/view-state.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value: string) => ({ text: plain(value.toUpperCase()), value });
const options = [option('a'), option('b')];

/** The state of one input element called `e` in a block called `b`. */
function stateOf(element: object, typed?: string, optional = false) {
  const checked = checkBlocks([
    { type: 'input', block_id: 'b', optional, label: plain('?'), element: { action_id: 'e', ...element } },
  ]);
  if (!checked.ok) throw new Error(JSON.stringify(checked));
  const values = filledState(checked.blocks, typed === undefined ? {} : { b: { e: typed } });
  return { value: values.b?.e, errors: clientErrors(checked.blocks, values) };
}

describe('filledState()', () => {
  test.each([
    [{ type: 'plain_text_input' }, 'hi', { value: 'hi' }],
    [{ type: 'plain_text_input', initial_value: 'preset' }, undefined, { value: 'preset' }],
    [{ type: 'plain_text_input', initial_value: 'preset' }, '', { value: null }],
    [{ type: 'static_select', options }, 'b', { selected_option: option('b') }],
    [
      { type: 'static_select', options, initial_option: options[0] },
      undefined,
      { selected_option: option('a') },
    ],
    [{ type: 'static_select', options, initial_option: options[0] }, '', { selected_option: null }],
    [
      { type: 'static_select', option_groups: [{ label: plain('g'), options }] },
      'a',
      { selected_option: option('a') },
    ],
    [{ type: 'radio_buttons', options }, 'a', { selected_option: option('a') }],
    [{ type: 'checkboxes', options }, 'a,b', { selected_options: options }],
    [{ type: 'checkboxes', options }, undefined, { selected_options: [] }],
    [
      { type: 'multi_static_select', options, initial_options: options },
      undefined,
      { selected_options: options },
    ],
    [{ type: 'users_select' }, 'U0BOB', { selected_user: 'U0BOB' }],
    [{ type: 'datepicker' }, '2026-11-30', { selected_date: '2026-11-30' }],
    [{ type: 'number_input', is_decimal_allowed: false }, '12', { value: '12' }],
    [{ type: 'email_text_input' }, 'a@acme.example', { value: 'a@acme.example' }],
  ])('filledState() of %j filled with %j', (element, typed, state) => {
    expect(stateOf(element, typed).value).toEqual({ type: element.type, ...state });
  });

  test.each([
    [{ type: 'static_select', options }, 'c'],
    [{ type: 'checkboxes', options }, 'a,c'],
  ])('filledState() of %j refuses %j, which is no option', (element, typed) => {
    expect(() => stateOf(element, typed)).toThrow('Cannot fill in the view: "e=c" is not in it');
  });
});

describe('clientErrors()', () => {
  const length = { type: 'plain_text_input', min_length: 2, max_length: 3 };
  test.each([
    [length, 'abc', undefined],
    [length, 'a', 'Must be at least 2 characters.'],
    [length, 'abcd', 'Must be at most 3 characters.'],
    [length, '', 'Please complete this required field.'],
    [{ type: 'plain_text_input' }, 'x'.repeat(3001), 'Must be at most 3000 characters.'],
    [{ type: 'checkboxes', options }, '', 'Please complete this required field.'],
    [{ type: 'static_select', options }, undefined, 'Please complete this required field.'],
    [{ type: 'number_input', is_decimal_allowed: true }, 'many', 'Please enter a number.'],
    [{ type: 'number_input', is_decimal_allowed: true }, '1.5', undefined],
  ])('clientErrors() of %j filled with %j', (element, typed, error) => {
    expect(stateOf(element, typed).errors).toEqual(error === undefined ? {} : { b: error });
  });

  test('clientErrors() lets an optional field stay empty', () => {
    expect(stateOf({ type: 'plain_text_input' }, '', true).errors).toEqual({});
  });
});
