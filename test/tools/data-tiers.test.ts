import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonValue } from '../../src/domain/ask.ts';
import { bare, inputTier } from '../../src/tools/data-tiers.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { CATALOGUE } from './catalogue.ts';

const secret = z.string().max(9).meta({ tier: 4 });
const input = z.strictObject({
  id: z.string().max(9),
  name: z.string().max(9).meta({ tier: 2 }).exactOptional(),
  note: z.string().max(9).exactOptional().meta({ tier: 3 }),
  list: z
    .array(z.strictObject({ key: secret.exactOptional(), at: z.boolean() }))
    .max(3)
    .exactOptional(),
  either: z
    .union([z.boolean(), z.strictObject({ mail: z.string().max(9).meta({ tier: 3 }) })])
    .exactOptional(),
});

describe('inputTier()', () => {
  it.each<readonly [JsonValue, number]>([
    [{ id: 'a' }, 1],
    [{ id: 'a', name: 'b' }, 2],
    [{ id: 'a', note: 'b', name: 'c' }, 3],
    [{ id: 'a', list: [] }, 1],
    [{ id: 'a', list: [{ at: true }] }, 1],
    [{ id: 'a', list: [{ at: true }, { at: true, key: 'x' }] }, 4],
    [{ id: 'a', either: true }, 1],
    [{ id: 'a', either: { mail: 'x' } }, 3],
    [{ id: 'a', constructor: 'x', toString: 'y' }, 1],
  ])('of %j is %i', (args, tier) => {
    expect(inputTier({ input }, args)).toBe(tier);
  });

  const registry = createRegistry(CATALOGUE);
  it.each<readonly [string, JsonValue, number]>([
    ['stripe.update_customer', { customer: 'cus_ada', fields: { name: 'Ada' } }, 2],
    ['stripe.update_customer', { customer: 'cus_ada', fields: { phone: '+44 20 7946 0001' } }, 3],
    ['github.delete_branch', { repository: 'acme/webshop', branch: 'x' }, 1],
  ])('of %s %j is %i', (name, args, tier) => {
    const tool = registry.get(name);
    expect(tool && inputTier(tool, registry.parse(name, args))).toBe(tier);
  });
});

describe('bare()', () => {
  it.each<readonly [string, z.ZodType, number]>([
    ['no tier', z.boolean(), 1],
    ['a tier', z.boolean().meta({ tier: 3 }), 3],
    ['the tier of its wrapper', z.boolean().nullable().exactOptional().meta({ tier: 3 }), 3],
    ['the tier inside its wrappers', z.boolean().meta({ tier: 3 }).nullable().default(null), 3],
    ['the stricter of both', z.boolean().meta({ tier: 3 }).nullable().meta({ tier: 2 }), 3],
    ['a description beside', z.boolean().meta({ tier: 2 }).exactOptional().describe('A switch'), 2],
    ['a bound added after', z.string().meta({ tier: 3 }).max(5), 3],
    ['a tier that is none', z.boolean().meta({ tier: 'secret' }), 4],
  ])('reads %s', (_, schema, tier) => {
    expect(bare(schema).tier).toBe(tier);
  });
});
