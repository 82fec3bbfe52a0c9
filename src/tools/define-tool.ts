/**
 * Tools: named, narrow, typed capabilities over the vendors' own clients.
 *
 * This room promises that a tool says truthfully what it touches, what it would change and how it is taken back, and
 * that every write carries the idempotency key where the vendor has one. It refuses to decide whether a tool may run:
 * that is policy's, asked by `activities/execute.ts`, the only caller of `execute` and `undo`. The gateway reads names
 * and schemas only.
 */
import { z } from 'zod';
import type { JsonObject, JsonValue, Reversibility, Target, ToolEffect } from '../domain/ask.ts';
import { CountersignError } from '../domain/errors.ts';
import type { Fact } from '../domain/plan.ts';
import type { AccessBook } from '../domain/ports.ts';
import { highestTier, tierProblems } from './data-tiers.ts';
import { unboundedAnswers, unboundedParts } from './schema-bounds.ts';
import type { Vendors } from './vendors.ts';

/** What a running tool is given. `signal` aborts when the activity is cancelled or out of time. */
export interface ToolContext {
  readonly vendors: Vendors;
  /** Stable over retries; pass it on wherever the vendor honours one. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** Who asked, as the gateway sealed it, and in which request. Only tools about the agent itself look at it. */
  readonly asker: { readonly agent: string; readonly request: string };
  /** Where access given for a while is kept; only `access.request` writes it. */
  readonly access: AccessBook;
}

/** What was found about a target by looking: an immutable id, a hash of its state, and facts for people. */
export interface Inspection {
  /** The target with its immutable part resolved (branch + commit). */
  readonly target: Target;
  readonly fingerprint: string;
  readonly facts: readonly Fact[];
}

/**
 * A tool's definition. `Args` is what `input` parses to.
 *
 * - `target` and `amountCents` are pure and see only parsed arguments; policy decides on them.
 * - `inspect` (the issue's `fingerprint`) reads the vendor; it never writes. Absent where there is no state worth binding to.
 * - `preview` is what people read: labels are ours, values may hold outside text.
 * - `capture` reads what an undo will need, before the effect. Required with `undo`.
 * - `execute` does it once; it throws `OutsideError` (sorted in `vendor-errors.ts`) for anything but success.
 * - `find` asks the vendor whether an effect of unknown fate happened; returns its result, or undefined when it did not.
 * - `undo` takes it back and tolerates "it never happened" and "already undone".
 */
export interface ToolDefinition<Args extends JsonObject = JsonObject> {
  readonly name: string;
  /** One sentence for agents. */
  readonly summary: string;
  /** Verb and object for people, e.g. `Delete branch`. */
  readonly title: string;
  /**
   * What may be asked. `.meta({ policyFact: true })` on a whole number, a boolean or a choice lets rules read it;
   * `.meta({ tier: 3 })` says how sensitive a field is when it is given.
   */
  readonly input: z.ZodType<Args>;
  /**
   * What `execute` and `find` answer with. A field's `.meta({ tier: 3 })` is its data tier (1 where none is given): an
   * agent cleared for less gets the result without it.
   */
  readonly output: z.ZodType<JsonValue>;
  readonly effect: ToolEffect;
  readonly reversibility: Reversibility;
  target(args: Args): Target;
  amountCents?(args: Args): number;
  /** Mail addresses it would write to; a session's declared task may bound them. */
  recipients?(args: Args): readonly string[];
  inspect?(args: Args, context: ToolContext): Promise<Inspection>;
  preview(args: Args): readonly Fact[];
  capture?(args: Args, context: ToolContext): Promise<JsonValue>;
  execute(args: Args, context: ToolContext, captured: JsonValue): Promise<JsonValue>;
  find?(args: Args, context: ToolContext, captured: JsonValue): Promise<JsonValue | undefined>;
  /** How it is taken back, in one sentence for the card. Required with `undo`. */
  undoSentence?(args: Args): string;
  undo?(
    args: Args,
    context: ToolContext,
    state: { readonly captured: JsonValue; readonly result: JsonValue },
  ): Promise<Undone>;
  /** Smaller tools a policy may replace this one by, with the mapping of arguments. */
  readonly smaller?: Readonly<Record<string, (args: Args) => JsonObject>>;
}

/** A tool with its argument type forgotten, as the registry and the activities hold it. */
export type Tool = Readonly<Omit<ToolDefinition, 'input'>> & { readonly input: z.ZodType<JsonObject> };

/**
 * What every `undo` of the catalogue resolves to. `undone: false` means there was nothing to take back: it never
 * happened, or was taken back already. An undo that cannot be done rejects with a final OutsideError.
 */
export type Undone = { readonly undone: boolean; readonly sentence: string };

const NAME = /^[a-z]{2,20}\.[a-z]+(?:_[a-z]+)*$/;

/**
 * Checks a definition and freezes it. Throws `misconfigured` with every broken rule: a tool that could not be bounded,
 * found again or taken back as it claims must not start.
 */
export function defineTool<Args extends JsonObject>(definition: ToolDefinition<Args>): Tool {
  // The registry parses arguments before any of the methods sees them, so forgetting `Args` here is sound.
  const tool = definition as unknown as Tool;
  const problems = [...wordProblems(tool), ...promiseProblems(tool), ...schemaProblems(tool)];
  if (problems.length > 0) {
    throw new CountersignError('misconfigured', `Cannot define tool "${tool.name}": ${problems.join('; ')}`, {
      problems: problems.map((problem) => ({ field: tool.name, problem })),
    });
  }
  if (tool.smaller !== undefined) Object.freeze(tool.smaller);
  return Object.freeze(tool);
}

/** What rules about "who has read this" are about begins here. */
const READ_TIER = 3;

function wordProblems({ name, summary, title }: Tool): readonly string[] {
  return [
    ...when(!NAME.test(name) || name.length > 60, 'name must read "provider.verb_noun"'),
    ...when(!/^[A-Z].{9,199}$/.test(summary), 'summary must be one sentence of 10 to 200 characters'),
    ...when(!/^[A-Z].{2,59}$/.test(title), 'title must be verb and object in 3 to 60 characters'),
  ];
}

function promiseProblems(tool: Tool): readonly string[] {
  const changes = tool.effect !== 'read';
  const undoable = tool.undo !== undefined;
  const mustUndo = changes && tool.reversibility !== 'irreversible';
  return [
    ...when(!changes && (undoable || tool.find !== undefined), 'a read has no undo and no find'),
    ...when(
      !changes && tool.reversibility !== 'reversible',
      'a read is "reversible": it leaves nothing behind',
    ),
    ...when(changes && !undoable && mustUndo, `"${tool.reversibility}" needs undo`),
    ...when(changes && undoable && !mustUndo, '"irreversible" has no undo'),
    ...when(undoable && tool.capture === undefined, 'undo needs capture'),
    ...when(undoable !== (tool.undoSentence !== undefined), 'undo and undoSentence come together'),
    ...when(changes && tool.find === undefined, 'a tool that changes something needs find'),
    ...when(
      (tool.effect === 'money') !== (tool.amountCents !== undefined),
      'money and amountCents come together',
    ),
    ...when(Object.keys(tool.smaller ?? {}).includes(tool.name), 'smaller must name other tools'),
    ...when(
      changes && highestTier(tool.output) >= READ_TIER,
      `an answer of tier ${READ_TIER} or more needs a read: only reads count as having seen it`,
    ),
  ];
}

function schemaProblems({ input, output }: Tool): readonly string[] {
  return [
    ...unboundedParts(input),
    ...tierProblems(input),
    ...unboundedAnswers(output),
    ...tierProblems(output).map((problem) => `output ${problem}`),
  ];
}

function when(broken: boolean, problem: string): readonly string[] {
  return broken ? [problem] : [];
}

/**
 * The JSON Schema (2020-12) of a tool's arguments as a caller gives them: defaults need not be sent. What policy makes
 * of a field is not told.
 */
export function argsJsonSchema(tool: Pick<Tool, 'input'>): JsonObject {
  return z.toJSONSchema(tool.input, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.tier;
      delete jsonSchema.policyFact;
    },
  }) as JsonObject;
}
