/**
 * Forms for correcting a step's arguments by hand, made from its tool's schema. What has no field of its own kind is
 * JSON in a text field; what must not or cannot be shown is kept and says so: nothing is dropped silently.
 */
import type { Ask, JsonObject, JsonValue } from '../domain/ask.ts';
import type { ArgumentForms, Choice, Filled, FilledArguments, FormField } from '../domain/edit-form.ts';
import { CountersignError, type FieldProblem } from '../domain/errors.ts';
import { hideCredentials } from '../domain/secrets/hide-credentials.ts';
import { type ArgumentPart, argumentParts, type Node, pointerOf, valueAt } from './argument-parts.ts';
import type { Tool } from './define-tool.ts';
import type { Registry } from './registry.ts';

/** More fields than this are no form; the others are kept. */
export const FIELDS_MAX = 40;
/** A field's text, and that of all fields together, may be this long; what is longer already is kept. */
const CHARS_MAX = 20_000;
const ONE_LINE_CHARS_MAX = 300;
const CHOICES_MAX = 99;
const CHOICE_LABEL_CHARS_MAX = 75;
const CHOICE_VALUE_CHARS_MAX = 150;

/** A field, and the argument that its filling stands for. `read` throws `Unreadable`. */
interface Entry {
  readonly part: ArgumentPart;
  readonly field: FormField;
  read(filled: string | readonly string[]): JsonValue;
}

class Unreadable extends Error {}

export function createArgumentForms(registry: Pick<Registry, 'get' | 'parse'>): ArgumentForms {
  return {
    formOf: ({ tool: name, args }) => {
      const tool = registry.get(name);
      return tool === undefined ? undefined : entriesOf(tool, args).map(({ field }) => field);
    },
    read: (ask, filled) => read(ask, filled, registry),
  };
}

function read(ask: Ask, filled: Filled, registry: Pick<Registry, 'get' | 'parse'>): FilledArguments {
  const tool = registry.get(ask.tool);
  if (tool === undefined) return { kind: 'problems', problems: [] };
  const entries = entriesOf(tool, ask.args);
  const args: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  for (const entry of entries) {
    try {
      put(args, entry.part.path, argumentOf(entry, filled[entry.field.id], ask.args));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push({ field: entry.field.id, problem: error.message });
    }
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  try {
    return { kind: 'arguments', args: plain(registry.parse(ask.tool, args)) };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const found = error.problems.map(({ field, problem }) => ({ field: placeOf(field, entries), problem }));
    return { kind: 'problems', problems: found };
  }
}

function argumentOf(entry: Entry, filled: Filled[string], args: JsonObject): JsonValue | undefined {
  if (entry.field.kind === 'kept') return valueAt(args, entry.part.path);
  const empty = filled === undefined || filled.length === 0;
  if (empty && entry.part.optional) return undefined;
  return entry.read(filled ?? '');
}

/** An absent argument still makes the objects around it, which are required. */
function put(args: Record<string, unknown>, path: readonly string[], value: JsonValue | undefined): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    if (value !== undefined) args[key] = value;
    return;
  }
  const inner = args[key] ?? {};
  args[key] = inner;
  put(inner as Record<string, unknown>, rest, value);
}

/** The tool's problems name places inside arguments; each is shown at the field that it is nearest to. */
function placeOf(pointer: string, entries: readonly Entry[]): string {
  const ids = entries.flatMap(({ field }) => (field.kind === 'kept' ? [] : [field.id]));
  const around = ids.find((id) => pointer === id || pointer.startsWith(`${id}/`));
  return around ?? ids.find((id) => id.startsWith(`${pointer}/`)) ?? ids[0] ?? '';
}

/** What runs later is read back from JSON; an argument that is `undefined` now must be absent now as well. */
function plain(args: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(args)) as JsonObject;
}

function entriesOf(tool: Tool, args: JsonObject): readonly Entry[] {
  let chars = 0;
  return argumentParts(tool).map((part, place) => {
    if (place >= FIELDS_MAX) return kept(part, 'There are too many arguments');
    const entry = entryOf(part, valueAt(args, part.path));
    chars += entry.field.kind === 'text' ? entry.field.value.length : 0;
    return chars > CHARS_MAX ? kept(part, 'All of it together is too long') : entry;
  });
}

function entryOf(part: ArgumentPart, value: JsonValue | undefined): Entry {
  if (part.secret) return kept(part, 'It is secret');
  const { node } = part;
  const choices = choicesOf(node);
  if (choices !== undefined) return choice(part, value, choices);
  if (node.type === 'integer' || node.type === 'number') return number(part, value);
  if (node.type === 'string') return string(part, value);
  if (node.type === 'array' && node.items !== undefined) return list(part, node.items, value);
  return json(part, value);
}

function choice(part: ArgumentPart, value: JsonValue | undefined, choices: readonly Choice[]): Entry {
  const now = value === undefined ? undefined : JSON.stringify(value);
  const shown = choices.some((one) => one.value === now) ? now : undefined;
  return {
    part,
    field: { ...common(part), kind: 'choice', value: shown, choices },
    read: (filled) => chosen(filled, choices),
  };
}

function number(part: ArgumentPart, value: JsonValue | undefined): Entry {
  const { type, minimum, maximum } = part.node;
  return {
    part,
    field: {
      ...common(part),
      kind: 'number',
      value: value === undefined ? '' : String(value),
      decimals: type === 'number',
      ...(minimum === undefined ? {} : { min: String(minimum) }),
      ...(maximum === undefined ? {} : { max: String(maximum) }),
    },
    read(filled) {
      const text = String(filled).trim();
      const read = text === '' ? Number.NaN : Number(text);
      if (!Number.isFinite(read)) throw new Unreadable('Want a number');
      return read;
    },
  };
}

function string(part: ArgumentPart, value: JsonValue | undefined): Entry {
  return text(
    part,
    typeof value === 'string' ? value : '',
    part.node.maxLength ?? CHARS_MAX,
    (filled) => filled,
  );
}

/** Choices where there are some, else an item a line; what cannot be a line stays JSON. */
function list(part: ArgumentPart, items: Node, value: JsonValue | undefined): Entry {
  const now = Array.isArray(value) ? value : [];
  const choices = choicesOf(items);
  if (choices !== undefined) {
    return {
      part,
      field: { ...common(part), kind: 'choices', values: now.map((one) => JSON.stringify(one)), choices },
      read: (filled) => [filled].flat().map((one) => chosen(one, choices)),
    };
  }
  const isLines = items.type === 'string' && now.every((one) => typeof one === 'string' && isLine(one));
  if (!isLines) return json(part, value);
  const { maxItems = CHARS_MAX } = part.node;
  const charsMax = Math.min(CHARS_MAX, maxItems * ((items.maxLength ?? CHARS_MAX) + 1));
  const entry = text(part, now.join('\n'), charsMax, (filled) =>
    filled
      .split(/\r?\n/)
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  );
  return entry.field.kind === 'text'
    ? { ...entry, field: hinted({ ...entry.field, lines: 'many' }, 'One a line') }
    : entry;
}

function json(part: ArgumentPart, value: JsonValue | undefined): Entry {
  const now = value === undefined ? '' : JSON.stringify(value, null, 2);
  const entry = text(part, now, CHARS_MAX, (filled) => {
    try {
      return JSON.parse(filled) as JsonValue;
    } catch {
      throw new Unreadable('Want JSON');
    }
  });
  return entry.field.kind === 'text'
    ? { ...entry, field: hinted({ ...entry.field, lines: 'many' }, 'As JSON') }
    : entry;
}

function text(
  part: ArgumentPart,
  value: string,
  charsMax: number,
  read: (filled: string) => JsonValue,
): Entry {
  if (value.length > CHARS_MAX) return kept(part, 'It is too long');
  // The card withholds it, and so must the form: what it shows first goes to Slack and back.
  if (hideCredentials(value) !== value) return kept(part, 'It holds what looks like a credential');
  const lines = charsMax > ONE_LINE_CHARS_MAX || !isLine(value) ? 'many' : 'one';
  return {
    part,
    field: { ...common(part), kind: 'text', value, charsMax: Math.min(CHARS_MAX, charsMax), lines },
    read: (filled) => read(String(filled)),
  };
}

function kept(part: ArgumentPart, why: string): Entry {
  return {
    part,
    field: { ...common(part), kind: 'kept', why: `${why}: it stays as it is` },
    read: () => null,
  };
}

function common({ path, node, optional }: ArgumentPart) {
  const { description } = node;
  return {
    id: pointerOf(path),
    label: path.join('.'),
    ...(description === undefined ? {} : { hint: description }),
    optional,
  };
}

function hinted(field: Extract<FormField, { kind: 'text' }>, how: string): FormField {
  return { ...field, hint: field.hint === undefined ? how : `${field.hint}. ${how}` };
}

/** Undefined where it is no choice, or one that a list to choose from cannot hold. */
function choicesOf(node: Node): readonly Choice[] | undefined {
  const values = node.type === 'boolean' ? [true, false] : node.enum;
  if (values === undefined || values.length === 0 || values.length > CHOICES_MAX) return undefined;
  const choices = values.map((one) => ({
    value: JSON.stringify(one),
    label:
      typeof one === 'boolean' ? (one ? 'yes' : 'no') : typeof one === 'string' ? one : JSON.stringify(one),
  }));
  const fits = ({ value, label }: Choice) =>
    value.length <= CHOICE_VALUE_CHARS_MAX && label.length <= CHOICE_LABEL_CHARS_MAX && label.trim() !== '';
  return choices.every(fits) ? choices : undefined;
}

function chosen(filled: string | readonly string[], choices: readonly Choice[]): JsonValue {
  const found = choices.find(({ value }) => value === filled);
  if (found === undefined) throw new Unreadable('Want one of the choices');
  return JSON.parse(found.value) as JsonValue;
}

function isLine(text: string): boolean {
  return !/[\r\n]/.test(text);
}
