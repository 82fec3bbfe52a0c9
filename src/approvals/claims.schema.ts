/** What stands inside a signed decision, amendment, question and seal. Unknown claims are refused, everything is bounded. */
import { z } from 'zod';
import type { Amendment } from '../domain/amendment.ts';
import { ASSURANCES, type Decision } from '../domain/decision.ts';
import { QUESTION_CHARS_MAX, type Question } from '../domain/question.ts';
import { STEPS_MAX } from '../domain/request.ts';
import type { SealClaims } from '../domain/seal.ts';

/** A person's reason may be this long; the modals and the CLI hold people to it. */
export const REASON_CHARS_MAX = 1_000;

const id = z.string().min(1).max(200);
/** Outside issuers' credentials are named with the issuer behind them. */
const credential = z.string().min(1).max(600).nullable();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const instant = z.iso.datetime();

export const decisionClaims: z.ZodType<Decision> = z.strictObject({
  id,
  request: id,
  version: z.int().min(1).max(1_000),
  digest,
  person: id,
  answer: z.enum(['approve', 'deny']),
  reason: z.string().min(1).max(REASON_CHARS_MAX).exactOptional(),
  surface: z.enum(['slack', 'cli', 'web']),
  assurance: z.enum(ASSURANCES).exactOptional(),
  breakGlass: z.literal(true).exactOptional(),
  grant: z
    .strictObject({
      covers: z.enum(['target', 'arguments']),
      until: instant,
      usesMax: z.int().min(1).max(1_000),
      centsMax: z.int().min(1).max(100_000_000_00).exactOptional(),
    })
    .exactOptional(),
  at: instant,
});

export const amendmentClaims: z.ZodType<Amendment> = z.strictObject({
  id,
  request: id,
  version: z.int().min(1).max(1_000),
  digest,
  step: z
    .int()
    .min(0)
    .max(STEPS_MAX - 1),
  was: digest,
  ask: digest,
  person: id,
  reason: z.string().min(1).max(REASON_CHARS_MAX),
  surface: z.enum(['slack', 'cli', 'web']),
  at: instant,
});

export const questionClaims: z.ZodType<Question> = z.strictObject({
  id,
  request: id,
  version: z.int().min(1).max(1_000),
  digest,
  person: id,
  text: z.string().min(1).max(QUESTION_CHARS_MAX),
  surface: z.enum(['slack', 'cli', 'web']),
  at: instant,
});

export const sealClaims: z.ZodType<SealClaims> = z.strictObject({
  request: id,
  agent: id,
  onBehalfOf: id.nullable(),
  requestedBy: id.nullable().exactOptional(),
  confidence: z.number().min(0).max(1).nullable(),
  asks: z.array(digest).min(1).max(STEPS_MAX),
  receivedAt: instant,
  session: credential.exactOptional(),
  token: credential.exactOptional(),
});
