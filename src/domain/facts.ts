/** The facts a policy decides on, for one step. Chosen and typed by us; raw arguments never reach the engine. */
import type { Reversibility, Target, ToolEffect } from './ask.ts';

export type Environment = 'prod' | 'staging' | 'dev';

export interface StepFacts {
  readonly agent: {
    readonly id: string;
    readonly profile: string;
    readonly owner: string;
    readonly suspended: boolean;
    /** Highest data tier this agent is cleared for. */
    readonly maxTier: 1 | 2 | 3 | 4;
  };
  readonly tool: string;
  readonly effect: ToolEffect;
  readonly reversibility: Reversibility;
  readonly target: Target;
  readonly environment: Environment;
  /** The agent's own confidence, 0 to 1; 1 when it gave none, so that giving one can only raise risk. */
  readonly confidence: number;
  /** Money moved by this step, in cents; 0 for tools that move none. */
  readonly amountCents: number;
  readonly changeFreeze: boolean;
  /** Steps in the whole request. */
  readonly stepCount: number;
  readonly now: Date;
}
