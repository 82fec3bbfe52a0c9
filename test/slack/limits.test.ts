import type { KnownBlock, ModalView } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { blockProblems, viewProblems } from '../../src/slack/cards/limits.ts';
import { asking, blocksOf, confirmed, linked, menu, number, plainOf } from './limit-samples.ts';

const { section, fields, header, actions, context } = blocksOf;
const ROWS: readonly (readonly [string, readonly KnownBlock[], string, RegExp | undefined])[] = [
  ['an ordinary message', [header('x'), section('x')], 'x', undefined],
  ['text at its limit', [section('x'.repeat(3_000)), header('x'.repeat(150))], 'x', undefined],
  ['no text', [], ' ', /text is empty/],
  ['text that cannot be updated', [], 'x'.repeat(4_001), /4001 characters/],
  ['too many blocks', Array.from({ length: 51 }, () => section('x')), 'x', /51 blocks/],
  ['a long section', [section('x'.repeat(3_001))], 'x', /section\.text\.text/],
  ['an empty section', [section('')], 'x', /is empty/],
  ['a long header', [header('x'.repeat(151))], 'x', /header\.text\.text/],
  ['eleven fields', [fields(11, 'x')], 'x', /section\.fields has 11 items/],
  ['no fields', [fields(0, 'x')], 'x', /section\.fields has 0 items/],
  ['a long field', [fields(1, 'x'.repeat(2_001))], 'x', /section\.fields\.text/],
  ['twenty-six buttons', [actions(26, 'x')], 'x', /26 items/],
  ['a long button', [actions(1, 'x'.repeat(76))], 'x', /actions\.elements\.text\.text/],
  ['eleven context elements', [context(11)], 'x', /context\.elements/],
  ['a block id twice', [section('x', 'a'), section('x', 'a')], 'x', /twice/],
  ['a menu and its options', [asking(menu(100))], 'x', undefined],
  ['a menu of too many options', [asking(menu(101))], 'x', /offers 101 options, at most 100/],
  ['a menu without options', [asking(menu(0))], 'x', /offers 0 options/],
  ['too many radio buttons', [asking({ ...menu(11), type: 'radio_buttons' })], 'x', /11 options, at most 10/],
  ['too many checkboxes', [asking({ ...menu(11), type: 'checkboxes' })], 'x', /11 options, at most 10/],
  ['a long option', [asking(menu(1, 'x'.repeat(76)))], 'x', /options\.text\.text has 76/],
  ['a long value of an option', [asking(menu(1, 'x', 'v'.repeat(151)))], 'x', /options\.value has 151/],
  ['a long placeholder', [asking({ ...number, placeholder: plainOf('x'.repeat(151)) })], 'x', /placeholder/],
  [
    'too much filled in before',
    [asking({ ...number, initial_value: '1'.repeat(3_001) })],
    'x',
    /initial_value/,
  ],
  ['a long confirmation', [confirmed('x'.repeat(301))], 'x', /confirm\.text\.text/],
  ['a long link of a button', [linked(`https://a.example/${'x'.repeat(3_000)}`)], 'x', /\.url/],
  ['a long block id', [section('x', 'a'.repeat(256))], 'x', /too long/],
];

describe('blockProblems()', () => {
  it.each(ROWS)('judges %s', (_, blocks, text, wanted) => {
    const problems = blockProblems(blocks, text);
    if (wanted === undefined) expect(problems).toEqual([]);
    else expect(problems.join('; ')).toMatch(wanted);
  });
});

describe('viewProblems()', () => {
  const view = (changes: Partial<ModalView>): ModalView => ({
    type: 'modal',
    title: { type: 'plain_text', text: 'Title' },
    blocks: [section('x')],
    ...changes,
  });
  it.each([
    ['an ordinary modal', view({}), 0],
    ['a long title', view({ title: { type: 'plain_text', text: 'x'.repeat(25) } }), 1],
    ['a long submit label', view({ submit: { type: 'plain_text', text: 'x'.repeat(25) } }), 1],
    ['too much metadata', view({ private_metadata: 'x'.repeat(3_001) }), 1],
    ['a long callback id', view({ callback_id: 'x'.repeat(256) }), 1],
    ['too many blocks', view({ blocks: Array.from({ length: 101 }, () => section('x')) }), 1],
    ['too many bytes', view({ blocks: Array.from({ length: 90 }, () => section('€'.repeat(3_000))) }), 1],
  ])('judges %s', (_, one, count) => {
    expect(viewProblems(one)).toHaveLength(count);
  });
});
