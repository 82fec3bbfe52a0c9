/**
 * The files of policy tests: `*.test.yaml` (scenarios) and `matrix.yaml` (the calls of the golden matrix), both beside
 * the rules they are about.
 */
import { z } from 'zod';
import { STEPS_MAX } from '../domain/request.ts';
import { VERDICT_EFFECTS } from '../domain/verdict.ts';

const name = z.string().trim().min(1).max(160);
const id = z.string().min(1).max(100);
const count = z.int().min(0).max(1_000_000_000);
const args = z.record(z.string(), z.unknown());
const confidence = z.number().min(0).max(1);
const tier = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);

const tally = z.strictObject({ steps: count, denied: count, cents: count }).partial();

/** Facts that a call does not bring with it, each as `StepFacts` has it. What is left out is unsuspicious. */
export const givenSchema = z
  .strictObject({
    now: z.iso
      .datetime({ offset: true, error: 'Want a moment such as 2026-11-24T10:00:00Z' })
      .transform((text) => new Date(text)),
    recent: z
      .strictObject({
        agentHour: tally,
        agentDay: tally,
        toolHour: tally,
        toolDay: tally,
        targetHour: tally,
        targetDay: tally,
        readTier: z.int().min(0).max(4),
      })
      .partial(),
    task: z.strictObject({ declared: z.boolean(), outside: z.boolean() }).partial(),
    elevated: z.boolean(),
    suspended: z.boolean(),
    confidence,
    changeFreeze: z.boolean(),
    businessHours: z.boolean(),
    holiday: z.boolean(),
    behalfGroups: z.array(id).max(50).nullable(),
    tier,
    maxTier: tier,
    environment: z.enum(['prod', 'staging', 'dev']),
    stepCount: z.int().min(1).max(STEPS_MAX),
  })
  .partial();

export type Given = z.output<typeof givenSchema>;

const scenario = z.strictObject({
  name,
  agent: id,
  tool: id,
  args,
  given: givenSchema.default({}),
  expect: z.strictObject({
    verdict: z.enum(VERDICT_EFFECTS),
    /** Exactly the rules that the verdict names, in any order. */
    rules: z.array(id).min(1).max(50),
    /** Exactly what is demanded, e.g. `1 of platform (medium, 4 h)` or `#agent-notices`; left out, nothing is checked. */
    obligations: z.array(z.string().min(1).max(160)).max(50).exactOptional(),
  }),
});

/** One `*.test.yaml` file. */
export const scenariosFile = z.strictObject({
  scenarios: z
    .array(scenario)
    .min(1)
    .max(500)
    .refine((all) => new Set(all.map((one) => one.name)).size === all.length, {
      error: 'Two scenarios have the same name',
    }),
});

/** `matrix.yaml`: every tool at least once, and its variants that rules tell apart. */
export const matrixFile = z.strictObject({
  calls: z
    .array(
      z.strictObject({
        tool: id,
        /** What is special about the call, for the page. */
        variant: z.string().max(40).default(''),
        args,
        given: givenSchema.default({}),
      }),
    )
    .min(1)
    .max(500),
});
