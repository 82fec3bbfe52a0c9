/** Gathers the facts policy decides on. Pure: everything that must be looked up arrives looked up. */
import { z } from 'zod';
import type { JsonObject, JsonValue, Reversibility, Target, ToolEffect } from '../domain/ask.ts';
import { CountersignError } from '../domain/errors.ts';
import { GATHERED_FACTS, type GatheredFact, type RecordedFacts, type StepFacts } from '../domain/facts.ts';
import type { Agent } from '../domain/people.ts';
import { NOTHING_RECENT } from '../domain/usage.ts';
import { businessHours, holiday } from '../domain/working-time.ts';
import { type Calendar, changeFreeze } from './calendar.ts';
import { boundedFacts } from './entities.ts';
import { ABSENT, type InputFact, inputFacts as inputFactsOf } from './input-facts.ts';

/** What is looked up before. Where one is absent it has its neutral value: nobody, not elevated, no task. */
type LookedUp = Partial<Pick<StepFacts, 'behalfGroups' | 'elevated' | 'task' | 'recent' | 'input'>>;

/** What is known about one step. `confidence` is the agent's own, absent or null when it gave none. */
export interface FactSources extends LookedUp {
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
  /** `Policy.mentions` of the tool: the others are left neutral. Absent: all are gathered. */
  readonly mentions?: ReadonlySet<GatheredFact>;
}

const NO_TASK = Object.freeze({ declared: false, outside: false });

/**
 * An absent confidence counts as 1, so that giving one can only raise risk; an absent amount is 0, for tools that move
 * no money. Values out of bounds are passed on: the policy refuses them. Throws `internal` where a rule mentions what
 * was done lately and nobody looked: a limit on counts that are not known is not held.
 */
export function gatherFacts(sources: FactSources): StepFacts {
  const { agent, tool, target, calendar, now, stepCount, mentions } = sources;
  const { id, profile, owner, suspended, maxTier, environment } = agent;
  const read = (fact: GatheredFact) => mentions === undefined || mentions.has(fact);
  if (mentions?.has('recent') && sources.recent === undefined) {
    throw new CountersignError('internal', 'Cannot gather facts: what was done lately is missing');
  }
  return {
    agent: { id, profile, owner, suspended, maxTier },
    tool: tool.name,
    effect: tool.effect,
    reversibility: tool.reversibility,
    target,
    environment,
    confidence: sources.confidence ?? 1,
    amountCents: sources.amountCents ?? 0,
    changeFreeze: read('changeFreeze') && changeFreeze(calendar, environment, now) !== undefined,
    stepCount,
    now,
    businessHours: read('businessHours') && businessHours(calendar.working, now),
    holiday: read('holiday') && holiday(calendar.working, now) !== undefined,
    behalfGroups: sources.behalfGroups ?? null,
    elevated: sources.elevated ?? false,
    task: sources.task ?? NO_TASK,
    recent: sources.recent ?? NOTHING_RECENT,
    input: sources.input ?? {},
    ...(mentions === undefined ? {} : { gathered: GATHERED_FACTS.filter(read) }),
  };
}

type DefinedTool = Parameters<typeof inputFactsOf>[0];

/** Reading a tool's schema takes longer than judging a step. */
const known = new WeakMap<DefinedTool, Readonly<Record<string, InputFact>>>();

/**
 * The arguments that the tool's schema marks as facts, from its parsed arguments; what was not given is 0, false or
 * "absent". Throws `misconfigured` as the reading of the schema does.
 */
export function inputFacts(tool: DefinedTool, args: JsonObject): StepFacts['input'] {
  const facts = known.get(tool) ?? inputFactsOf(tool);
  known.set(tool, facts);
  return Object.fromEntries(
    Object.entries(facts).map(([field, fact]) => [field, argumentOf(tool.name, field, args[field], fact)]),
  );
}

function argumentOf(tool: string, field: string, given: JsonValue | undefined, fact: InputFact) {
  if (given === undefined || given === null) return neutral(fact);
  if (typeof given !== 'object') return given;
  throw new CountersignError('internal', `Cannot gather facts: "${field}" of "${tool}" is no single value`);
}

function neutral(fact: InputFact): string | number | boolean {
  if (fact === 'long') return 0;
  return fact === 'bool' ? false : ABSENT;
}

/** Facts as a history keeps them. */
export function recordFacts(facts: StepFacts): RecordedFacts {
  return { ...facts, now: facts.now.toISOString() };
}

const text = z.string().min(1).max(2_000);
const { agent, target } = boundedFacts.shape;
const tiers = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const recorded = boundedFacts.extend({
  agent: agent.extend({ owner: text, maxTier: tiers }),
  target: target.extend({ kind: text, label: text, tier: tiers }),
  now: z.iso
    .datetime()
    .transform((moment) => new Date(moment))
    .pipe(boundedFacts.shape.now),
});

/**
 * Facts as a policy takes them, from what a history keeps. Throws `invalid-field` for anything that no policy could
 * have judged: facts out of bounds, or of a shape that is not ours.
 */
export function factsFrom(kept: unknown): StepFacts {
  const parsed = recorded.safeParse(kept);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => ({
    field: path.join('.'),
    problem: message,
  }));
  throw new CountersignError(
    'invalid-field',
    `Cannot read recorded facts: "${problems[0]?.field}" is wrong`,
    {
      problems,
    },
  );
}
