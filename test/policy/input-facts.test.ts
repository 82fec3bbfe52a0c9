import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inputEnum, inputFacts } from '../../src/policy/input-facts.ts';
import { policyTools } from '../../src/policy/vocabulary.ts';

const fact = { policyFact: true };
const facts = (shape: z.ZodRawShape) => inputFacts({ name: 'crm.edit', input: z.strictObject(shape) });

describe('inputFacts()', () => {
  it.each<[string, z.ZodType, unknown]>([
    ['a bounded whole number', z.int().min(1).max(1440).meta(fact), 'long'],
    ['an optional one', z.int().min(1).max(1440).meta(fact).exactOptional(), 'long'],
    ['a boolean', z.boolean().meta(fact), 'bool'],
    ['a boolean with a default', z.boolean().default(false).meta(fact), 'bool'],
    ['an enum', z.enum(['pull', 'push']).meta(fact), ['pull', 'push']],
    ['an optional enum', z.enum(['pull', 'push']).exactOptional().meta(fact), ['pull', 'push', 'absent']],
  ])('takes %s for a fact', (_, field, type) => {
    expect(facts({ field, unmarked: z.boolean() })).toEqual({ field: type });
  });

  it.each<[string, z.ZodType]>([
    ['text', z.string().max(9).meta(fact)],
    ['text of a form', z.email().meta(fact)],
    ['a whole number without bounds', z.int().meta(fact)],
    ['a fraction', z.number().min(0).max(1).meta(fact)],
    ['a list', z.array(z.boolean()).max(2).meta(fact)],
    ['a record', z.strictObject({ a: z.boolean() }).meta(fact)],
    ['a choice of types', z.union([z.boolean(), z.int().min(0).max(1)]).meta(fact)],
    ['a boolean or nothing', z.boolean().nullable().meta(fact)],
    ['an enum of numbers', z.literal([1, 2]).meta(fact)],
    ['an enum that has the word for nothing', z.enum(['absent', 'x']).exactOptional().meta(fact)],
    ['too long an enum', z.enum(Array.from({ length: 51 }, (_, i) => `m${i}`)).meta(fact)],
    ['a part of a field', z.strictObject({ a: z.boolean().meta(fact) })],
    ['a member of a list', z.array(z.boolean().meta(fact)).max(2)],
  ])('refuses %s', (_, field) => {
    expect(() => facts({ field })).toThrow(/^Cannot read facts of "crm\.edit": "crm\.edit field" /);
  });
});

describe('policyTools()', () => {
  it('keeps what policy needs of a tool, and nothing else', () => {
    const input = z.strictObject({ hard: z.boolean().meta(fact), words: z.string().max(9) });
    const tool = { name: 'crm.edit', effect: 'write', reversibility: 'costly', input } as const;
    expect(policyTools([{ ...tool, smaller: { 'crm.note': () => ({}) } }])).toEqual([
      {
        name: 'crm.edit',
        effect: 'write',
        reversibility: 'costly',
        smaller: ['crm.note'],
        policyFacts: { hard: 'bool' },
      },
    ]);
  });
});

describe('inputEnum()', () => {
  it('names the type of an enum by tool and field', () => {
    expect(inputEnum('github.add_collaborator', 'permission')).toBe('InputGithubAddCollaboratorPermission');
  });
});
