/** What a person typed or chose, in the shapes Slack sends, and the checks Slack's client makes before it sends. */
import type { KnownBlock } from '@slack/types';
import { CountersignError } from '../../domain/errors.ts';
import { elementsOf } from './block-kit.ts';
import type { Element } from './elements.schema.ts';

/** block_id → action_id → Slack's value object. */
export type StateValues = Readonly<Record<string, Readonly<Record<string, ElementState>>>>;
type ElementState = { readonly type: string; readonly [field: string]: unknown };
type Filled = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The state of freshly opened blocks: initial values only. */
export function initialState(blocks: readonly KnownBlock[]): StateValues {
  return filledState(blocks, {});
}

/**
 * The state after a person filled some elements in: text as typed, choices by option value (several separated by
 * commas). Throws `invalid-field` for an element or option that is not there: a person could not have filled it.
 */
export function filledState(blocks: readonly KnownBlock[], filled: Filled): StateValues {
  for (const [blockId, actions] of Object.entries(filled)) {
    const block = blocks.find((one) => one.block_id === blockId);
    const known =
      block === undefined
        ? []
        : elementsOf(block)
            .filter(isStateful)
            .map(({ action_id }) => action_id);
    const stranger = Object.keys(actions).find((actionId) => !known.includes(actionId));
    if (stranger !== undefined || block === undefined) throw notThere(`${blockId}/${stranger ?? ''}`);
  }
  const states = blocks.map((block) => {
    const elements = elementsOf(block).filter(isStateful);
    const state = elements.map((one) => [
      one.action_id,
      elementState(one, filled[block.block_id ?? '']?.[one.action_id ?? '']),
    ]);
    return [block.block_id, Object.fromEntries(state)];
  });
  return Object.fromEntries(states.filter(([, state]) => Object.keys(state).length > 0));
}

/** What Slack's client shows beside fields without asking the app: nothing is sent while any is wrong. */
export function clientErrors(
  blocks: readonly KnownBlock[],
  values: StateValues,
): Readonly<Record<string, string>> {
  const wrong = blocks.flatMap((block) => {
    if (block.type !== 'input' || block.block_id === undefined) return [];
    const [element] = elementsOf(block);
    const problem =
      element &&
      clientError(element, values[block.block_id]?.[element.action_id ?? ''], block.optional === true);
    return problem === undefined ? [] : [[block.block_id, problem] as const];
  });
  return Object.fromEntries(wrong);
}

/** Slack's value object of one element; `chosen` as a person gives it, absent for what the app preset. */
export function elementState(element: Element, chosen: string | undefined): ElementState {
  const { type } = element;
  const given = (preset: unknown) => (chosen === undefined ? preset : chosen) || null;
  switch (type) {
    case 'static_select':
    case 'radio_buttons':
      return { type, selected_option: chosen ? pick(element, chosen) : given(element.initial_option) };
    case 'overflow':
      return { type, selected_option: chosen ? pick(element, chosen) : null };
    case 'checkboxes':
    case 'multi_static_select': {
      const several = chosen?.split(',').filter((value) => value !== '');
      return {
        type,
        selected_options: several?.map((value) => pick(element, value)) ?? element.initial_options ?? [],
      };
    }
    case 'users_select':
      return { type, selected_user: given(element.initial_user) };
    case 'datepicker':
      return { type, selected_date: given(element.initial_date) };
    case 'datetimepicker':
      return { type, selected_date_time: secondsOf(given(element.initial_date_time)) };
    case 'button':
      return { type, value: chosen ?? element.value };
    default:
      return { type, value: given(element.initial_value) };
  }
}

/** Unix seconds, as Slack sends them. Throws `invalid-field` for text that its picker could not have given. */
function secondsOf(given: unknown): number | null {
  if (given === null || given === undefined) return null;
  if (!/^\d{10}$/.test(String(given))) throw notThere(`time ${String(given)}`);
  return Number(given);
}

function isStateful(element: Element): boolean {
  return element.type !== 'button' && element.type !== 'overflow';
}

type Choosing = Extract<Element, { options?: unknown }>;

function pick(element: Choosing, value: string) {
  const grouped =
    'option_groups' in element ? (element.option_groups ?? []).flatMap((group) => group.options) : [];
  const option = [...(element.options ?? []), ...grouped].find((one) => one.value === value);
  if (option === undefined) throw notThere(`${element.action_id}=${value}`);
  return option;
}

function clientError(
  element: Element,
  state: ElementState | undefined,
  optional: boolean,
): string | undefined {
  const [given] = Object.entries(state ?? {}).flatMap(([name, value]) => (name === 'type' ? [] : [value]));
  const empty = given === null || given === undefined || (Array.isArray(given) && given.length === 0);
  if (empty) return optional ? undefined : 'Please complete this required field.';
  if (element.type === 'number_input' && !Number.isFinite(Number(given))) return 'Please enter a number.';
  if (element.type !== 'plain_text_input' || typeof given !== 'string') return undefined;
  const { min_length = 0, max_length = 3000 } = element;
  if (given.length < min_length) return `Must be at least ${min_length} characters.`;
  return given.length > max_length ? `Must be at most ${max_length} characters.` : undefined;
}

function notThere(what: string): CountersignError {
  return new CountersignError('invalid-field', `Cannot fill in the view: "${what}" is not in it`);
}
