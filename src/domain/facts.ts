/**
 * The facts a policy decides on, for one step. Chosen and typed by us; raw arguments never reach the engine.
 *
 * Facts that cost something to gather are gathered only where a rule for the tool mentions them (`GatheredFact`);
 * elsewhere they have their neutral value, which no rule reads.
 */
import type { Reversibility, Target, ToolEffect } from './ask.ts';
import type { Recent } from './usage.ts';

export type Environment = 'prod' | 'staging' | 'dev';

/** Facts that are looked up or computed only where a rule mentions them. */
export const GATHERED_FACTS = [
  'changeFreeze',
  'businessHours',
  'holiday',
  'task',
  'recent',
  'elevated',
  'now',
] as const;
export type GatheredFact = (typeof GATHERED_FACTS)[number];

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
  /** `tier` is already the highest of the target and of the input fields that were given. */
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
  /** Inside the organisation's working hours, in the time zone of the calendar; never on a holiday. */
  readonly businessHours: boolean;
  readonly holiday: boolean;
  /** Who is behind it: the groups of the person the request is for; null when it is for nobody in particular. */
  readonly behalfGroups: readonly string[] | null;
  /** A time-boxed grant that people gave is in force for this agent, tool and scope. */
  readonly elevated: boolean;
  /** The task this session declared, and whether the step leaves it. `outside` is false where none was declared. */
  readonly task: { readonly declared: boolean; readonly outside: boolean };
  readonly recent: Recent;
  /** The arguments that the tool's schema marks as facts for policy: whole numbers, booleans and members of an enum. */
  readonly input: Readonly<Record<string, string | number | boolean>>;
  /** Which facts were gathered. A policy refuses to read another than these. Absent: all of them. */
  readonly gathered?: readonly GatheredFact[];
}

/** Facts as a history keeps them, so that a later policy can be asked about them. */
export type RecordedFacts = Omit<StepFacts, 'now'> & { readonly now: string };
