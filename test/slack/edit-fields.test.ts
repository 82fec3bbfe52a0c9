import type { KnownBlock, ModalView } from '@slack/types';
import { describe, expect, it } from 'vitest';
import { checkView } from '../../src/dev/slack-emulator/block-kit.ts';
import { filledState } from '../../src/dev/slack-emulator/view-state.ts';
import type { JsonObject, JsonValue } from '../../src/domain/ask.ts';
import type { FormField } from '../../src/domain/edit-form.ts';
import { errorsOf, fieldBlocks, filledIn } from '../../src/slack/cards/edit-fields.ts';
import { chooseStepModal, EDIT_CALLBACK, editModal, stepOf } from '../../src/slack/cards/edit-modal.ts';
import { viewProblems } from '../../src/slack/cards/limits.ts';
import { BODY_BYTES_MAX } from '../../src/slack/receiver.ts';
import { createArgumentForms } from '../../src/tools/argument-forms.ts';
import type { Node } from '../../src/tools/argument-parts.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { CHANGES } from '../activities/changes.ts';
import { CATALOGUE } from '../tools/catalogue.ts';

const registry = createRegistry(CATALOGUE);
const forms = createArgumentForms(registry);
const CARD = { request: `req_${'a'.repeat(60)}`, version: 9, digest: 'a'.repeat(64) };
const TEXT = { id: '/text', label: 'text', optional: false, kind: 'text', lines: 'many' } as const;

/** What Slack sends for a view that nobody touched. */
const untouched = (fields: readonly FormField[]) =>
  filledIn(fields, filledState(fieldBlocks(fields), {}) as Parameters<typeof filledIn>[1]);

/** The largest value that a part of a schema lets through, as far as its size goes. */
function largest({ type, enum: choices, items, properties, ...node }: Node, letter: string): JsonValue {
  if (choices !== undefined) return choices.at(-1) ?? null;
  if (type === 'string') return letter.repeat(node.maxLength ?? 0);
  if (type === 'array') return Array.from({ length: node.maxItems ?? 0 }, () => largest(items ?? {}, letter));
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(properties ?? {}).map(([key, part]) => [key, largest(part, letter)]),
    );
  return type === 'boolean' ? true : (node.maximum ?? 0);
}

describe('edit modals', () => {
  it.each(CATALOGUE.flatMap(({ name }) => ['x', '"', '日'].map((letter) => [name, letter] as const)))(
    'of %s stay within every limit of Slack with the largest arguments of %s',
    (name, letter) => {
      const args = largest(registry.jsonSchema(name) as Node, letter) as JsonObject;
      const fields = forms.formOf({ tool: name, args }) ?? [];
      expect(fields).not.toEqual([]);
      const view = editModal(CARD, { index: 19, title: letter.repeat(400), fields });
      expect(viewProblems(view)).toEqual([]);
      expect(checkView(view, 'modal')).toMatchObject({ ok: true });
      const submitted = JSON.stringify({ view, state: filledState(view.blocks as KnownBlock[], {}) });
      expect(encodeURIComponent(submitted).length).toBeLessThan(BODY_BYTES_MAX);
    },
  );

  it.each(CHANGES)('of $tool give the arguments back that nobody changed', ({ tool, args }) => {
    const ask = { tool, args };
    expect(forms.read(ask, untouched(forms.formOf(ask) ?? []))).toEqual({ kind: 'arguments', args });
  });

  it('choose among twenty steps of the longest titles', () => {
    const steps = Array.from({ length: 20 }, (_, index) => ({ index, title: '日'.repeat(300), fields: [] }));
    const view: ModalView = chooseStepModal(CARD, steps);
    expect(viewProblems(view)).toEqual([]);
    expect(checkView(view, 'modal')).toMatchObject({ ok: true });
  });

  it('carry their step in the callback', () => {
    const { callback_id = '' } = editModal(CARD, { index: 12, title: 'Delete', fields: [] });
    expect(callback_id).toMatch(EDIT_CALLBACK);
    expect(stepOf(callback_id)).toBe(12);
  });
});

describe('fieldBlocks()', () => {
  it('cuts a long text into parts that are joined as they were, with room for more', () => {
    const value = `${'line\n'.repeat(1_400)}end 👍`;
    const fields = [{ ...TEXT, value, charsMax: 10_000 }];
    const blocks = fieldBlocks(fields);
    expect(blocks.map(({ block_id }) => block_id)).toEqual(['arg-0', 'arg-0-1', 'arg-0-2', 'arg-0-3']);
    expect(untouched(fields)).toEqual({ '/text': value });
  });

  it('has one part where the text can never be longer, and none to spare where it is full', () => {
    expect(fieldBlocks([{ ...TEXT, value: 'x', charsMax: 3_000 }])).toHaveLength(1);
    expect(fieldBlocks([{ ...TEXT, value: 'x'.repeat(5_100), charsMax: 5_200 }])).toHaveLength(2);
  });

  it('says what is kept, and asks for nothing there', () => {
    const kept: FormField = {
      id: '/key',
      label: 'key',
      optional: true,
      kind: 'kept',
      why: 'It is secret: it stays as it is',
    };
    expect(fieldBlocks([kept])).toMatchObject([
      { type: 'context', elements: [{ text: 'key: It is secret: it stays as it is' }] },
    ]);
    expect(filledIn([kept], { 'arg-0': { value: { value: 'forged' } } })).toEqual({ '/key': undefined });
  });

  it('offers leaving out only what need not be given', () => {
    const choice = {
      id: '/c',
      label: 'c',
      kind: 'choice',
      value: '"a"',
      choices: [{ value: '"a"', label: 'a' }],
    } as const;
    const options = (optional: boolean) => JSON.stringify(fieldBlocks([{ ...choice, optional }]));
    expect(options(true)).toContain('(leave out)');
    expect(options(false)).not.toContain('(leave out)');
    const state = { 'arg-0': { value: { selected_option: { value: 'left-out' } } } };
    expect(filledIn([{ ...choice, optional: true }], state)).toEqual({ '/c': undefined });
  });
});

describe('errorsOf()', () => {
  it('puts the first problem of each field beside its first block', () => {
    const fields: readonly FormField[] = [
      { ...TEXT, id: '/a', value: '', charsMax: 9_000 },
      { ...TEXT, id: '/b', value: '', charsMax: 10 },
    ];
    const problems = [
      { field: '/b', problem: 'first' },
      { field: '/b', problem: 'second' },
      { field: '/a', problem: 'too\nlong' },
    ];
    expect(errorsOf(fields, problems)).toEqual({ 'arg-1': 'first', 'arg-0': 'too / long' });
  });
});
