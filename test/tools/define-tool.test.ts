import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonValue } from '../../src/domain/ask.ts';
import { CountersignError } from '../../src/domain/errors.ts';
import { defineTool, type ToolDefinition } from '../../src/tools/define-tool.ts';

const input = z.strictObject({
  id: z
    .string()
    .max(10)
    .regex(/^[a-z]+$/),
});
type Args = z.output<typeof input>;

const write: ToolDefinition<Args> = {
  name: 'shop.change_thing',
  summary: 'Change a thing in the shop',
  title: 'Change thing',
  input,
  output: z.null(),
  effect: 'write',
  reversibility: 'reversible',
  target: ({ id }) => ({ kind: 'thing', id, label: id, scope: 'shop/things', tier: 1, traits: [] }),
  preview: () => [],
  capture: async () => null,
  execute: async () => null,
  find: async () => undefined,
  undoSentence: () => 'The thing is put back',
  undo: async () => ({ undone: true, sentence: 'Back' }),
};

const secret = z.string().max(9).meta({ tier: 4 });

const { capture, find, undo, undoSentence, ...plain } = write;
const read: ToolDefinition<Args> = { ...plain, effect: 'read' };

function problemsOf(definition: ToolDefinition<Args>): readonly string[] {
  try {
    defineTool(definition);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'misconfigured') throw error;
    return error.problems.map(({ problem }) => problem);
  }
  return [];
}

describe('defineTool()', () => {
  it.each<readonly [string, ToolDefinition<Args>]>([
    ['a change with an undo', write],
    ['a read', read],
    [
      'a change without one that says so',
      { ...plain, find: async () => undefined, reversibility: 'irreversible' },
    ],
    ['money', { ...write, effect: 'money', amountCents: () => 1 }],
    ['a tool with a smaller one', { ...write, smaller: { 'shop.draft_thing': (args) => args } }],
  ])('takes %s and freezes it', (_, definition) => {
    const tool = defineTool({ ...definition });
    expect(Object.isFrozen(tool)).toBe(true);
    expect(Object.isFrozen(tool.smaller ?? Object.freeze({}))).toBe(true);
  });

  it.each<readonly [string, ToolDefinition<Args>, string]>([
    ['a name without provider', { ...write, name: 'change_thing' }, 'provider.verb_noun'],
    ['a name in capitals', { ...write, name: 'Shop.ChangeThing' }, 'provider.verb_noun'],
    ['a summary of one word', { ...write, summary: 'Change' }, 'one sentence'],
    ['a title in small letters', { ...write, title: 'change thing' }, 'verb and object'],
    ['a read with an undo', { ...write, effect: 'read' }, 'a read has no undo'],
    ['a costly read', { ...read, reversibility: 'costly' }, 'leaves nothing behind'],
    ['a reversible change without undo', { ...plain, find: async () => undefined }, 'needs undo'],
    ['an irreversible change with undo', { ...write, reversibility: 'irreversible' }, 'has no undo'],
    [
      'an undo that captures nothing',
      {
        ...plain,
        find: async () => undefined,
        undo: async () => ({ undone: true, sentence: 'x' }),
        undoSentence: () => 'x',
      },
      'undo needs capture',
    ],
    [
      'an undo without a sentence',
      {
        ...plain,
        find: async () => undefined,
        undo: async () => ({ undone: true, sentence: 'x' }),
        capture: async () => null,
      },
      'come together',
    ],
    ['a change that cannot be found again', { ...plain, reversibility: 'irreversible' }, 'needs find'],
    ['money without an amount', { ...write, effect: 'money' }, 'amountCents'],
    ['an amount without money', { ...write, amountCents: () => 1 }, 'amountCents'],
    [
      'a tool that is smaller than itself',
      { ...write, smaller: { 'shop.change_thing': (args) => args } },
      'other tools',
    ],
  ])('refuses %s', (_, definition, problem) => {
    expect(problemsOf(definition).join('; ')).toContain(problem);
  });

  it('names every problem at once', () => {
    expect(problemsOf({ ...read, name: 'x', title: 'x', summary: 'x' })).toHaveLength(3);
  });

  it.each<readonly [string, z.ZodType, string]>([
    ['an object that takes unknown keys', z.object({ a: z.boolean() }), 'must refuse unknown keys'],
    [
      'a string without a length',
      z.strictObject({ a: z.string().regex(/^x*$/) }),
      '"/a" needs a largest length',
    ],
    [
      'a string of any characters',
      z.strictObject({ a: z.string().max(5) }),
      '"/a" needs a largest length and a pattern',
    ],
    ['a list without an end', z.strictObject({ a: z.array(z.boolean()) }), '"/a" needs a largest count'],
    [
      'an unbounded string in a list',
      z.strictObject({ a: z.array(z.string()).max(3) }),
      '"/a/*" needs a largest length',
    ],
    ['a number without an end', z.strictObject({ a: z.number() }), '"/a" needs a smallest'],
    ['anything', z.strictObject({ a: z.unknown() }), '"/a" has a form'],
    ['a loose object inside', z.strictObject({ a: z.looseObject({}) }), '"/a" must refuse unknown keys'],
    [
      'an unbounded choice',
      z.strictObject({ a: z.union([z.string().max(2).regex(/x/), z.string()]) }),
      '"/a" needs a largest length',
    ],
    ['no object', z.string().max(3).regex(/x/), 'must be an object'],
  ])('refuses arguments with %s', (_, schema, problem) => {
    expect(problemsOf({ ...write, input: schema as typeof input }).join('; ')).toContain(problem);
  });

  it.each<readonly [string, z.ZodType<JsonValue>]>([
    ['nothing', z.null()],
    ['text of any characters up to a length', z.strictObject({ a: z.string().max(5).meta({ tier: 2 }) })],
    ['a choice of bounded forms', z.union([z.null(), z.strictObject({ a: z.boolean() })])],
    ['a bounded list', z.array(z.int().min(0).max(9)).max(3)],
    ['what may be absent or null', z.strictObject({ a: z.boolean().nullable().exactOptional() })],
  ])('takes an answer of %s', (_, output) => {
    expect(problemsOf({ ...write, output })).toEqual([]);
  });

  it.each<readonly [string, z.ZodType<JsonValue>, string]>([
    ['unknown keys', z.looseObject({}) as never, 'output "" must refuse unknown keys'],
    ['any keys', z.record(z.string().max(3), z.boolean()), 'output "" must refuse unknown keys'],
    ['text without an end', z.strictObject({ a: z.string() }), 'output "/a" needs a largest length'],
    ['a list without an end', z.array(z.boolean()), 'output "" needs a largest count'],
    ['a number without an end', z.strictObject({ a: z.number() }), 'output "/a" needs a smallest'],
    ['anything', z.any(), 'output "" has a form'],
    [
      'anything that a function makes',
      z
        .string()
        .max(3)
        .transform((text) => text.repeat(1e6)),
      'output "" has a form',
    ],
    ['tier 0', z.strictObject({ a: z.boolean().meta({ tier: 0 }) }), '"/a" has a tier that is not'],
    ['tier 5', z.array(z.boolean().meta({ tier: 5 })).max(2), '"/*" has a tier that is not'],
    ['tier "3"', z.union([z.null(), z.boolean().meta({ tier: '3' })]), '"" has a tier that is not'],
    ['tier 2.5 outside', z.boolean().nullable().meta({ tier: 2.5 }), '"" has a tier that is not'],
    ['tier 9 inside', z.boolean().meta({ tier: 9 }).nullable(), '"" has a tier that is not'],
    ['a tier inside a catch', z.strictObject({ a: secret.catch('') }), '"/a" has a tier inside a form'],
    ['a tier before a pipe', secret.pipe(z.string().max(9)), '"" has a tier inside a form'],
    ['a tier after a pipe', z.string().max(9).pipe(secret), '"" has a tier inside a form'],
    ['a tier in a lazy form', z.lazy(() => z.array(secret).max(2)), '"" has a tier inside a form'],
    ['a tier deep in a tuple', z.tuple([z.strictObject({ a: secret })]), '"" has a tier inside a form'],
  ])('refuses an answer with %s', (_, output, problem) => {
    expect(problemsOf({ ...write, output }).join('; ')).toContain(problem);
  });

  it('refuses a change that answers with what only reads are counted for', () => {
    const answering = (tier: number) => z.array(z.strictObject({ a: z.boolean().meta({ tier }) })).max(2);
    expect(problemsOf({ ...write, output: answering(2) })).toEqual([]);
    expect(problemsOf({ ...write, output: answering(3) })).toEqual([
      'an answer of tier 3 or more needs a read: only reads count as having seen it',
    ]);
    expect(problemsOf({ ...read, output: answering(4) })).toEqual([]);
  });

  it('refuses arguments with a tier that is none', () => {
    const strange = z.strictObject({ id: z.string().max(10).regex(/x/).meta({ tier: 7 }) });
    expect(problemsOf({ ...write, input: strange })).toEqual(['"/id" has a tier that is not 1, 2, 3 or 4']);
  });
});
