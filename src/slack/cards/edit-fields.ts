/**
 * A form for arguments as Slack's input blocks, and back. Slack's text fields hold 3,000 characters, so a longer text is
 * in several, which are joined as they are. Initial values are outside text: a text field shows them literally.
 */
import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types';
import { head, outsideLine } from '../../approvals/outside-text.ts';
import type { Filled, FormField } from '../../domain/edit-form.ts';
import type { FieldProblem } from '../../domain/errors.ts';
import type { Submission } from '../interaction.schema.ts';
import { context, plain } from './blocks.ts';
import { FIELD_ACTION } from './pointer.ts';

const PART_CHARS_MAX = 3_000;
/** What a part is filled with at first, so that there is room to write in it. */
const PART_CHARS_FILLED = 2_600;
const LABEL_CHARS_MAX = 200;
const HINT_CHARS_MAX = 500;
const OPTION_CHARS_MAX = 75;
/** No argument's JSON: choices are named by that. */
const LEFT_OUT = 'left-out';

type Values = Submission['view']['state']['values'];
type TextField = Extract<FormField, { kind: 'text' }>;
type ChoiceField = Extract<FormField, { kind: 'choice' | 'choices' }>;

/** The blocks of a form, in its order; what is kept is said in a line. */
export function fieldBlocks(fields: readonly FormField[]): readonly KnownBlock[] {
  return fields.flatMap((field, at): readonly KnownBlock[] => {
    switch (field.kind) {
      case 'kept':
        return [context(outsideLine(`${field.label}: ${field.why}`, LABEL_CHARS_MAX))];
      case 'text':
        return textBlocks(field, at);
      default:
        return [input(field, field.label, { id: blockIdOf(at), element: elementOf(field) })];
    }
  });
}

/** What was filled in, by field id. Fields that Slack says nothing about were left empty. */
export function filledIn(fields: readonly FormField[], values: Values): Filled {
  const filled = fields.map((field, at) => [field.id, givenIn(field, at, values)] as const);
  return Object.fromEntries(filled);
}

/** Problems beside the blocks of their fields, as Slack takes them. */
export function errorsOf(
  fields: readonly FormField[],
  problems: readonly FieldProblem[],
): Readonly<Record<string, string>> {
  const placed = problems.map(({ field, problem }) => {
    const at = fields.findIndex(({ id }) => id === field);
    return [blockIdOf(at), outsideLine(problem, HINT_CHARS_MAX)] as const;
  });
  // The first problem of a field stands: Slack shows one.
  return Object.fromEntries(placed.toReversed());
}

/** Parts of a text have ids of their own; the first one's is the field's. */
function blockIdOf(at: number, part = 0): string {
  return part === 0 ? `arg-${at}` : `arg-${at}-${part}`;
}

function textBlocks(field: TextField, at: number): readonly KnownBlock[] {
  const parts = partsOf(field);
  return parts.map((value, part) => {
    const label = parts.length === 1 ? field.label : `${field.label} (part ${part + 1} of ${parts.length})`;
    const max_length = Math.min(PART_CHARS_MAX, Math.max(1, field.charsMax, value.length));
    return input({ ...field, optional: field.optional || value === '' }, label, {
      id: blockIdOf(at, part),
      element: {
        type: 'plain_text_input',
        action_id: FIELD_ACTION,
        multiline: field.lines === 'many',
        max_length,
        ...(value === '' ? {} : { initial_value: value }),
      },
    });
  });
}

/** One part more than the text fills where it may grow beyond that. */
function partsOf({ value, charsMax }: TextField): readonly string[] {
  if (value.length <= PART_CHARS_MAX && charsMax <= PART_CHARS_MAX) return [value];
  const parts: string[] = [];
  for (let at = 0; at < value.length; ) {
    const part = head(value.slice(at), PART_CHARS_FILLED);
    parts.push(part);
    at += part.length;
  }
  return parts.length * PART_CHARS_MAX < charsMax ? [...parts, ''] : parts;
}

function input(
  { hint, optional }: Pick<FormField, 'hint' | 'optional'>,
  label: string,
  { id, element }: { readonly id: string; readonly element: InputBlock['element'] },
): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plain(outsideLine(label, LABEL_CHARS_MAX)),
    ...(hint === undefined ? {} : { hint: plain(outsideLine(hint, HINT_CHARS_MAX)) }),
    optional,
    element,
  };
}

function elementOf(field: Exclude<FormField, { kind: 'kept' | 'text' }>): InputBlock['element'] {
  if (field.kind === 'number') {
    const { value, decimals, min, max } = field;
    return {
      type: 'number_input',
      action_id: FIELD_ACTION,
      is_decimal_allowed: decimals,
      ...(min === undefined ? {} : { min_value: min }),
      ...(max === undefined ? {} : { max_value: max }),
      ...(value === '' ? {} : { initial_value: value }),
    };
  }
  const options = optionsOf(field);
  if (field.kind === 'choices') {
    const initial = options.filter(({ value = '' }) => field.values.includes(value));
    return {
      type: 'multi_static_select',
      action_id: FIELD_ACTION,
      options,
      ...(initial.length === 0 ? {} : { initial_options: initial }),
    };
  }
  const initial = options.find(({ value }) => value === field.value);
  return {
    type: 'static_select',
    action_id: FIELD_ACTION,
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
}

/** Slack's menus cannot be emptied again, so leaving out is a choice of its own. */
function optionsOf({ kind, choices, optional }: ChoiceField): PlainTextOption[] {
  const options = choices.map(({ value, label }) => ({
    text: plain(outsideLine(label, OPTION_CHARS_MAX)),
    value,
  }));
  return kind === 'choice' && optional
    ? [...options, { text: plain('(leave out)'), value: LEFT_OUT }]
    : options;
}

function givenIn(field: FormField, at: number, values: Values): Filled[string] {
  const stateOf = (part = 0) => values[blockIdOf(at, part)]?.[FIELD_ACTION];
  switch (field.kind) {
    case 'kept':
      return undefined;
    case 'text':
      return partsOf(field)
        .map((_, part) => stateOf(part)?.value ?? '')
        .join('');
    case 'number':
      return stateOf()?.value ?? undefined;
    case 'choices':
      return stateOf()?.selected_options?.map(({ value }) => value);
    case 'choice': {
      const value = stateOf()?.selected_option?.value;
      return value === LEFT_OUT ? undefined : value;
    }
  }
}
