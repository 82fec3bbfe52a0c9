/** How a story can end, each with the sentence the agent may show and whether what ran is taken back. */
import type { Decision } from '../src/domain/decision.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import type { Need } from '../src/domain/quorum.ts';
import type { WaitingFor } from '../src/domain/request.ts';

/** Before undoing; what could not be taken back may still turn it into `rolled_back` or `rollback_failed`. */
export interface Ending {
  readonly kind: 'ending';
  readonly outcome: Outcome;
  readonly message: string;
  readonly undo: boolean;
}

const ending = (outcome: Outcome, message: string, undo = true): Ending => ({
  kind: 'ending',
  outcome,
  message,
  undo,
});

export const ENDINGS = {
  /** What ran is not what was asked where people edited it, and the agent is told so. */
  executed: (steps: number, edited: readonly { readonly step: number; readonly by: string }[] = []) => {
    const ran = steps === 1 ? 'The step ran' : `All ${steps} steps ran`;
    const as = edited.map(({ step, by }) =>
      steps === 1 ? `as ${by} edited it` : `step ${step + 1} as ${by} edited it`,
    );
    return ending('executed', `${[ran, ...as].join(', ')}.`, false);
  },
  denied: (sentence: string) => ending('denied', sentence),
  rejected: ({ person, reason }: Decision) =>
    ending('rejected', reason === undefined ? `${person} said no.` : `${person} said no: ${reason}`),
  expired: (waitingFor: WaitingFor | undefined) =>
    ending(
      'expired',
      waitingFor === undefined
        ? 'Nobody answered in time.'
        : `Only ${waitingFor.have} of ${waitingFor.need} needed from ${waitingFor.groups.join(' and ')} answered in time.`,
    ),
  /** Nobody is asked who could not decide: it ends at once, and operators are told. */
  nobodyLeft: (needs: readonly Need[], { told = true }: { readonly told?: boolean } = {}) =>
    ending(
      'expired',
      `Too few people are left who could approve this: ${needs.map(({ count, groups }) => `${count} of ${groups.join(' or ')}`).join(' and ')} are needed.${told ? ' Operators were told.' : ''}`,
    ),
  cancelled: () => ending('cancelled', 'The request was cancelled.'),
  stale: (versions: number) =>
    ending('stale', `What the request is about changed ${versions} times while people looked.`),
  /** A halt stops undoing too: an operator said that nothing more may happen (issue 6 lets them choose). */
  halted: (sentence: string) => ending('halted', sentence, false),
  failed: (sentence: string) => ending('failed', sentence),
} as const;
