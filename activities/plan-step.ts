/** One step as people are shown it, made in one place for the plan, its digest and the executor's comparison. */
import type { Ask, JsonObject } from '../src/domain/ask.ts';
import { askDigest } from '../src/domain/digest.ts';
import type { PlanStep } from '../src/domain/plan.ts';
import type { Inspection, Tool, ToolContext } from '../src/tools/define-tool.ts';
import { lookingContext, type Workbench } from './tool-context.ts';

/** `tool` and `args` are what runs; `seen` is absent for steps that have no state worth binding to, or ran already. */
export function planStepOf(step: {
  readonly index: number;
  readonly ask: Ask;
  readonly tool: Tool;
  readonly args: JsonObject;
  readonly seen?: Inspection | undefined;
}): PlanStep {
  const { index, ask, tool, args, seen } = step;
  return {
    index,
    ask: askDigest(ask),
    tool: tool.name,
    title: tool.title,
    effect: tool.effect,
    reversibility: tool.reversibility,
    target: seen?.target ?? tool.target(args),
    ...(seen === undefined ? {} : { fingerprint: seen.fingerprint }),
    facts: [...tool.preview(args), ...(seen?.facts ?? [])],
    undo: tool.undoSentence?.(args) ?? null,
  };
}

/** Reads a step's target as it is now; undefined for tools without a state worth binding to. */
export async function lookAt(
  { tool, args }: { readonly tool: Tool; readonly args: JsonObject },
  asker: ToolContext['asker'],
  bench: Workbench,
): Promise<Inspection | undefined> {
  return tool.inspect?.(args, lookingContext(asker, bench));
}
