/** The frozen set of tools of one installation: looked up by name, arguments parsed, schemas shown. */
import type { z } from 'zod';
import type { JsonObject } from '../domain/ask.ts';
import { CountersignError, type ErrorCode, type FieldProblem } from '../domain/errors.ts';
import { argsJsonSchema, type Tool } from './define-tool.ts';
import { didYouMean } from './did-you-mean.ts';

const PROBLEMS_MAX = 20;
const SHOWN_MAX = 80;

export interface Registry {
  /** Undefined for names that are unknown or switched off; the two are not told apart. */
  get(name: string): Tool | undefined;
  /** Names in alphabetical order. */
  names(): readonly string[];
  all(): readonly Tool[];
  /**
   * The tool's arguments as its schema makes them. Throws `unknown-tool`, `unknown-field` or `invalid-field`; fields
   * are JSON pointers within the arguments.
   */
  parse(name: string, args: unknown): JsonObject;
  /** JSON Schema of the arguments. Throws `unknown-tool`. */
  jsonSchema(name: string): JsonObject;
  /**
   * The same tools with none switched off: for finding out about, and undoing, effects of earlier. Nothing new may be
   * asked of it.
   */
  readonly whole: Registry;
}

/** Throws `misconfigured` for two tools of one name, and for a `disabled` or `smaller` name that no tool has. */
export function createRegistry(
  tools: readonly Tool[],
  { disabled = [] }: { readonly disabled?: readonly string[] } = {},
): Registry {
  refuseLooseEnds(tools, disabled);
  const whole = registryOf(tools);
  return registryOf(
    tools.filter(({ name }) => !disabled.includes(name)),
    whole,
  );
}

/** Without another `whole` it is its own. */
function registryOf(tools: readonly Tool[], whole?: Registry): Registry {
  const byName = new Map(tools.map((tool) => [tool.name, tool] as const));
  const names = Object.freeze([...byName.keys()].sort());
  const all = Object.freeze(names.flatMap((name) => byName.get(name) ?? []));
  const found = (name: string) => byName.get(name) ?? refuseUnknown(name, names);
  const registry: Registry = Object.freeze({
    get: (name: string) => byName.get(name),
    names: () => names,
    all: () => all,
    parse: (name: string, args: unknown) => parseArgs(found(name), args),
    jsonSchema: (name: string) => argsJsonSchema(found(name)),
    get whole() {
      return whole ?? registry;
    },
  });
  return registry;
}

function refuseLooseEnds(tools: readonly Tool[], disabled: readonly string[]): void {
  const names = tools.map(({ name }) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  const unknown = disabled.filter((name) => !names.includes(name));
  const smaller = tools
    .flatMap((tool) => Object.keys(tool.smaller ?? {}))
    .filter((name) => !names.includes(name));
  const problems = [
    ...twice.map((name) => ({ field: name, problem: 'is defined twice, wanted once' })),
    ...unknown.map((name) => ({ field: name, problem: 'is disabled but no tool has this name' })),
    ...smaller.map((name) => ({ field: name, problem: 'is named as a smaller tool but does not exist' })),
  ];
  const first = problems[0];
  if (first === undefined) return;
  const shown = show(first.field);
  throw new CountersignError('misconfigured', `Cannot make registry: ${shown} ${first.problem}`, {
    problems,
  });
}

function refuseUnknown(name: string, names: readonly string[]): never {
  const guess = didYouMean(name, names);
  const hint = guess === undefined ? '' : `, did you mean "${guess}"`;
  throw new CountersignError('unknown-tool', `Cannot find tool: ${show(name)} is not a tool here${hint}`);
}

function parseArgs(tool: Tool, args: unknown): JsonObject {
  const parsed = tool.input.safeParse(args);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const problems = issues.flatMap(problemsOf).slice(0, PROBLEMS_MAX);
  const code: ErrorCode = issues.some(({ code }) => code === 'unrecognized_keys')
    ? 'unknown-field'
    : 'invalid-field';
  const first = problems[0] ?? { field: '', problem: 'is not valid' };
  throw new CountersignError(
    code,
    `Cannot read arguments of "${tool.name}": ${show(first.field)}: ${first.problem}`,
    { problems },
  );
}

function problemsOf(issue: z.core.$ZodIssue): readonly FieldProblem[] {
  const at = issue.path.map((part) => `/${pointerToken(String(part))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ field: at, problem: issue.message }];
  return issue.keys.map((key) => ({ field: `${at}/${pointerToken(key)}`, problem: 'Unknown field' }));
}

function pointerToken(key: string): string {
  const short = key.length > SHOWN_MAX ? `${key.slice(0, SHOWN_MAX)}…` : key;
  return short.replaceAll('~', '~0').replaceAll('/', '~1');
}

function show(text: string): string {
  return JSON.stringify(text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}
