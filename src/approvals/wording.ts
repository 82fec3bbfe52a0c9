import type { CardStep, CardView } from '../domain/card.ts';
import type { Effects, Outcome } from '../domain/outcome.ts';
import type { Need } from '../domain/quorum.ts';
import type { StepStatus } from '../domain/request.ts';
import type { GrantOffer } from '../domain/standing-grant.ts';
import type { RiskTier, VerdictEffect } from '../domain/verdict.ts';

export const TIER_WORDS: Readonly<Record<RiskTier, string>> = {
  low: 'Low risk',
  medium: 'Medium risk',
  high: 'High risk',
  critical: 'Critical risk',
};

export const VERDICT_WORDS: Readonly<Record<VerdictEffect, string>> = {
  allow: 'allowed by policy',
  notify: 'allowed, a channel is told',
  downscope: 'replaced by a smaller step',
  approve: 'needs approval by people',
  deny: 'forbidden by policy',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  executed: 'Executed',
  rejected: 'Rejected by a person',
  expired: 'Expired: nobody decided in time',
  denied: 'Denied by policy',
  cancelled: 'Cancelled',
  stale: 'Given up: the targets kept changing',
  halted: 'Halted by an operator',
  failed: 'Failed',
  rolled_back: 'Rolled back',
  rollback_failed: 'Rollback failed: a person must look',
};

export const EFFECTS_WORDS: Readonly<Record<Effects, string>> = {
  none: 'Nothing of it stands.',
  some: 'A part of it stands.',
  all: 'All of it stands.',
};

const STATUS_WORDS: Readonly<Record<StepStatus, string>> = {
  pending: 'will follow',
  waiting: 'follows after approval',
  running: 'running now',
  done: 'executed',
  failed: 'failed',
  undone: 'executed, then undone',
  undo_failed: 'executed, and the undo failed',
  skipped: 'did not run',
};

/** What became of a step, or will: whether it ran, waits or follows. */
export function statusWords(step: CardStep, state: CardView['state']): string {
  const open = step.status === 'pending' || step.status === 'waiting';
  if (open && (state === 'closed' || state === 'undoing')) return STATUS_WORDS.skipped;
  if (open && state === 'replaced') return 'moved to the newer version';
  return step.status === 'waiting' && step.verdict === 'approve'
    ? 'waits for approval'
    : STATUS_WORDS[step.status];
}

/** How a step is taken back. `undo` may hold outside words: the result is for plain text only. */
export function undoWords({
  effect,
  reversibility,
  undo,
}: Pick<CardStep, 'effect' | 'reversibility' | 'undo'>): string {
  if (effect === 'read') return 'Changes nothing.';
  if (undo === null || reversibility === 'irreversible') return 'Cannot be undone.';
  return reversibility === 'costly'
    ? `Can be undone at a price or in part: ${undo}`
    : `Can be undone: ${undo}`;
}

/** `2 from platform`, `1 from finance or finance-leads, 1 from platform`. */
export function needsWords(needs: readonly Need[], group: (id: string) => string): string {
  if (needs.length === 0) return 'nobody named by policy';
  return needs.map(({ count, groups }) => `${count} from ${groups.map(group).join(' or ')}`).join(', ');
}

/** `0 of 2 from platform`; with several groups `1 of 3: 2 from platform, 1 from finance`. */
export function progressWords(view: CardView, group: (id: string) => string): string {
  const [only, ...others] = view.needs;
  if (only !== undefined && others.length === 0) {
    return `${view.have} of ${view.need} from ${only.groups.map(group).join(' or ')}`;
  }
  return `${view.have} of ${view.need}: ${needsWords(view.needs, group)}`;
}

/** What the whole request is doing, in a word or two. */
export function stateWords(view: CardView): string {
  if (view.state === 'closed') return view.outcome === undefined ? 'Closed' : OUTCOME_WORDS[view.outcome];
  const words = {
    waiting: 'Waiting for people',
    running: 'Running',
    undoing: 'Undoing what ran',
    replaced: 'Replaced',
  };
  return words[view.state];
}

/** What an approval allows in advance, as a sentence after it; empty where it allows nothing. */
export function grantWords(grant: GrantOffer | undefined): string {
  if (grant === undefined) return '';
  const { covers, until, usesMax, centsMax } = grant;
  const what = covers === 'arguments' ? 'exactly the same' : 'the same on this target';
  const times = usesMax === 1 ? 'once' : `${usesMax} times`;
  const sum = centsMax === undefined ? '' : `, ${(centsMax / 100).toFixed(2)} in all`;
  const end = `${until.slice(0, 16).replace('T', ' ')} UTC`;
  return `. Once it has run, this allows ${what} until ${end}, at most ${times}${sum}`;
}
