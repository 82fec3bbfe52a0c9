/** How listeners answer: one outcome type, one bound, and never "done" for what was not made durable. */

import type { ModalView } from '@slack/types';
import type { Log } from '../domain/ports.ts';
import { redacted } from './bolt-logger.ts';
import { LATE, within } from './deadline.ts';

/** Slack gives 3 s; the rest is for the way back. */
export const ANSWER_WITHIN_MS = 2_500;

/** `errors` stand beside the fields of a modal, by block id; `show` puts another modal in the place of a submitted one. */
export type Reply =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'tell';
      readonly sentence: string;
      /** An address of ours to go on at; only commands show it. */
      readonly link?: { readonly label: string; readonly url: string };
    }
  | { readonly kind: 'show'; readonly view: ModalView }
  | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> };

export const DONE: Reply = { kind: 'done' };

export function tell(sentence: string): Reply {
  return { kind: 'tell', sentence };
}

const NOT_RECORDED = 'This was not recorded: Countersign cannot be reached at the moment; please try again';
const NOT_CONFIRMED =
  'This could not be confirmed in time and may not be recorded: look at the card, and try again if it has not changed';

/** The work's reply, or the honest sentence when it failed or took too long. Never rejects. */
export async function replyInTime(
  work: Promise<Reply>,
  log: Log,
  ms: number = ANSWER_WITHIN_MS,
): Promise<Reply> {
  try {
    const reply = await within(ms, work);
    if (reply !== LATE) return reply;
    log.error({ event: 'interaction-late', ms }, 'An interaction took too long');
    return tell(NOT_CONFIRMED);
  } catch (error) {
    log.error({ event: 'interaction-failed', why: redacted([error]) }, 'An interaction failed');
    return tell(NOT_RECORDED);
  }
}
