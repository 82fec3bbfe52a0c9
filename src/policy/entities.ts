/** Facts in the engine's form: chosen, typed, bounded. Nothing an agent wrote gets here except numbers and ids. */
import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { z } from 'zod';
import { GATHERED_FACTS } from '../domain/facts.ts';
import { STEPS_MAX } from '../domain/request.ts';
import { type InputFact, inputEnum } from './input-facts.ts';
import { ENUMS } from './schema.ts';
import { SCOPE, scopeChain } from './scopes.ts';
import { Unjudgeable } from './unjudgeable.ts';
import type { PolicyTool } from './vocabulary.ts';

/** One question to the engine, the same for both rule sets. */
export interface Question {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Context;
  readonly entities: EntityJson[];
}

/** Far beyond any real payment, far below where sums of rules could overflow. */
const AMOUNT_CENTS_MAX = 1_000_000_000_000;
const STEPS_COUNTED_MAX = 1_000_000_000;
const GROUPS_MAX = 100;
const INPUTS_MAX = 50;

const id = z.string().min(1).max(512);
const tier = z.int().min(1).max(4);
const count = z.int().min(0).max(STEPS_COUNTED_MAX);
const tally = z.object({
  steps: count,
  denied: count,
  cents: z
    .int()
    .min(0)
    .max(1000 * AMOUNT_CENTS_MAX),
});
const input = z.union([
  z.int().min(-AMOUNT_CENTS_MAX).max(AMOUNT_CENTS_MAX),
  z.boolean(),
  z.string().min(1).max(200),
]);

/** Bounds on facts. A fact outside them refuses the step, so that no rule meets a number it cannot compute with. */
export const boundedFacts = z.object({
  agent: z.object({ id, profile: id, suspended: z.boolean(), maxTier: tier }),
  tool: id,
  effect: z.enum(ENUMS.Effect),
  reversibility: z.enum(ENUMS.Reversibility),
  target: z.object({
    id,
    scope: z.string().regex(SCOPE),
    tier,
    traits: z.array(z.enum(ENUMS.Trait)).max(16),
  }),
  environment: z.enum(ENUMS.Environment),
  confidence: z.number().min(0).max(1),
  amountCents: z.int().min(0).max(AMOUNT_CENTS_MAX),
  changeFreeze: z.boolean(),
  stepCount: z.int().min(1).max(STEPS_MAX),
  now: z.date().min(new Date('2000-01-01T00:00:00Z')).max(new Date('9999-01-01T00:00:00Z')),
  businessHours: z.boolean(),
  holiday: z.boolean(),
  behalfGroups: z.array(id).max(GROUPS_MAX).nullable(),
  elevated: z.boolean(),
  task: z.object({ declared: z.boolean(), outside: z.boolean() }),
  recent: z.object({
    agentHour: tally,
    agentDay: tally,
    toolHour: tally,
    toolDay: tally,
    targetHour: tally,
    targetDay: tally,
    readTier: z.int().min(0).max(4),
  }),
  input: z
    .record(z.string().max(64), input)
    .refine((fields) => Object.keys(fields).length <= INPUTS_MAX, 'too many'),
  gathered: z.array(z.enum(GATHERED_FACTS)).max(GATHERED_FACTS.length).exactOptional(),
});

export type BoundedFacts = z.infer<typeof boundedFacts>;

/**
 * The question about one step. The entities sent are the agent, the target and the target's scopes, nothing else.
 * Throws Unjudgeable where `input` is not exactly what the tool marks as facts.
 */
export function questionOf(facts: BoundedFacts, tool: Pick<PolicyTool, 'name' | 'policyFacts'>): Question {
  const { agent, target } = facts;
  return {
    principal: uid('Agent', agent.id),
    action: uid('Action', facts.tool),
    resource: uid('Target', target.id),
    context: { ...contextOf(facts), input: inputOf(facts.input, tool) },
    entities: [
      {
        uid: uid('Agent', agent.id),
        attrs: { suspended: agent.suspended, maxTier: agent.maxTier },
        parents: [uid('Profile', agent.profile)],
      },
      {
        uid: uid('Target', target.id),
        attrs: { tier: target.tier, traits: target.traits.map((trait) => enumValue('Trait', trait)) },
        parents: [uid('Scope', target.scope)],
      },
      ...scopeEntities(target.scope),
    ],
  };
}

function scopeEntities(scope: string): readonly EntityJson[] {
  const chain = scopeChain(scope);
  return chain.map((name, index) => {
    const parent = chain[index + 1];
    return {
      uid: uid('Scope', name),
      attrs: {},
      parents: parent === undefined ? [] : [uid('Scope', parent)],
    };
  });
}

function contextOf(facts: BoundedFacts): Context {
  return {
    environment: enumValue('Environment', facts.environment),
    effect: enumValue('Effect', facts.effect),
    reversibility: enumValue('Reversibility', facts.reversibility),
    confidence: { __extn: { fn: 'decimal', arg: decimalOf(facts.confidence) } },
    amountCents: facts.amountCents,
    stepCount: facts.stepCount,
    changeFreeze: facts.changeFreeze,
    now: { __extn: { fn: 'datetime', arg: facts.now.toISOString() } },
    businessHours: facts.businessHours,
    holiday: facts.holiday,
    behalf: facts.behalfGroups !== null,
    behalfGroups: (facts.behalfGroups ?? []).map((group) => enumValue('Group', group)),
    elevated: facts.elevated,
    task: facts.task,
    recent: facts.recent,
  };
}

function inputOf(
  given: BoundedFacts['input'],
  { name, policyFacts }: Pick<PolicyTool, 'name' | 'policyFacts'>,
): Context {
  const facts = Object.entries(policyFacts);
  const exact = facts.length === Object.keys(given).length;
  if (exact && facts.every(([field, fact]) => isFact(given[field], fact))) {
    return Object.fromEntries(
      facts.map(([field, fact]) => {
        const value = given[field] ?? null;
        return [field, typeof fact === 'string' ? value : enumValue(inputEnum(name, field), String(value))];
      }),
    );
  }
  throw new Unjudgeable('The arguments of this step are not the facts that the policy knows of its tool.');
}

function isFact(value: unknown, fact: InputFact): boolean {
  if (fact === 'long') return typeof value === 'number';
  if (fact === 'bool') return typeof value === 'boolean';
  return typeof value === 'string' && fact.includes(value);
}

/** Four places, rounded down: rounding up would lower the risk that the agent itself reported. */
function decimalOf(confidence: number): string {
  return (Math.floor(confidence * 10_000 + 1e-9) / 10_000).toFixed(4);
}

function uid(type: string, name: string): TypeAndId {
  return { type, id: name };
}

function enumValue(type: string, name: string): { __entity: TypeAndId } {
  return { __entity: uid(type, name) };
}
