/**
 * What an agent may have of a tool's result: the fields it is cleared for, without anything that looks like a secret.
 * What was taken out is said, not hidden.
 */
import { z } from 'zod';
import type { JsonValue } from '../domain/ask.ts';
import type { Withheld } from '../domain/request.ts';
import { bare, isObject, matching, strictest, type Tier } from './data-tiers.ts';
import { hideSecrets } from './secrets/hide-secrets.ts';

/** More are counted in one last entry. */
export const WITHHELD_MAX = 100;

export interface Released {
  readonly result: JsonValue;
  readonly withheld: readonly Withheld[];
  /** The highest tier of what is left; 1 when that is nothing. */
  readonly tier: Tier;
}

/**
 * Pure. Takes out every field, list entry or whole result of a tier above `maxTier`, and everything that the schema
 * does not describe, whatever the clearance: nobody has said how sensitive it is. Then secrets-looking parts of texts
 * are replaced by `[withheld: card number]` and the like. A result of which nothing is left is null. `withheld` points
 * into the result as it was given: entries of lists move up when others are taken out.
 */
export function withhold(
  result: JsonValue,
  { schema, maxTier }: { readonly schema: z.core.$ZodType; readonly maxTier: Tier },
): Released {
  const notes: Notes = { withheld: [], tier: 1, maxTier };
  const left = keep(result, schema, { field: '', notes });
  return { result: left ?? null, withheld: counted(notes.withheld), tier: notes.tier };
}

/** Written as the walk goes on; never leaves this file. */
interface Notes {
  readonly withheld: Withheld[];
  readonly maxTier: Tier;
  tier: Tier;
}

interface Place {
  /** JSON pointer. */
  readonly field: string;
  readonly notes: Notes;
}

/** The value as far as it may be had; undefined for not at all. */
function keep(value: JsonValue, schema: z.core.$ZodType, place: Place): JsonValue | undefined {
  const { schema: inner, tier } = bare(schema);
  const { notes } = place;
  if (tier > notes.maxTier) return takeOut(place, `tier ${tier}`);
  const nothing = value === null && !(inner instanceof z.ZodUnion && matching(inner, null).length > 0);
  const kept = nothing ? keepNull(schema, place) : keepInner(value, inner, place);
  if (kept !== undefined) notes.tier = strictest(notes.tier, tier);
  return kept;
}

function keepNull(schema: z.core.$ZodType, place: Place): JsonValue | undefined {
  return z.safeParse(schema, null).success ? null : takeOut(place, UNDECLARED);
}

const UNDECLARED = 'not as declared';

function keepInner(value: JsonValue, schema: z.core.$ZodType, place: Place): JsonValue | undefined {
  if (schema instanceof z.ZodUnion) return keepChoice(value, schema, place);
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) ? keepItems(value, schema.element, place) : takeOut(place, UNDECLARED);
  if (schema instanceof z.ZodObject)
    return isObject(value) ? keepFields(value, schema, place) : takeOut(place, UNDECLARED);
  if (typeof value === 'object' || !z.safeParse(schema, value).success) return takeOut(place, UNDECLARED);
  return keepPlain(value, place);
}

/** Where several of the forms take the value, each of them has to let it through. */
function keepChoice(value: JsonValue, schema: z.ZodUnion, place: Place): JsonValue | undefined {
  const forms = matching(schema, value);
  if (forms.length === 0) return takeOut(place, UNDECLARED);
  return forms.reduce<JsonValue | undefined>(
    (left, form) => (left === undefined ? undefined : keep(left, form, place)),
    value,
  );
}

function keepItems(value: readonly JsonValue[], element: z.core.$ZodType, place: Place): JsonValue {
  return value.flatMap((item, at) => {
    const kept = keep(item, element, { ...place, field: `${place.field}/${at}` });
    return kept === undefined ? [] : [kept];
  });
}

function keepFields(
  value: { readonly [key: string]: JsonValue },
  { shape }: z.ZodObject,
  place: Place,
): JsonValue {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]) => {
      const at = { ...place, field: `${place.field}/${pointerToken(key)}` };
      const part = Object.hasOwn(shape, key) ? shape[key] : undefined;
      const kept = part === undefined ? takeOut(at, UNDECLARED) : keep(held, part, at);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

function keepPlain(value: string | number | boolean, place: Place): JsonValue {
  if (typeof value === 'boolean') return value;
  const { text, what } = hideSecrets(String(value));
  if (what.length === 0) return value;
  for (const one of what) takeOut(place, one);
  return text;
}

function takeOut({ field, notes }: Place, what: string): undefined {
  notes.withheld.push({ field, what });
}

const KEY_SHOWN_CHARS_MAX = 80;

/** A key of another's making may be a secret itself. */
function pointerToken(key: string): string {
  const { text } = hideSecrets(key.slice(0, KEY_SHOWN_CHARS_MAX));
  return text.replaceAll('~', '~0').replaceAll('/', '~1');
}

function counted(withheld: readonly Withheld[]): readonly Withheld[] {
  const more = withheld.length - WITHHELD_MAX;
  return more <= 0 ? withheld : [...withheld.slice(0, WITHHELD_MAX), { field: '', what: `and ${more} more` }];
}
