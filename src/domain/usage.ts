/**
 * What was done and refused lately: the counts and sums that limits are rules about.
 *
 * A change counts from the moment its intent is written down, so the intent is the reservation: two requests at once
 * can't both pass a limit. It stops counting when it is known to have failed. Reads and denials are observations.
 */
import type { ToolEffect } from './ask.ts';

/** One window of one subject. `steps` ran or are about to; `denied` were refused by policy; `cents` were moved. */
export interface Tally {
  readonly steps: number;
  readonly denied: number;
  readonly cents: number;
}

/**
 * Sliding windows of one hour and 24 hours, this step not counted. `agent`: everything this agent did; `tool`: every
 * agent of the tenant with this tool; `target`: every agent of the tenant on this target. Earlier steps of the same
 * request count.
 */
export interface Recent {
  readonly agentHour: Tally;
  readonly agentDay: Tally;
  readonly toolHour: Tally;
  readonly toolDay: Tally;
  readonly targetHour: Tally;
  readonly targetDay: Tally;
  /** The highest data tier read in the last 24 hours by the session, or by the agent where it has none; 0 for nothing. */
  readonly readTier: number;
}

const NOTHING: Tally = Object.freeze({ steps: 0, denied: 0, cents: 0 });

/** Nothing happened lately: the neutral value where no rule asks. */
export const NOTHING_RECENT: Recent = Object.freeze({
  agentHour: NOTHING,
  agentDay: NOTHING,
  toolHour: NOTHING,
  toolDay: NOTHING,
  targetHour: NOTHING,
  targetDay: NOTHING,
  readTier: 0,
});

/** Who a step is counted for. */
export interface Doer {
  readonly agent: string;
  readonly tenant: string;
  readonly session: string | null;
}

/** The step whose recent past is asked for. Rows of this request from `step` on are left out. */
export interface UsageQuery extends Doer {
  readonly request: string;
  readonly step: number;
  readonly tool: string;
  readonly target: string;
  readonly now: Date;
}

/** A step of the same request that will have run before this one, as judging counts it in advance. */
export interface EarlierStep {
  readonly tool: string;
  readonly target: string;
  readonly effect: ToolEffect;
  readonly tier: number;
  readonly amountCents: number;
}

/** What is remembered of a read that ran, or of a step that policy denied. Unique by request, step and kind. */
export interface Observation extends Doer {
  readonly kind: 'read' | 'denied';
  readonly request: string;
  readonly step: number;
  readonly tool: string;
  readonly target: string;
  readonly tier: number;
}

/** `recent` with the earlier steps of the same request counted in, as if they had just run. Pure. */
export function withEarlier(
  recent: Recent,
  { tool, target }: Pick<UsageQuery, 'tool' | 'target'>,
  earlier: readonly EarlierStep[],
): Recent {
  const add = (tally: Tally, steps: readonly EarlierStep[]): Tally => ({
    ...tally,
    steps: tally.steps + steps.length,
    cents: tally.cents + steps.reduce((sum, { amountCents }) => sum + amountCents, 0),
  });
  const ofTool = earlier.filter((step) => step.tool === tool);
  const ofTarget = earlier.filter((step) => step.target === target);
  const read = earlier.filter(({ effect }) => effect === 'read').map(({ tier }) => tier);
  return {
    agentHour: add(recent.agentHour, earlier),
    agentDay: add(recent.agentDay, earlier),
    toolHour: add(recent.toolHour, ofTool),
    toolDay: add(recent.toolDay, ofTool),
    targetHour: add(recent.targetHour, ofTarget),
    targetDay: add(recent.targetDay, ofTarget),
    readTier: Math.max(recent.readTier, ...read),
  };
}
