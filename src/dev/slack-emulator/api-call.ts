/** How a Web API method reads its arguments and words its answer. */

/** The arguments of one call, from a form, a query or a JSON body alike. */
export type Args = Readonly<Record<string, unknown>>;

/** Slack's error envelope; `messages` say what is wrong where, as Slack does for blocks and views. */
export interface Refusal {
  readonly ok: false;
  readonly error: string;
  readonly errors?: readonly string[];
  readonly response_metadata?: { readonly messages: readonly string[] };
}

/** What a method sends back, always under HTTP 200 as Slack does. */
export type Answer = { readonly ok: true; readonly [field: string]: unknown } | Refusal;

/** One Web API method. Refuses by answering, never by throwing. */
export type Method = (args: Args) => Answer;

/** Words a refusal. `messages` go where Slack's clients look for them. */
export function refuse(error: string, messages: readonly string[] = []): Refusal {
  return messages.length === 0
    ? { ok: false, error }
    : { ok: false, error, errors: messages, response_metadata: { messages } };
}

/** A text argument; numbers count as text, anything else as absent. */
export function textOf(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** Whether a boolean argument is set, in any of the spellings Slack takes. */
export function flagOf(args: Args, name: string): boolean {
  return [true, 'true', '1', 1].includes(args[name] as boolean | string | number);
}

/** A structured argument: a form carries it as JSON text. Text that is no JSON comes back as that text. */
export function jsonOf(args: Args, name: string): unknown {
  const value = args[name];
  if (typeof value !== 'string') return value;
  if (value === '') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
