/** Facts in the engine's form: chosen, typed, bounded. Nothing an agent wrote gets here except numbers and ids. */
import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { z } from 'zod';
import { STEPS_MAX } from '../domain/request.ts';
import { ENUMS } from './schema.ts';
import { SCOPE, scopeChain } from './scopes.ts';

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

const id = z.string().min(1).max(512);
const tier = z.int().min(1).max(4);

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
});

export type BoundedFacts = z.infer<typeof boundedFacts>;

/** The question about one step. The entities sent are the agent, the target and the target's scopes, nothing else. */
export function questionOf(facts: BoundedFacts): Question {
  const { agent, target } = facts;
  return {
    principal: uid('Agent', agent.id),
    action: uid('Action', facts.tool),
    resource: uid('Target', target.id),
    context: contextOf(facts),
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
  };
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
