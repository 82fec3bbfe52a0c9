/** What goes over the operators' door: its file, its one question, its answer. */
import { z } from 'zod';
import { REPORT_KEYS, type ReportLine } from '../approvals/oversight-report.ts';

export const doorFile = z.object({
  url: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
  token: z.string().min(32).max(100),
});

export const oversightQuery = z.object({ since: z.iso.datetime(), by: z.enum(REPORT_KEYS) });
export type OversightQuery = z.infer<typeof oversightQuery>;

const count = z.int().nonnegative();

const line = z.object({
  subject: z.string(),
  asked: count,
  approved: count,
  rejected: count,
  edited: count,
  expired: count,
  replaced: count,
  ended: count,
  open: count,
  medianSeconds: z.number().exactOptional(),
  p90Seconds: z.number().exactOptional(),
  fastShare: z.number().exactOptional(),
  refusedClicks: count,
  failedAfterApproval: count,
  undoneAfterApproval: count,
}) satisfies z.ZodType<ReportLine>;

export const oversightAnswer = z.object({ lines: z.array(line), isWhole: z.boolean() });
export type OversightAnswer = z.infer<typeof oversightAnswer>;
