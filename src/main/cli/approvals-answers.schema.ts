/** What the command line reads from the approver pages. Loose: newer pages may say more than this version knows. */
import { z } from 'zod';

const page = z.url({ protocol: /^https?$/ }).max(2_000);
const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A sign-in that waits for its owner. */
export const loginAnswer = z.looseObject({
  device: secret,
  code: z.string().regex(/^[A-Z]{4}-[A-Z]{4}$/),
  url: page,
  expiresAt: z.iso.datetime(),
  pollSeconds: z.number().min(1).max(60),
});
export type LoginAnswer = z.output<typeof loginAnswer>;

export const tokenAnswer = z.discriminatedUnion('status', [
  z.looseObject({ status: z.literal('pending') }),
  z.looseObject({ status: z.literal('refused') }),
  z.looseObject({
    status: z.literal('allowed'),
    token: secret,
    person: z.string().min(1).max(200),
    endsAt: z.iso.datetime(),
  }),
]);
export type TokenAnswer = z.output<typeof tokenAnswer>;

export const logoutAnswer = z.looseObject({ status: z.literal('ended') });

export const decisionAnswer = z.discriminatedUnion('status', [
  z.looseObject({
    status: z.literal('recorded'),
    request: z.string(),
    version: z.number(),
    answer: z.enum(['approve', 'deny']),
    title: z.string(),
    tier: z.string(),
    code: z.string(),
    page,
  }),
  z.looseObject({ status: z.literal('refused'), sentence: z.string(), page: page.optional() }),
]);
export type DecisionAnswer = z.output<typeof decisionAnswer>;

/** What a person said, as the pages take it. */
export interface SaidDecision {
  readonly request: string;
  readonly version?: number | undefined;
  readonly answer: 'approve' | 'deny';
  readonly reason?: string | undefined;
  readonly target?: string | undefined;
  readonly key?: string | undefined;
}
