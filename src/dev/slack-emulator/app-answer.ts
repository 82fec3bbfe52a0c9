/** What an app answers to an interaction or a command outside the Web API, and how it is shown. */
import { type Args, flagOf, type Refusal, refuse, textOf } from './api-call.ts';
import { edited, readDraft } from './chat-methods.ts';
import type { Workspace } from './workspace.ts';

/** Where an answer goes: the conversation and person of the interaction, and the message clicked in, if any. */
export interface Origin {
  readonly user: string;
  readonly channel: string;
  readonly ts?: string;
}

/** Shows the answer: to that person alone unless it says `in_channel`; it may replace or delete the original. */
export function showAnswer(
  workspace: Workspace,
  origin: Origin,
  args: Args,
): { readonly ok: true } | Refusal {
  const original = origin.ts === undefined ? undefined : workspace.find(origin.channel, origin.ts);
  if (flagOf(args, 'delete_original') || flagOf(args, 'replace_original')) {
    if (original === undefined) return refuse('message_not_found');
    if (flagOf(args, 'delete_original')) return workspace.remove(original);
    const next = edited(original, args);
    return next.ok ? workspace.replace(next.message) : next;
  }
  const read = readDraft(args);
  if (!read.ok) return read;
  const threadTs =
    textOf(args, 'thread_ts') ?? (original?.ephemeralFor === undefined ? undefined : original.threadTs);
  workspace.post(origin.channel, {
    ...read.draft,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(args.response_type === 'in_channel' ? {} : { ephemeralFor: origin.user }),
  });
  return { ok: true };
}
