/** Small builders of blocks that may break a limit on purpose. */
import type { KnownBlock } from '@slack/types';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const times = <Thing>(count: number, thing: Thing): Thing[] => Array.from({ length: count }, () => thing);

export const blocksOf = {
  section: (text: string, id?: string): KnownBlock => ({
    type: 'section',
    text: plain(text),
    ...(id === undefined ? {} : { block_id: id }),
  }),
  header: (text: string): KnownBlock => ({ type: 'header', text: plain(text) }),
  fields: (count: number, text: string): KnownBlock => ({
    type: 'section',
    fields: times(count, plain(text)),
  }),
  actions: (count: number, text: string): KnownBlock => ({
    type: 'actions',
    elements: times(count, { type: 'button' as const, action_id: 'a', text: plain(text) }),
  }),
  context: (count: number): KnownBlock => ({ type: 'context', elements: times(count, plain('x')) }),
};

export const plainOf = plain;

/** An input that asks with this element. */
export function asking(element: object): KnownBlock {
  return { type: 'input', label: plain('x'), element } as KnownBlock;
}

/** A menu of so many options. */
export function menu(count: number, label = 'x', value = 'v') {
  return { type: 'static_select', action_id: 'a', options: times(count, { text: plain(label), value }) };
}

export const number = { type: 'number_input', action_id: 'a', is_decimal_allowed: false };

const button = { type: 'button' as const, action_id: 'a', text: plain('x') };

export function confirmed(text: string): KnownBlock {
  const confirm = { title: plain('x'), text: plain(text), confirm: plain('x'), deny: plain('x') };
  return { type: 'actions', elements: [{ ...button, confirm }] };
}

/** A button beside a section that leads somewhere. */
export function linked(url: string): KnownBlock {
  return { type: 'section', text: plain('x'), accessory: { ...button, url } };
}
