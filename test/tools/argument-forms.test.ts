import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../src/domain/ask.ts';
import type { Filled, FormField } from '../../src/domain/edit-form.ts';
import { argumentChanges } from '../../src/tools/argument-changes.ts';
import { createArgumentForms, FIELDS_MAX } from '../../src/tools/argument-forms.ts';
import { argumentParts } from '../../src/tools/argument-parts.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { line, paragraphs } from '../../src/tools/plain-text.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { CHANGES } from '../activities/changes.ts';
import { CATALOGUE } from './catalogue.ts';

const forms = createArgumentForms(createRegistry(CATALOGUE));

const everything = defineTool({
  name: 'test.read_all',
  summary: 'Read with every kind of argument there is',
  title: 'Read everything',
  input: z.strictObject({
    name: line(40).describe('What it is called'),
    body: paragraphs(5_000).exactOptional(),
    size: z.int().min(1).max(9),
    share: z.number().min(0).max(1).exactOptional(),
    loud: z.boolean().exactOptional(),
    colour: z.enum(['red', 'green']),
    tags: z
      .array(z.enum(['a', 'b', 'c']))
      .max(3)
      .exactOptional(),
    owners: z.array(line(50)).min(1).max(5),
    place: z.strictObject({ street: line(80), floor: z.int().min(0).max(99).exactOptional() }),
    window: z.strictObject({ from: z.int().min(0).max(9) }).exactOptional(),
    either: z.union([z.int().min(0).max(9), z.literal('never')]),
    password: line(80).meta({ tier: 4 }).exactOptional(),
  }),
  output: z.null(),
  effect: 'read',
  reversibility: 'reversible',
  target: () => ({ kind: 'thing', id: 'thing', label: 'a thing', scope: 'test', tier: 1, traits: [] }),
  preview: () => [],
  execute: async () => null,
});
const own = createArgumentForms(createRegistry([everything]));
const ARGS: JsonObject = {
  name: 'Kiosk',
  size: 3,
  colour: 'red',
  owners: ['Ann', 'Ben'],
  place: { street: 'Elm' },
  either: 'never',
  password: 'hunter22',
};
const ask = (args: JsonObject = ARGS) => ({ tool: everything.name, args });

/** The form as somebody submits it who changed nothing but `changes`. */
function filled(fields: readonly FormField[] | undefined, changes: Filled = {}): Filled {
  const shown = (fields ?? []).map((field) => {
    if (field.kind === 'kept') return [field.id, undefined] as const;
    return [field.id, field.kind === 'choices' ? field.values : field.value] as const;
  });
  return { ...Object.fromEntries(shown), ...changes };
}
const submit = (changes: Filled = {}) => own.read(ask(), filled(own.formOf(ask()), changes));

describe('createArgumentForms()', () => {
  it('gives every kind of argument a field of its own kind, required objects taken apart', () => {
    const fields = own.formOf(ask()) ?? [];
    expect(fields.map(({ id, kind, optional }) => `${id} ${kind}${optional ? ' optional' : ''}`)).toEqual([
      '/name text',
      '/body text optional',
      '/size number',
      '/share number optional',
      '/loud choice optional',
      '/colour choice',
      '/tags choices optional',
      '/owners text',
      '/place/street text',
      '/place/floor number optional',
      '/window text optional',
      '/either text',
      '/password kept optional',
    ]);
    const byId = (id: string) => fields.find((field) => field.id === id);
    expect(byId('/name')).toMatchObject({
      value: 'Kiosk',
      lines: 'one',
      charsMax: 40,
      hint: 'What it is called',
    });
    expect(byId('/body')).toMatchObject({ value: '', lines: 'many', charsMax: 5_000 });
    expect(byId('/size')).toMatchObject({ value: '3', min: '1', max: '9', decimals: false });
    expect(byId('/loud')).toMatchObject({ value: undefined, choices: [{ label: 'yes' }, { label: 'no' }] });
    expect(byId('/owners')).toMatchObject({ value: 'Ann\nBen', lines: 'many', hint: 'One a line' });
    expect(byId('/either')).toMatchObject({ value: '"never"', hint: 'As JSON' });
    expect(JSON.stringify(fields)).not.toContain('hunter22');
  });

  it('reads what nobody changed back as it was, what is secret included', () => {
    expect(submit()).toEqual({ kind: 'arguments', args: ARGS });
  });

  it('shows no text that holds what looks like a credential, and keeps it as it is', () => {
    const token = `ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;
    const held = ask({ ...ARGS, body: `Use ${token}`, owners: ['Ann', token] });
    const fields = own.formOf(held);
    expect(JSON.stringify(fields)).not.toContain(token);
    expect(own.read(held, filled(fields))).toEqual({ kind: 'arguments', args: held.args });
  });

  it.each<[string, Filled, JsonObject]>([
    ['a text', { '/name': 'Stand' }, { name: 'Stand' }],
    ['an optional text', { '/body': 'Two\nlines' }, { body: 'Two\nlines' }],
    ['a number', { '/size': '9' }, { size: 9 }],
    ['a choice', { '/loud': 'true', '/colour': '"green"' }, { loud: true, colour: 'green' }],
    ['several choices', { '/tags': ['"a"', '"c"'] }, { tags: ['a', 'c'] }],
    ['a list, blank lines left out', { '/owners': ' Cid \r\n\nDot' }, { owners: ['Cid', 'Dot'] }],
    ['a part of an object', { '/place/floor': '4' }, { place: { street: 'Elm', floor: 4 } }],
    ['JSON', { '/either': '7', '/window': '{"from": 2}' }, { either: 7, window: { from: 2 } }],
  ])('reads %s', (_, changes, args) => {
    expect(submit(changes)).toEqual({ kind: 'arguments', args: { ...ARGS, ...args } });
  });

  it.each<[string, Filled, string, RegExp]>([
    ['a number that is none', { '/size': 'many' }, '/size', /number/],
    ['a number out of its range', { '/size': '10' }, '/size', /<=9/],
    ['a required field left empty', { '/name': '' }, '/name', /1 characters/],
    ['a choice that is not offered', { '/colour': '"blue"' }, '/colour', /choices/],
    ['an empty list', { '/owners': '\n' }, '/owners', /1 items/],
    ['an item of a list', { '/owners': `Ann\n${'x'.repeat(60)}` }, '/owners', /50 characters/],
    ['what is no JSON', { '/either': 'never' }, '/either', /JSON/],
    ['a key that the tool does not know', { '/window': '{"from": 2, "to": 3}' }, '/window', /Unknown/],
    ['a hidden character', { '/name': 'Kio\u202esk' }, '/name', /direction/],
  ])('refuses %s beside its field', (_, changes, field, problem) => {
    expect(submit(changes)).toEqual({
      kind: 'problems',
      problems: [{ field, problem: expect.stringMatching(problem) }],
    });
  });

  it('shows a problem with a whole object at the first of its fields', () => {
    const update = {
      tool: 'stripe.update_customer',
      args: { customer: 'cus_grace', fields: { name: 'Grace' } },
    };
    const answer = forms.read(update, { '/customer': 'cus_grace' });
    expect(answer).toMatchObject({ kind: 'problems', problems: [{ field: '/fields/name' }] });
  });

  it('keeps what is too long or too much for a form', () => {
    const many = Object.fromEntries(Array.from({ length: FIELDS_MAX + 5 }, (_, at) => [`f${at}`, line(10)]));
    const wide = defineTool({ ...everything, name: 'test.read_wide', input: z.strictObject(many) });
    const args = Object.fromEntries(Object.keys(many).map((key) => [key, 'x']));
    const wideForms = createArgumentForms(createRegistry([wide]));
    const fields = wideForms.formOf({ tool: wide.name, args }) ?? [];
    expect(fields.filter(({ kind }) => kind === 'kept')).toHaveLength(5);
    expect(wideForms.read({ tool: wide.name, args }, filled(fields))).toEqual({ kind: 'arguments', args });
  });

  it('has no form for a tool that is not there', () => {
    expect(forms.formOf({ tool: 'github.nothing', args: {} })).toBeUndefined();
    expect(forms.read({ tool: 'github.nothing', args: {} }, {})).toMatchObject({ kind: 'problems' });
  });

  it.each(CHANGES)('reads $tool back as it was asked', ({ tool, args }) => {
    expect(forms.read({ tool, args }, filled(forms.formOf({ tool, args })))).toEqual({
      kind: 'arguments',
      args,
    });
  });
});

describe('argumentChanges()', () => {
  it('names every part that differs, and nothing that is secret', () => {
    const now = {
      ...ARGS,
      name: 'Stand',
      owners: ['Ann'],
      loud: true,
      place: { street: 'Elm', floor: 4 },
      password: 'x',
    };
    expect(argumentChanges(everything, ARGS, now)).toEqual([
      { field: 'name', was: 'Kiosk', now: 'Stand' },
      { field: 'loud', now: 'true' },
      { field: 'owners', was: 'Ann\nBen', now: 'Ann' },
      { field: 'place.floor', now: '4' },
      { field: 'password', was: '(secret)', now: '(another secret)' },
    ]);
    expect(argumentChanges(everything, ARGS, ARGS)).toEqual([]);
  });

  it.each([...CATALOGUE])('covers every argument of $name with exactly one part', (tool) => {
    const paths = argumentParts(tool).map(({ path }) => path.join('.'));
    expect(new Set(paths).size).toBe(paths.length);
    const roots = Object.keys((tool.input as z.ZodObject).shape);
    expect([...new Set(argumentParts(tool).map(({ path }) => path[0]))]).toEqual(roots);
  });
});
