import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });

/** A halt as written by hand or by the operator's command; unknown keys are refused, so that a typo can't pass. */
export const haltSchema = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    scope: z.enum(['everything', 'agent', 'tool', 'provider']),
    subject: z.string().min(1).max(200),
    reason: z.string().min(1).max(2_000),
    by: z.string().min(1).max(200),
    at: instant,
    until: instant.optional(),
    liftedAt: instant.optional(),
    liftedBy: z.string().min(1).max(200).optional(),
  })
  .refine((halt) => (halt.scope === 'everything') === (halt.subject === '*'), {
    path: ['subject'],
    error: 'wanted "*" for everything and a name otherwise',
  })
  .refine((halt) => (halt.liftedAt === undefined) === (halt.liftedBy === undefined), {
    path: ['liftedBy'],
    error: 'wanted together with liftedAt',
  });

export type WrittenHalt = z.output<typeof haltSchema>;
