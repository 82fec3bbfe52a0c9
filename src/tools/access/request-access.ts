import { z } from 'zod';
import { type AccessGrant, accessScope } from '../../domain/access.ts';
import { CountersignError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';
import { OutsideError } from '../../domain/retry.ts';
import { defineTool, type Tool, type ToolContext, type Undone } from '../define-tool.ts';
import { line } from '../plain-text.ts';

/** The longest that access is given for: a day. What the reviewed matrix allows may be less. */
export const ACCESS_MINUTES_MAX = 1_440;
const ACCESS_MINUTES_MIN = 5;
const TOOL_CHARS_MAX = 60;
const SCOPE_CHARS_MAX = 300;
const REASON_CHARS_MAX = 200;

const toolField = z
  .string()
  .max(TOOL_CHARS_MAX)
  // Access to asking for access would be access to everything that may be asked for.
  .regex(
    /^(?!access\.)[a-z]{2,20}\.[a-z]+(?:_[a-z]+)*$/,
    'Want the name of another tool, "provider.verb_noun"',
  )
  .describe('The tool you need, e.g. github.delete_branch');

const scopeField = z
  .string()
  .max(SCOPE_CHARS_MAX)
  .regex(
    /^(?!\.{1,2}(?:\/|$))[a-z0-9._-]{1,100}(?:\/(?!\.{1,2}(?:\/|$))[a-z0-9._-]{1,100}){0,3}$/,
    'Want up to four ids in lower case separated by "/", from wide to narrow',
  )
  .describe('Where you need it, as narrow as it can be, e.g. github/acme/webshop');

const input = z.strictObject({
  tool: toolField,
  scope: scopeField,
  minutes: z
    .int()
    .min(ACCESS_MINUTES_MIN)
    .max(ACCESS_MINUTES_MAX)
    .meta({ policyFact: true })
    .describe('For how many minutes'),
  reason: line(REASON_CHARS_MAX).describe('Why, in one sentence for the people who decide'),
});
type Args = z.output<typeof input>;

const output = z.strictObject({
  access: z.string().max(200),
  tool: toolField,
  scope: scopeField,
  until: z.iso.datetime().max(30),
});

const captured = z.object({ id: z.string(), from: z.iso.datetime(), until: z.iso.datetime() });
type Captured = z.output<typeof captured>;

/**
 * Asks people for a permission that the agent lacks. What they give is in force from then on for the asked time, ends
 * by itself, and never goes beyond the agent's clearance. Which permissions may be asked for at all, and for how long,
 * is policy's.
 *
 * The times are captured once, so that a repeat gives the same access and not a longer one.
 */
export function requestAccess({ clock }: { readonly clock: Clock }): Tool {
  return defineTool({
    name: 'access.request',
    summary: 'Ask people for a permission you lack, in one place and for some minutes',
    title: 'Give access',
    input,
    output,
    effect: 'write',
    reversibility: 'reversible',
    target,
    preview: ({ tool, scope, minutes, reason }) => [
      { label: 'Tool', value: tool },
      { label: 'Where', value: `${scope} and everything in it` },
      { label: 'For how long', value: inWords(minutes) },
      // Not a time of day: what people are shown must still read the same when the step runs.
      { label: 'Ends', value: `by itself, ${inWords(minutes)} after it is given` },
      { label: 'Reason', value: reason },
    ],
    capture: async ({ minutes }, { idempotencyKey }) => spanFrom(clock(), { minutes, id: idempotencyKey }),
    execute: (args, context, state) => execute(args, context, captured.parse(state)),
    find: (_, context, state) => find(context, captured.parse(state).id),
    undoSentence: () => 'The access is revoked; what was done with it stays',
    undo: (_, context, state) => revoke(context, captured.parse(state.captured).id),
  });
}

function target({ tool, scope }: Args) {
  return {
    kind: 'permission',
    id: `access:${tool}@${scope}`,
    label: `${tool} in ${scope}`,
    scope: accessScope(tool, scope),
    tier: 1,
    traits: [],
  } as const;
}

function spanFrom(from: Date, { minutes, id }: { readonly minutes: number; readonly id: string }): Captured {
  const until = new Date(from.getTime() + minutes * 60_000);
  return { id, from: from.toISOString(), until: until.toISOString() };
}

async function execute({ tool, scope, reason }: Args, context: ToolContext, { id, from, until }: Captured) {
  const { agent, request } = context.asker;
  const grant: AccessGrant = { id, agent, tool, scope, reason, request, from, until };
  await ask(context, { action: 'give access', kind: 'unknown' }, () => context.access.give(grant));
  return resultOf(grant);
}

/** Access that was revoked or has ended since was given all the same. */
async function find(context: ToolContext, id: string) {
  const call = { action: 'look for the access', kind: 'retryable' } as const;
  const grant = await ask(context, call, () => context.access.find(id));
  return grant && resultOf(grant);
}

function resultOf({ id, tool, scope, until }: AccessGrant) {
  return { access: id, tool, scope, until };
}

async function revoke(context: ToolContext, id: string): Promise<Undone> {
  const call = { action: 'revoke access', kind: 'unknown' } as const;
  const undone = await ask(context, call, () => context.access.revoke(id, context.asker.request));
  return {
    undone,
    sentence: undone ? 'The access is revoked' : 'The access was not given, or has ended already',
  };
}

/** Rejects with an OutsideError only: of this kind while the book is out of reach, final where it refuses. */
async function ask<Answer>(
  { signal }: ToolContext,
  { action, kind }: { readonly action: string; readonly kind: 'retryable' | 'unknown' },
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (signal.aborted) throw new OutsideError('retryable', `Cannot ${action}: stopped before it was begun`);
  return run().catch((cause: unknown) => {
    if (cause instanceof CountersignError && cause.code !== 'unavailable')
      throw new OutsideError('final', `Cannot ${action}: the record of access refuses it`, { cause });
    throw new OutsideError(kind, `Cannot ${action}: the record of access gave no answer`, { cause });
  });
}

/** For eyes: `45 minutes`, `2 hours`, `1 hour 30 minutes`. */
function inWords(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const count = (number: number, unit: string) => `${number} ${unit}${number === 1 ? '' : 's'}`;
  return [...(hours > 0 ? [count(hours, 'hour')] : []), ...(rest > 0 ? [count(rest, 'minute')] : [])].join(
    ' ',
  );
}
