/** Exit codes: a promise to scripts, so they are stated once and shown by `--help`. */
import type { Outcome } from '../../domain/outcome.ts';
import type { VerdictEffect } from '../../domain/verdict.ts';
import type { RequestAnswer } from './answers.schema.ts';

export const EXIT = Object.freeze({ done: 0, error: 1, usage: 2, refused: 3, failed: 4, open: 5 });
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Shown under every `--help`. */
export const EXIT_HELP = `
Exit codes:
  0  done: executed, or the command did what it says
  1  error: the door answered with a problem, or could not be reached
  2  usage: the command line is wrong
  3  refused: denied, rejected, expired, stale, halted or cancelled
  4  failed: failed, rolled back, or rolling back failed
  5  open: still running or waiting for people`;

const OUTCOME_EXITS: Readonly<Record<Outcome, Exit>> = Object.freeze({
  executed: EXIT.done,
  rejected: EXIT.refused,
  expired: EXIT.refused,
  denied: EXIT.refused,
  cancelled: EXIT.refused,
  stale: EXIT.refused,
  halted: EXIT.refused,
  failed: EXIT.failed,
  rolled_back: EXIT.failed,
  rollback_failed: EXIT.failed,
});

/** How a request stands, as an exit code. A closed request without an outcome is an error, never done. */
export function exitOfRequest({ status, outcome }: Pick<RequestAnswer, 'status' | 'outcome'>): Exit {
  if (status !== 'closed') return EXIT.open;
  return outcome === undefined ? EXIT.error : OUTCOME_EXITS[outcome];
}

/** What a dry run says, as an exit code: refused when denied, open when people would be asked. */
export function exitOfVerdict(effect: VerdictEffect): Exit {
  if (effect === 'deny') return EXIT.refused;
  return effect === 'approve' ? EXIT.open : EXIT.done;
}
