/**
 * The parts of a tool's arguments that people look at and correct one by one: required objects are taken apart, all the
 * rest stays whole. Read from the JSON form of the tool's schema, which is what callers are told as well.
 */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../domain/ask.ts';
import { isObject } from './data-tiers.ts';
import type { Tool } from './define-tool.ts';

/** What of JSON Schema a tool's arguments are made of. */
export interface Node {
  readonly type?: string | readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly tier?: unknown;
}

export interface ArgumentPart {
  readonly path: readonly string[];
  readonly node: Node;
  /** It need not be given. */
  readonly optional: boolean;
  /** Of data tier 4: never shown, so never edited by hand either. */
  readonly secret: boolean;
}

const DEPTH_MAX = 4;

/** In the order of the schema. Every argument is in exactly one part. */
export function argumentParts({ input }: Pick<Tool, 'input'>): readonly ArgumentPart[] {
  const root = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Node;
  return partsOf({ path: [], node: root, optional: false, secret: false });
}

/** The value of a part in arguments; undefined where it is not given. */
export function valueAt(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    args,
  );
}

/** JSON pointer of a part. */
export function pointerOf(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function partsOf(part: ArgumentPart): readonly ArgumentPart[] {
  const { path, node, optional } = part;
  const secret = part.secret || node.tier === 4;
  const inner = Object.entries(node.properties ?? {});
  if (optional || node.type !== 'object' || inner.length === 0 || path.length >= DEPTH_MAX)
    return [{ ...part, secret: secret || hasSecret(node) }];
  return inner.flatMap(([key, child]) =>
    partsOf({
      path: [...path, key],
      node: child,
      optional: !(node.required ?? []).includes(key),
      secret,
    }),
  );
}

/** Whether anything inside is secret: what is shown whole is then not shown at all. */
function hasSecret(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return ('tier' in node && node.tier === 4) || Object.values(node).some(hasSecret);
}
