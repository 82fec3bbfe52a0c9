/** Finds the parts of a schema that a caller, or a vendor, could make arbitrarily large or add unknown keys to. */
import { z } from 'zod';

interface Node {
  /** A list for what may also be null. */
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
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
 * One problem per part of arguments that is unbounded: objects must be strict, strings need a length and a pattern,
 * arrays a length, numbers both ends. Looks at the schema's JSON form, so it sees what callers are told.
 */
export function unboundedParts(schema: z.ZodType): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node;
  return root.type === 'object'
    ? problemsOf(root, { at: '', patterns: true })
    : ['arguments must be an object'];
}

/** As `unboundedParts` for what a tool answers with, where a string needs a length only and anything may be the root. */
export function unboundedAnswers(schema: z.ZodType): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Node;
  return problemsOf(root, { at: '', patterns: false }).map((problem) => `output ${problem}`);
}

interface Place {
  readonly at: string;
  /** Whether strings need a pattern. What others wrote has none: it is shown as plain text everywhere. */
  readonly patterns: boolean;
}

function problemsOf(node: Node, place: Place): readonly string[] {
  const { at } = place;
  const choice = node.anyOf ?? node.oneOf;
  if (choice !== undefined) return choice.flatMap((part) => problemsOf(part, place));
  if (typeof node.type === 'object') return node.type.flatMap((type) => problemsOf({ ...node, type }, place));
  if (node.const !== undefined || node.enum !== undefined) return [];
  if (node.type === 'boolean' || node.type === 'null') return [];
  if (node.type === 'object') return objectProblems(node, place);
  if (node.type === 'array') return listProblems(node, place);
  if (node.type === 'string') return stringProblems(node, place);
  if (node.type === 'integer' || node.type === 'number') {
    const bounded = node.minimum !== undefined && node.maximum !== undefined;
    return bounded ? [] : [`"${at}" needs a smallest and a largest value`];
  }
  return [`"${at}" has a form that cannot be bounded`];
}

function stringProblems({ maxLength, pattern }: Node, { at, patterns }: Place): readonly string[] {
  if (patterns && (maxLength === undefined || pattern === undefined))
    return [`"${at}" needs a largest length and a pattern`];
  return maxLength === undefined ? [`"${at}" needs a largest length`] : [];
}

function listProblems({ items, maxItems }: Node, { at, patterns }: Place): readonly string[] {
  const inside =
    items === undefined ? [`"${at}" must say what it holds`] : problemsOf(items, { at: `${at}/*`, patterns });
  return maxItems === undefined ? [`"${at}" needs a largest count`, ...inside] : inside;
}

function objectProblems(node: Node, { at, patterns }: Place): readonly string[] {
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, part]) =>
    problemsOf(part, { at: `${at}/${key}`, patterns }),
  );
  return node.additionalProperties === false ? inner : [`"${at}" must refuse unknown keys`, ...inner];
}
