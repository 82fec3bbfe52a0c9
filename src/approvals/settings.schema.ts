/** The shape of approvals.yaml. Unknown keys are refused: a misspelt one must not leave an emergency without its alarm. */
import { z } from 'zod';
import { type ApprovalSettings, ASK_LIMITS } from '../domain/approval-settings.ts';
import { id, noticeName } from './people.schema.ts';

/** Alone nobody breaks the glass. */
const PEOPLE_MIN = 2;
const PEOPLE_MAX = 10;
/** Whoever needs longer has the time to ask. */
const MINUTES_MAX = 60;

const breakGlass = z.strictObject({
  group: id,
  people: z.int().min(PEOPLE_MIN).max(PEOPLE_MAX).default(PEOPLE_MIN),
  minutes: z.int().min(1).max(MINUTES_MAX).default(15),
  channel: noticeName,
});

const asks = z.strictObject({
  openRequestsMax: z.int().min(1).max(1_000).default(ASK_LIMITS.openRequestsMax),
  rejectedMax: z.int().min(1).max(1_000).default(ASK_LIMITS.rejectedMax),
  pauseMinutes: z.int().min(1).max(60).default(ASK_LIMITS.pauseMinutes),
});

export const approvalsFile: z.ZodType<ApprovalSettings> = z
  .strictObject({
    asks: asks.exactOptional(),
    mail: z.strictObject({ from: z.email().max(254) }).exactOptional(),
    breakGlass: breakGlass.exactOptional(),
    alerts: z.strictObject({ channel: noticeName }).exactOptional(),
    review: z.strictObject({ group: id }).exactOptional(),
  })
  .refine((file) => file.breakGlass === undefined || file.review !== undefined, {
    path: ['review'],
    error: 'wanted the group that reviews what breakGlass let happen',
  });
