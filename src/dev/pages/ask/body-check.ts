/** What the page says about a body before it is sent. The agents' door decides; this only saves a round trip. */

export type CheckedBody =
  /** `doubts`: the door will most likely refuse it, but trying is allowed: its refusals are worth seeing. */
  | {
      readonly ok: true;
      readonly request: Readonly<Record<string, unknown>>;
      readonly doubts: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

const STEPS_MAX = 20;

/** Reads the text of the editor. Only text that is no JSON object can't be sent at all. */
export function checkBody(text: string): CheckedBody {
  if (text.trim() === '') return { ok: false, problem: 'Write a request, or choose a prepared one.' };
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value))
      return { ok: false, problem: 'A JSON object is wanted: { "tool": …, "args": …, "reason": … }' };
    return { ok: true, request: value, doubts: doubtsAbout(value) };
  } catch (error) {
    return { ok: false, problem: `Not JSON: ${where(text, error)}` };
  }
}

function doubtsAbout(request: Readonly<Record<string, unknown>>): readonly string[] {
  const doubts: string[] = [];
  const { reason, tool, steps } = request;
  if (typeof reason !== 'string' || reason.trim() === '') doubts.push('“reason” is missing');
  if (tool === undefined && steps === undefined) doubts.push('“tool” with “args”, or “steps”, is missing');
  if (tool !== undefined && steps !== undefined) doubts.push('either “tool” or “steps”, not both');
  if (steps !== undefined && !Array.isArray(steps)) doubts.push('“steps” is no list');
  if (Array.isArray(steps) && (steps.length < 1 || steps.length > STEPS_MAX)) {
    doubts.push(`“steps” has ${steps.length} entries: 1 to ${STEPS_MAX} wanted`);
  }
  const asks: readonly unknown[] = Array.isArray(steps) ? steps : tool === undefined ? [] : [request];
  for (const [index, step] of asks.entries()) {
    const name = Array.isArray(steps) ? `step ${index + 1}` : 'the request';
    if (!isObject(step) || typeof step.tool !== 'string') doubts.push(`${name} names no “tool”`);
    else if (!isObject(step.args)) doubts.push(`${name} has no “args” object`);
  }
  return doubts;
}

/** What V8 says of a syntax error: with line and column where it names an offset, else with the text it quotes. */
function where(text: string, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  const offset = / at position (\d+)/.exec(words);
  if (offset === null) return words.replace(/, (?:\.\.\.)?"([\s\S]*)" is not valid JSON$/, ' near: $1');
  const before = text.slice(0, Number(offset[1])).split('\n');
  const what = words.slice(0, offset.index).replace(/ in JSON$/, '');
  return `${what} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
