/**
 * A tool's arguments as a form: what a person can correct by hand, made from the tool's own schema. Plain data, so that
 * a surface can draw it without knowing tools.
 */
import type { Ask, JsonObject } from './ask.ts';
import type { FieldProblem } from './errors.ts';

/** What every field has. `id` is the JSON pointer of the argument. */
interface Field {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  /** Left empty, the argument is not given. */
  readonly optional: boolean;
}

/** One choice of a list: `value` is the argument's JSON. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** `value` is what stands there now: outside text. `kept` is what cannot be drawn: it stays as it is, and says why. */
export type FormField =
  | (Field & {
      readonly kind: 'text';
      readonly value: string;
      readonly charsMax: number;
      readonly lines: 'one' | 'many';
    })
  | (Field & {
      readonly kind: 'number';
      readonly value: string;
      readonly decimals: boolean;
      readonly min?: string;
      readonly max?: string;
    })
  | (Field & {
      readonly kind: 'choice';
      readonly value: string | undefined;
      readonly choices: readonly Choice[];
    })
  | (Field & {
      readonly kind: 'choices';
      readonly values: readonly string[];
      readonly choices: readonly Choice[];
    })
  | (Field & { readonly kind: 'kept'; readonly why: string });

/** What was filled in, by field id: text as typed, choices by their value; absent for what was left empty. */
export type Filled = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The arguments of a filled form, or what is wrong with it; `field` is then the id of a field of the form. */
export type FilledArguments =
  | { readonly kind: 'arguments'; readonly args: JsonObject }
  | { readonly kind: 'problems'; readonly problems: readonly FieldProblem[] };

/** Forms for asks, and arguments out of filled forms. */
export interface ArgumentForms {
  /** Undefined for a tool that is unknown or switched off here. */
  formOf(ask: Ask): readonly FormField[] | undefined;
  /** Reads a filled form of the same ask. What the form keeps is taken from the ask. */
  read(ask: Ask, filled: Filled): FilledArguments;
}
