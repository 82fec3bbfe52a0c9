/** Gathers the facts policy decides on. Pure: everything that must be looked up arrives looked up. */
import type { Reversibility, Target, ToolEffect } from '../domain/ask.ts';
import type { StepFacts } from '../domain/facts.ts';
import type { Agent } from '../domain/people.ts';
import { type Calendar, changeFreeze } from './calendar.ts';

/** What is known about one step. `confidence` is the agent's own, absent or null when it gave none. */
export interface FactSources {
  readonly agent: Agent;
  readonly tool: {
    readonly name: string;
    readonly effect: ToolEffect;
    readonly reversibility: Reversibility;
  };
  readonly target: Target;
  readonly amountCents?: number;
  readonly confidence?: number | null;
  readonly stepCount: number;
  readonly calendar: Calendar;
  readonly now: Date;
}

/**
 * An absent confidence counts as 1, so that giving one can only raise risk; an absent amount is 0, for tools that move
 * no money. Values out of bounds are passed on: the policy refuses them.
 */
export function gatherFacts({
  agent,
  tool,
  target,
  amountCents = 0,
  confidence,
  stepCount,
  calendar,
  now,
}: FactSources): StepFacts {
  const { id, profile, owner, suspended, maxTier, environment } = agent;
  return {
    agent: { id, profile, owner, suspended, maxTier },
    tool: tool.name,
    effect: tool.effect,
    reversibility: tool.reversibility,
    target,
    environment,
    confidence: confidence ?? 1,
    amountCents,
    changeFreeze: changeFreeze(calendar, environment, now) !== undefined,
    stepCount,
    now,
  };
}
