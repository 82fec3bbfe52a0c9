/** What the command line reads from the door. Loose: a newer door may say more than this version knows. */
import { z } from 'zod';
import { OUTCOMES } from '../../domain/outcome.ts';
import { VERDICT_EFFECTS } from '../../domain/verdict.ts';

const verdict = z.looseObject({
  effect: z.enum(VERDICT_EFFECTS),
  rules: z.array(z.looseObject({ id: z.string(), sentence: z.string() })),
});
const waitingFor = z.looseObject({
  groups: z.array(z.string()),
  need: z.number(),
  have: z.number(),
  expiresAt: z.string(),
});
const step = z.looseObject({
  tool: z.string(),
  askedFor: z.string().optional(),
  edited: z
    .looseObject({ by: z.string(), reason: z.string(), args: z.record(z.string(), z.unknown()) })
    .optional(),
  verdict: verdict.optional(),
});

export const requestAnswer = z.looseObject({
  id: z.string(),
  agent: z.string(),
  status: z.enum(['running', 'waiting', 'closed']),
  outcome: z.enum(OUTCOMES).optional(),
  effects: z.string().optional(),
  message: z.string().optional(),
  version: z.number(),
  digest: z.string().optional(),
  policyVersion: z.string().optional(),
  steps: z.array(
    step.extend({
      status: z.string(),
      error: z.string().optional(),
      result: z.unknown().optional(),
      withheld: z.array(z.object({ field: z.string(), what: z.string() })).optional(),
    }),
  ),
  waitingFor: waitingFor.optional(),
  questions: z
    .array(
      z.looseObject({
        id: z.string(),
        by: z.string(),
        text: z.string(),
        at: z.string(),
        answer: z.string().optional(),
      }),
    )
    .optional(),
  receivedAt: z.string(),
  closedAt: z.string().optional(),
  links: z.looseObject({ self: z.string(), history: z.string().optional() }).optional(),
});
export type RequestAnswer = z.output<typeof requestAnswer>;

export const dryRunAnswer = z.looseObject({
  effect: z.enum(VERDICT_EFFECTS),
  policyVersion: z.string(),
  steps: z.array(step),
  waitingFor: waitingFor.optional(),
});
export type DryRunAnswer = z.output<typeof dryRunAnswer>;

export const listAnswer = z.looseObject({
  requests: z.array(
    z.looseObject({
      id: z.string(),
      agent: z.string(),
      tools: z.array(z.string()),
      status: z.string(),
      risk: z.string().optional(),
      receivedAt: z.string(),
    }),
  ),
});
export type ListAnswer = z.output<typeof listAnswer>;

export const problemAnswer = z.looseObject({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.looseObject({ field: z.string(), problem: z.string() })).optional(),
});
