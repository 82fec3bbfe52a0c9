/** What an agent may send to the door, as zod schemas; the OpenAPI page is made from the same ones. */
import { z } from 'zod';
import { STEPS_MAX } from '../domain/request.ts';
import { paragraphs } from '../tools/plain-text.ts';

/** Characters of the reason; it is shown to people on a card. */
export const REASON_LENGTH_MAX = 1000;
/** An agent may shorten the wait for people to between a second and a week. */
export const WAIT_AT_MOST_SECONDS_MAX = 604_800;

const tool = z
  .string()
  .min(1)
  .max(100)
  .describe('Name of a tool, as GET /v1/tools lists it, e.g. github.delete_branch');
const args = z
  .record(z.string(), z.unknown())
  .describe('Arguments of the tool, checked against its own schema; unknown keys are refused');

const personId = z.string().min(1).max(100);

export const stepSchema = z.strictObject({ tool, args });

/** `{tool, args}` or `{steps}`, never both: checked here, stated as `oneOf` for readers of the OpenAPI page. */
export const askSchema = z
  .strictObject({
    tool: tool.optional(),
    args: args.optional(),
    steps: z.array(stepSchema).min(1).max(STEPS_MAX).optional().describe('Steps, run in order'),
    reason: paragraphs(REASON_LENGTH_MAX).describe(
      'Why this is wanted, in words for the people who may have to approve',
    ),
    onBehalfOf: personId.optional().describe('Id of the person this is for; that person may not approve it'),
    requestedBy: personId
      .optional()
      .describe('Id of the person who prompted the agent to ask; that person may not approve it'),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("The agent's own confidence; a low one may raise the risk, a high one never lowers it"),
    waitAtMostSeconds: z
      .int()
      .min(1)
      .max(WAIT_AT_MOST_SECONDS_MAX)
      .optional()
      .describe('How long people may take at most; shortens what policy allows, never extends it'),
  })
  .superRefine((ask, context) => {
    const wrong = shapeProblem(ask);
    if (wrong !== undefined)
      context.addIssue({ code: 'custom', path: [wrong.field], message: wrong.problem });
  })
  .meta({ oneOf: [{ required: ['tool', 'args'] }, { required: ['steps'] }] });

export type AskBody = z.output<typeof askSchema>;

function shapeProblem(ask: { tool?: unknown; args?: unknown; steps?: unknown }) {
  if (ask.steps !== undefined) {
    const extra = ask.tool !== undefined ? 'tool' : ask.args !== undefined ? 'args' : undefined;
    return extra && { field: extra, problem: 'Not allowed beside "steps"' };
  }
  if (ask.tool === undefined)
    return { field: 'tool', problem: 'Missing: give "tool" and "args", or "steps"' };
  return ask.args === undefined ? { field: 'args', problem: 'Missing: give "args" with "tool"' } : undefined;
}

/** Headers of a call that starts something. Every other header passes unread. */
export const askHeadersSchema = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'Want 1 to 200 visible ASCII characters without spaces')
    .optional()
    .describe('The same key with the same body is the same request; with another body it is refused'),
  prefer: preferHeader(),
});

/** Headers of a call that may wait. */
export const waitHeadersSchema = z.looseObject({ prefer: preferHeader() });

function preferHeader() {
  return z
    .string()
    .optional()
    .describe('wait=<seconds>, 0 to 30, default 5: how long to wait for the outcome');
}

export const idSchema = z.strictObject({
  id: z.string().min(1).max(100).describe('Id of a request, e.g. req_…'),
});

export const listSchema = z.strictObject({
  status: z.enum(['running', 'waiting', 'closed']).optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(20),
});

/** A call without a body, or with an empty object. */
export const emptySchema = z.strictObject({}).nullish();
