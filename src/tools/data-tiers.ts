/**
 * Data tiers of arguments and results, 1 (public) to 4 (secret), read from `.meta({ tier })` in the tools' own schemas.
 * Wrappers (optional, nullable, default) are looked through: the strictest tier on the way counts.
 */
import { z } from 'zod';
import type { JsonValue, Target } from '../domain/ask.ts';

export type Tier = Target['tier'];

/** A schema with its wrappers taken off, and the strictest tier that it or one of them names; 1 where none does. */
export interface Bare {
  readonly schema: z.core.$ZodType;
  readonly tier: Tier;
}

/** Takes the wrappers off. A tier that is no tier counts as 4. */
export function bare(schema: z.core.$ZodType): Bare {
  let [inner, tier] = [schema, tierSaid(schema)];
  for (let next = wrapped(inner); next !== undefined; next = wrapped(inner)) {
    inner = next;
    tier = strictest(tier, tierSaid(inner));
  }
  return { schema: inner, tier };
}

/** The parts of an object, a list or a choice that a schema without wrappers has; none for the others. */
export function partsOf(schema: z.core.$ZodType): readonly (readonly [string, z.core.$ZodType])[] {
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape);
  if (schema instanceof z.ZodArray) return [['*', schema.element]];
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => ['', option] as const);
  return [];
}

/** The highest tier that a schema or any of its parts names; 1 where none does. */
export function highestTier(schema: z.core.$ZodType): Tier {
  const { schema: inner, tier } = bare(schema);
  return partsOf(inner).reduce<Tier>((most, [, part]) => strictest(most, highestTier(part)), tier);
}

/** The schemas of a choice that take the value. */
export function matching(union: z.ZodUnion, value: unknown): readonly z.core.$ZodType[] {
  return union.options.filter((option) => z.safeParse(option, value).success);
}

/** The stricter of two tiers. */
export function strictest(one: Tier, other: Tier): Tier {
  return one > other ? one : other;
}

/** The highest tier of the arguments that were given; 1 where none names one. Arguments are as the schema made them. */
export function inputTier({ input }: { readonly input: z.core.$ZodType }, args: JsonValue): Tier {
  return tierOf(input, args);
}

function tierOf(schema: z.core.$ZodType, value: JsonValue | undefined): Tier {
  const { schema: inner, tier } = bare(schema);
  return childrenOf(inner, value).reduce<Tier>(
    (most, [part, held]) => strictest(most, tierOf(part, held)),
    tier,
  );
}

/** Those parts of a value that are there, each with its schema. */
function childrenOf(
  schema: z.core.$ZodType,
  value: JsonValue | undefined,
): readonly (readonly [z.core.$ZodType, JsonValue])[] {
  if (schema instanceof z.ZodUnion)
    return matching(schema, value).map((part) => [part, value ?? null] as const);
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map((item: JsonValue) => [schema.element, item] as const);
  if (!(schema instanceof z.ZodObject) || !isObject(value)) return [];
  return Object.entries(value).flatMap(([key, held]) => {
    const part = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    return part === undefined ? [] : [[part, held] as const];
  });
}

/** Whether a JSON value is an object, not a list. */
export function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One problem per part of a schema whose tier is not 1, 2, 3 or 4, or stands where nobody looks for it. */
export function tierProblems(schema: z.core.$ZodType, at = ''): readonly string[] {
  const inner = bare(schema).schema;
  const wrong = metas(schema).some(({ tier }) => tier !== undefined && !isTier(tier));
  const unseen = partsOf(inner).length === 0 && isTieredInside(inner);
  return [
    ...(wrong ? [`"${at}" has a tier that is not 1, 2, 3 or 4`] : []),
    ...(unseen
      ? [`"${at}" has a tier inside a form that is not looked into: wanted it around the form`]
      : []),
    ...partsOf(inner).flatMap(([key, part]) => tierProblems(part, key === '' ? at : `${at}/${key}`)),
  ];
}

/** Forms that are not looked into (pipes, catches, lazy ones and the like) would swallow the tiers of their parts. */
function isTieredInside(schema: z.core.$ZodType, seen = new Set<z.core.$ZodType>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return inside(schema).some(
    (part) => z.globalRegistry.get(part)?.tier !== undefined || isTieredInside(part, seen),
  );
}

/** Every schema that a schema of whatever form is made of. */
function inside(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodLazy) return [schema.unwrap()];
  return Object.values(schema._zod.def)
    .flatMap((held: unknown) => [
      held,
      ...(typeof held === 'object' && held !== null ? Object.values(held) : []),
    ])
    .filter((held) => held instanceof z.core.$ZodType);
}

function tierSaid(schema: z.core.$ZodType): Tier {
  const said = z.globalRegistry.get(schema)?.tier;
  if (said === undefined) return 1;
  return isTier(said) ? said : 4;
}

function isTier(tier: unknown): tier is Tier {
  return tier === 1 || tier === 2 || tier === 3 || tier === 4;
}

function metas(schema: z.core.$ZodType): readonly Readonly<Record<string, unknown>>[] {
  const inner = wrapped(schema);
  return [z.globalRegistry.get(schema) ?? {}, ...(inner === undefined ? [] : metas(inner))];
}

const WRAPPERS = [
  z.ZodOptional,
  z.ZodExactOptional,
  z.ZodNullable,
  z.ZodDefault,
  z.ZodPrefault,
  z.ZodReadonly,
] as const;

function wrapped(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const wrapper = WRAPPERS.find((one) => schema instanceof one);
  return wrapper !== undefined && schema instanceof wrapper ? schema.unwrap() : undefined;
}
