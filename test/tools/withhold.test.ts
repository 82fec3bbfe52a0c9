import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonValue } from '../../src/domain/ask.ts';
import type { Tier } from '../../src/tools/data-tiers.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { WITHHELD_MAX, withhold } from '../../src/tools/withhold.ts';
import { CATALOGUE } from './catalogue.ts';
import { contextOf, vendorWorld } from './vendor-world.ts';

const text = z.string().max(200);
const schema = z.strictObject({
  id: z.string().max(20),
  title: text.meta({ tier: 2 }),
  mail: text.meta({ tier: 3 }).nullable().exactOptional(),
  key: text.nullable().exactOptional().meta({ tier: 4 }),
  people: z
    .array(z.strictObject({ login: text, phone: text.meta({ tier: 3 }).exactOptional() }))
    .max(500)
    .exactOptional(),
  codes: z
    .array(text.meta({ tier: 4 }))
    .max(5)
    .exactOptional(),
  either: z
    .union([
      z.strictObject({ kind: z.literal('plain'), note: text }),
      z.strictObject({ kind: z.literal('personal'), note: text.meta({ tier: 3 }) }),
    ])
    .exactOptional(),
  count: z.int().min(0).max(Number.MAX_SAFE_INTEGER).exactOptional(),
});
const BASE = { id: 'a', title: 'Faster search' };

const at = (result: JsonValue, maxTier: Tier) => withhold(result, { schema, maxTier });
const CARD = '4242 4242 4242 4242';

describe('withhold()', () => {
  it.each<readonly [string, JsonValue, Tier, JsonValue, readonly (readonly [string, string])[]]>([
    [
      'hands out everything to whom is cleared',
      { ...BASE, mail: 'a@b.example' },
      3,
      { ...BASE, mail: 'a@b.example' },
      [],
    ],
    [
      'takes a field out that is beyond clearance',
      { ...BASE, mail: 'a@b.example' },
      2,
      BASE,
      [['/mail', 'tier 3']],
    ],
    ['takes a field out even when it is null', { ...BASE, mail: null }, 2, BASE, [['/mail', 'tier 3']]],
    ['keeps null where that may be had', { ...BASE, mail: null }, 3, { ...BASE, mail: null }, []],
    ['reads the tier of a wrapper', { ...BASE, key: 'x' }, 3, BASE, [['/key', 'tier 4']]],
    [
      'takes each field out that is beyond',
      { ...BASE, mail: 'a@b.example', key: 'x' },
      1,
      { id: 'a' },
      [
        ['/title', 'tier 2'],
        ['/mail', 'tier 3'],
        ['/key', 'tier 4'],
      ],
    ],
    [
      'looks into lists',
      { ...BASE, people: [{ login: 'ann', phone: '+1 555 0100' }, { login: 'bob' }] },
      2,
      { ...BASE, people: [{ login: 'ann' }, { login: 'bob' }] },
      [['/people/0/phone', 'tier 3']],
    ],
    [
      'takes entries of lists out',
      { ...BASE, codes: ['x', 'y'] },
      3,
      { ...BASE, codes: [] },
      [
        ['/codes/0', 'tier 4'],
        ['/codes/1', 'tier 4'],
      ],
    ],
    [
      'goes by the form of a choice that the value has',
      { ...BASE, either: { kind: 'plain', note: 'x' } },
      2,
      { ...BASE, either: { kind: 'plain', note: 'x' } },
      [],
    ],
    [
      'goes by the stricter form too',
      { ...BASE, either: { kind: 'personal', note: 'x' } },
      2,
      { ...BASE, either: { kind: 'personal' } },
      [['/either/note', 'tier 3']],
    ],
    [
      'takes out what is of no form of a choice',
      { ...BASE, either: { kind: 'other' } },
      4,
      BASE,
      [['/either', 'not as declared']],
    ],
    ['takes out what nobody declared', { ...BASE, extra: 1 }, 4, BASE, [['/extra', 'not as declared']]],
    [
      'takes out what nobody declared, inside lists too',
      { ...BASE, people: [{ login: 'ann', address: 'x' }] },
      4,
      { ...BASE, people: [{ login: 'ann' }] },
      [['/people/0/address', 'not as declared']],
    ],
    [
      'takes out a longer text than declared',
      { ...BASE, id: 'x'.repeat(21) },
      4,
      { title: BASE.title },
      [['/id', 'not as declared']],
    ],
    [
      'takes out an object where a text is declared',
      { ...BASE, id: { a: 1 } },
      4,
      { title: BASE.title },
      [['/id', 'not as declared']],
    ],
    [
      'takes out a text where a list is declared',
      { ...BASE, people: 'ann' },
      4,
      BASE,
      [['/people', 'not as declared']],
    ],
    [
      'takes out a null where none is declared',
      { ...BASE, id: null },
      4,
      { title: BASE.title },
      [['/id', 'not as declared']],
    ],
    ['gives nothing of a result of another kind', ['x'], 4, null, [['', 'not as declared']]],
    [
      'writes pointers as RFC 6901 wants them',
      { ...BASE, 'a/b~c': 1 },
      4,
      BASE,
      [['/a~1b~0c', 'not as declared']],
    ],
    [
      'minds no inherited name',
      JSON.parse('{"id":"a","title":"x","constructor":1,"__proto__":{"id":"b"}}'),
      4,
      { id: 'a', title: 'x' },
      [
        ['/constructor', 'not as declared'],
        ['/__proto__', 'not as declared'],
      ],
    ],
    [
      'shows no secret in the name of a field',
      { ...BASE, [CARD]: 1 },
      4,
      BASE,
      [['/[withheld: card number]', 'not as declared']],
    ],
    [
      'takes secrets out of texts whatever the clearance',
      { ...BASE, title: `Refund ${CARD} at http://10.0.0.1/x` },
      4,
      { ...BASE, title: 'Refund [withheld: card number] at [withheld: internal address]' },
      [
        ['/title', 'card number'],
        ['/title', 'internal address'],
      ],
    ],
    [
      'takes a card out that is a number',
      { ...BASE, count: 4242424242424242 },
      4,
      { ...BASE, count: '[withheld: card number]' },
      [['/count', 'card number']],
    ],
    [
      'leaves other numbers alone',
      { ...BASE, count: 1795237260123 },
      1,
      { id: 'a', count: 1795237260123 },
      [['/title', 'tier 2']],
    ],
  ])('%s', (_, result, maxTier, left, withheld) => {
    const released = at(result, maxTier);
    expect(released.result).toEqual(left);
    expect(released.withheld).toEqual(withheld.map(([field, what]) => ({ field, what })));
  });

  it.each<readonly [JsonValue, Tier, Tier]>([
    [{ id: 'a' }, 4, 1],
    [BASE, 4, 2],
    [BASE, 1, 1],
    [{ ...BASE, mail: 'x' }, 4, 3],
    [{ ...BASE, mail: 'x' }, 2, 2],
    [{ ...BASE, mail: null }, 3, 3],
    ['x', 4, 1],
  ])('of %j for tier %i, says that tier %i was handed out', (result, maxTier, tier) => {
    expect(at(result, maxTier).tier).toBe(tier);
  });

  it('takes a whole result out by the tier of its schema, also when it is null', () => {
    const whole = z.union([z.null().meta({ tier: 4 }), z.strictObject({ a: z.boolean() }).meta({ tier: 3 })]);
    const gone = (what: string) => ({ result: null, withheld: [{ field: '', what }], tier: 1 });
    expect(withhold({ a: true }, { schema: whole, maxTier: 2 })).toEqual(gone('tier 3'));
    expect(withhold(null, { schema: whole, maxTier: 3 })).toEqual(gone('tier 4'));
    expect(withhold({ a: true }, { schema: whole, maxTier: 3 }).result).toEqual({ a: true });
  });

  it('asks every form that takes a value, so that the loosest does not decide', () => {
    const loose = z.union([text, text.meta({ tier: 4 })]);
    expect(withhold('x', { schema: loose, maxTier: 3 })).toMatchObject({ result: null });
  });

  it('counts what is beyond 100 entries in one', () => {
    const people = Array.from({ length: 150 }, () => ({ login: 'x', phone: 'y' }));
    const { withheld } = at({ ...BASE, people }, 2);
    expect(withheld).toHaveLength(WITHHELD_MAX + 1);
    expect(withheld.at(-1)).toEqual({ field: '', what: 'and 50 more' });
  });

  it('changes nothing of what it was given', () => {
    const given = Object.freeze({
      ...BASE,
      mail: 'x',
      people: Object.freeze([Object.freeze({ login: CARD })]),
    });
    const before = structuredClone(given);
    at(given, 1);
    expect(given).toEqual(before);
  });

  it('never hands out a text of a tier beyond clearance, nor anything it was not given', () => {
    const tiers: Readonly<Record<string, Tier>> = { id: 1, title: 2, mail: 3, key: 4 };
    const some = fc.dictionary(
      fc.constantFrom('id', 'title', 'mail', 'key', 'other', 'people'),
      fc.oneof(fc.string({ maxLength: 10 }), fc.jsonValue({ maxDepth: 2 })),
    );
    fc.assert(
      fc.property(some, fc.constantFrom<Tier>(1, 2, 3, 4), (result, maxTier) => {
        const left = at(result as JsonValue, maxTier).result;
        for (const key of Object.keys(left ?? {})) expect(tiers[key] ?? 1).toBeLessThanOrEqual(maxTier);
        expect(Object.keys(left ?? {})).not.toContain('other');
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('withhold() of the catalogue', () => {
  const registry = createRegistry(CATALOGUE);

  it.each<readonly [Tier, readonly string[]]>([
    [1, ['id']],
    [2, ['id', 'name']],
    [3, ['id', 'name', 'email', 'phone', 'description']],
  ])('leaves an agent cleared for tier %i these fields of a customer: %j', async (maxTier, fields) => {
    const world = await vendorWorld();
    const tool = registry.get('stripe.get_customer');
    const result = await tool?.execute({ customer: 'cus_ada' }, contextOf(world), null);
    const released = tool && withhold(result ?? null, { schema: tool.output, maxTier });
    expect(Object.keys(released?.result ?? {})).toEqual(fields);
    expect(released?.tier).toBe(maxTier);
  });

  it('takes out what people wrote into a field in spite of every rule', async () => {
    const world = await vendorWorld();
    const tool = registry.get('stripe.get_customer');
    const args = registry.parse('stripe.get_customer', {
      customer: 'cus_alan',
      fields: ['phone', 'description'],
    });
    const result = (await tool?.execute(args, contextOf(world), null)) ?? null;
    expect(tool && withhold(result, { schema: tool.output, maxTier: 4 })).toMatchObject({
      result: {
        phone: '+44 20 7946 0003',
        description: 'Pays with [withheld: card number], see [withheld: internal address]',
      },
      withheld: [
        { field: '/description', what: 'card number' },
        { field: '/description', what: 'internal address' },
      ],
    });
  });

  it.each<readonly [string, JsonValue]>([
    ['github.list_branches', { repository: 'acme/webshop' }],
    ['github.get_pull_request', { repository: 'acme/webshop', number: 2 }],
    ['stripe.get_customer', { customer: 'cus_ada' }],
    ['stripe.get_customer', { customer: 'cus_ada', fields: ['phone', 'name', 'phone'] }],
  ])('takes nothing of %s %j from who is cleared for tier 3', async (name, args) => {
    const world = await vendorWorld();
    const tool = registry.get(name);
    const result = (await tool?.execute(registry.parse(name, args), contextOf(world), null)) ?? null;
    expect(tool && withhold(result, { schema: tool.output, maxTier: 3 })).toMatchObject({
      result,
      withheld: [],
    });
  });
});
