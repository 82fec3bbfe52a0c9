/** An ask as its tool reads it: parsed, with everything that follows from the arguments alone. */
import type { Ask, JsonObject, Target } from '../src/domain/ask.ts';
import { CountersignError, impossible } from '../src/domain/errors.ts';
import type { Agent } from '../src/domain/people.ts';
import type { EarlierStep } from '../src/domain/usage.ts';
import { highestTier, inputTier, strictest, type Tier } from '../src/tools/data-tiers.ts';
import type { Tool } from '../src/tools/define-tool.ts';
import type { Registry } from '../src/tools/registry.ts';

/** The tool of an ask and its parsed arguments. Throws `unknown-tool`, `unknown-field` or `invalid-field`. */
export function asked(
  { tool: name, args }: Ask,
  registry: Registry,
): { readonly tool: Tool; readonly args: JsonObject } {
  const parsed = registry.parse(name, args);
  return { tool: registry.get(name) ?? impossible(`"${name}" parses but is not registered`), args: parsed };
}

/** The smaller tool a policy named, with the arguments it takes over. */
export function shrink(
  tool: Tool,
  args: JsonObject,
  smaller: string,
  registry: Registry,
): ReturnType<typeof asked> {
  const map = tool.smaller?.[smaller];
  if (map === undefined) {
    throw new CountersignError(
      'misconfigured',
      `Cannot downscope "${tool.name}": it has no smaller "${smaller}"`,
    );
  }
  return asked({ tool: smaller, args: map(args) }, registry);
}

/** A call of a tool: what it touches, how sensitive that is, what it moves. */
export interface Call {
  readonly tool: Tool;
  readonly args: JsonObject;
  /** `tier` is the highest of the target and of the input fields that were given. */
  readonly target: Target;
  readonly amountCents: number;
}

/** Throws what the tool's own functions throw for arguments they cannot read. */
export function callOf({ tool, args }: ReturnType<typeof asked>): Call {
  const target = tool.target(args);
  const given = inputTier(tool, args);
  return {
    tool,
    args,
    target: given > target.tier ? { ...target, tier: given } : target,
    amountCents: tool.amountCents?.(args) ?? 0,
  };
}

/** The call as limits count it in advance for the steps that come after it. */
export function earlierStep(call: Call, agent: Pick<Agent, 'maxTier'>): EarlierStep {
  const { tool, target, amountCents } = call;
  const { name, effect } = tool;
  return { tool: name, target: target.id, effect, tier: tierSeen(call, agent), amountCents };
}

/** The most sensitive data that this agent can get to see by the call: of its target, or of what it answers with. */
export function tierSeen({ tool, target }: Call, { maxTier }: Pick<Agent, 'maxTier'>): Tier {
  const answered = highestTier(tool.output);
  return strictest(target.tier, answered < maxTier ? answered : maxTier);
}
