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
