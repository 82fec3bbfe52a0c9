/**
 * Slowing down who approves faster than anybody reads (slack-approvals T61). It never keeps anybody from denying, and
 * never from approving: it only asks for more of a look.
 */
import { type Assurance, assuranceFor } from '../domain/decision.ts';
import type { PacedApproval } from '../domain/oversight.ts';
import type { RiskTier } from '../domain/verdict.ts';

/** `unknown`: the records could not be read. */
export type Pace = 'usual' | 'streak' | 'unknown';

/** So many of a person's approvals are looked at. */
export const APPROVALS_LOOKED_AT = 20;

/** This many approvals within two minutes are a streak, until an hour has passed or the next one takes longer. */
const STREAK_MIN = 10;
const STREAK_WITHIN_MS = 2 * 60_000;
const STREAK_LASTS_MS = 60 * 60_000;

/** Faster than anybody reads a card. */
export const FAST_SECONDS = 5;

/** Approvals longer ago than this say nothing of how somebody works now. */
const LOOKED_BACK_MS = 30 * 24 * 3_600_000;

/** What is written in a hurry is shorter. */
export const REASON_CHARS_MIN = 20;

/** The pace of a person by their newest approvals, newest first. */
export function paceOf(approvals: readonly PacedApproval[], now: Date): Exclude<Pace, 'unknown'> {
  const looked = approvals
    .slice(0, APPROVALS_LOOKED_AT)
    .map(({ at, seconds }) => ({ at: Date.parse(at), seconds }))
    .filter(({ at }) => now.getTime() - at <= LOOKED_BACK_MS);
  const [newest, tenth] = [looked[0]?.at, looked[STREAK_MIN - 1]?.at];
  const inARow =
    newest !== undefined &&
    tenth !== undefined &&
    newest - tenth <= STREAK_WITHIN_MS &&
    now.getTime() - newest <= STREAK_LASTS_MS;
  const fast = looked.filter(({ seconds }) => seconds < FAST_SECONDS).length;
  return inARow || fast > APPROVALS_LOOKED_AT / 2 ? 'streak' : 'usual';
}

/** The pace that matters for this tier: nothing is read where every pace gives the same. */
export async function paceFor(
  oversight: { paceOf(person: string): Promise<Pace> },
  person: string,
  tier: RiskTier,
): Promise<Pace> {
  return tier === 'low' ? 'usual' : oversight.paceOf(person);
}

/** What an approval takes at this pace. */
export interface Wanted {
  readonly assurance: Assurance;
  /** 0: no reason is wanted. */
  readonly reasonCharsMin: number;
}

/**
 * On a streak medium risk must be reviewed too, and high and critical risk take a reason of at least
 * `REASON_CHARS_MIN` characters. An unknown pace counts as a streak for high and critical only, so that unreadable
 * records stop nobody's ordinary work.
 */
export function wantedOf(pace: Pace, tier: RiskTier): Wanted {
  const isGrave = tier === 'high' || tier === 'critical';
  if (isGrave)
    return { assurance: assuranceFor(tier), reasonCharsMin: pace === 'usual' ? 0 : REASON_CHARS_MIN };
  const reviewed = pace === 'streak' && tier === 'medium';
  return { assurance: reviewed ? 'reviewed' : assuranceFor(tier), reasonCharsMin: 0 };
}

/** What somebody on a streak is told when a click is not enough. */
export const SLOW_DOWN_SENTENCE =
  'You have approved many requests very quickly: please review this one and type its target; nothing was recorded';

/** What is asked of a reason at this pace, for whoever wrote a shorter one. */
export function shortReasonSentence(pace: Pace): string {
  const why =
    pace === 'streak'
      ? 'You have approved many requests very quickly'
      : 'Your pace cannot be read at the moment';
  return `${why}: please say in at least ${REASON_CHARS_MIN} characters why you approve`;
}
