/**
 * Parsed bundles in the engine's memory.
 *
 * The engine keeps what it has parsed by name, for the life of the thread, and frees it only when the name is used
 * again. So there are a few names, handed to the bundles that ask most recently; a bundle that lost its name is parsed
 * again when it asks next (some 30 ms). The list below is the engine's own state seen from here, hence one per thread.
 */
import type { CheckParseAnswer, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { CountersignError, impossible } from '../domain/errors.ts';
import type { Engine } from './engine.ts';
import type { RuleSet } from './rules.ts';

/** What the engine must have parsed for a bundle. */
export interface Parsable {
  readonly schema: SchemaJson<string>;
  readonly policies: Readonly<Record<RuleSet, Readonly<Record<string, string>>>>;
}

/** Enough for the bundle in force, a candidate, a shadow and one to compare with, and some to spare. */
export const SLOTS_MAX = 8;

/** Least recently used first; `name` is taken over from the first when all are held. */
const held: { readonly name: string; readonly holder: Parsable }[] = [];

/** The slot that holds the bundle, parsed. Throws `misconfigured` when the engine refuses to parse it. */
export function slotOf(engine: Engine, bundle: Parsable): string {
  const at = held.findIndex(({ holder }) => holder === bundle);
  const [mine] = at < 0 ? [] : held.splice(at, 1);
  if (mine !== undefined) {
    held.push(mine);
    return mine.name;
  }
  const name = freeName() ?? held.shift()?.name ?? impossible('no slot is free and none is held');
  parseInto(engine, name, bundle);
  held.push({ name, holder: bundle });
  return name;
}

function freeName(): string | undefined {
  const names = Array.from({ length: SLOTS_MAX }, (_, index) => `slot-${index}`);
  return names.find((name) => !held.some((slot) => slot.name === name));
}

/** The engine's name for one rule set in a slot. */
export function setName(slot: string, set: RuleSet): string {
  return `${slot}/${set}`;
}

function parseInto(engine: Engine, slot: string, { schema, policies }: Parsable): void {
  expectParsed(engine.preparseSchema(slot, schema));
  for (const set of ['authority', 'gates'] as const) {
    expectParsed(engine.preparsePolicySet(setName(slot, set), { staticPolicies: { ...policies[set] } }));
  }
}

function expectParsed(answer: CheckParseAnswer): void {
  if (answer.type === 'success') return;
  throw new CountersignError(
    'misconfigured',
    `Cannot load policy: engine answered "${answer.errors[0]?.message ?? ''}"`,
  );
}
