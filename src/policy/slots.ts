/**
 * Parsed rules in the engine's memory.
 *
 * The engine keeps what it has parsed by name, for the life of the thread, and frees it only when the name is used
 * again. So there are a few names, handed to the bundles that ask most recently; a bundle that lost its name is parsed
 * again when it asks next. Rules are parsed tool by tool, when a tool is first asked about: the engine looks at every
 * rule it is handed. The list below is the engine's own state seen from here, hence one per thread.
 */
import type { CheckParseAnswer, SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { CountersignError, impossible } from '../domain/errors.ts';
import type { Engine } from './engine.ts';

/** A bundle, as this file knows it: by being the same object. */
type Holder = object;

/** Some rules of a bundle with their schema. `part` tells them from the bundle's others; a bundle has few, ever the same. */
export interface Part {
  readonly part: string;
  schema(): SchemaJson<string>;
  policies(): Readonly<Record<string, string>>;
}

/** The engine's names for what it has parsed. */
export interface Parsed {
  readonly preparsedSchemaName: string;
  readonly preparsedPolicySetId: string;
}

interface Slot {
  readonly name: string;
  readonly holder: Holder;
  /** Parts of the holder; of an earlier holder's parts nothing is left here. */
  readonly parts: Set<string>;
}

/** Enough for the bundle in force, a candidate, a shadow and one to compare with, and some to spare. */
export const SLOTS_MAX = 8;

/** Least recently used first; `name` is taken over from the first when all are held. */
const held: Slot[] = [];

/** Names under which the engine holds a part of the bundle. Throws `misconfigured` when it refuses to parse it. */
export function parsedPart(engine: Engine, bundle: Holder, { part, schema, policies }: Part): Parsed {
  const { name: slot, parts } = slotOf(bundle);
  const name = `${slot}/${part}`;
  if (!parts.has(part)) {
    expectParsed(engine.preparseSchema(name, schema()));
    expectParsed(engine.preparsePolicySet(name, { staticPolicies: { ...policies() } }));
    parts.add(part);
  }
  return { preparsedSchemaName: name, preparsedPolicySetId: name };
}

function slotOf(holder: Holder): Slot {
  const last = held.at(-1);
  if (last?.holder === holder) return last;
  const at = held.findIndex((slot) => slot.holder === holder);
  const [mine] = at < 0 ? [] : held.splice(at, 1);
  const slot = mine ?? { name: takenName(), holder, parts: new Set() };
  held.push(slot);
  return slot;
}

function takenName(): string {
  return freeName() ?? held.shift()?.name ?? impossible('no slot is free and none is held');
}

function freeName(): string | undefined {
  const names = Array.from({ length: SLOTS_MAX }, (_, index) => `slot-${index}`);
  return names.find((name) => !held.some((slot) => slot.name === name));
}

function expectParsed(answer: CheckParseAnswer): void {
  if (answer.type === 'success') return;
  throw new CountersignError(
    'misconfigured',
    `Cannot load policy: engine answered "${answer.errors[0]?.message ?? ''}"`,
  );
}
