/** Finds the parts of a schema that a caller could make arbitrarily large or add unknown keys to. */
import { z } from 'zod';

interface Node {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly items?: Node;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * One problem per part that is unbounded: objects must be strict, strings need a length and a pattern, arrays a
 * length, numbers both ends. Looks at the schema's JSON form, so it sees what callers are told.
 */
export function unboundedParts(schema: z.ZodType): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  return root.type === 'object' ? problemsOf(root, '') : ['arguments must be an object'];
}

function problemsOf(node: Node, at: string): readonly string[] {
  if (node.const !== undefined || node.enum !== undefined || node.type === 'boolean') return [];
  if (node.anyOf !== undefined) return node.anyOf.flatMap((part) => problemsOf(part, at));
  if (node.type === 'object') return objectProblems(node, at);
  if (node.type === 'array') {
    const items =
      node.items === undefined ? [`"${at}" must say what it holds`] : problemsOf(node.items, `${at}/*`);
    return node.maxItems === undefined ? [`"${at}" needs a largest count`, ...items] : items;
  }
  if (node.type === 'string') {
    const bounded = node.maxLength !== undefined && node.pattern !== undefined;
    return bounded ? [] : [`"${at}" needs a largest length and a pattern`];
  }
  if (node.type === 'integer' || node.type === 'number') {
    const bounded = node.minimum !== undefined && node.maximum !== undefined;
    return bounded ? [] : [`"${at}" needs a smallest and a largest value`];
  }
  return [`"${at}" has a form that cannot be bounded`];
}

function objectProblems(node: Node, at: string): readonly string[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, part]) =>
    problemsOf(part, `${at}/${key}`),
  );
  return node.additionalProperties === false ? inner : [`"${at}" must refuse unknown keys`, ...inner];
}
