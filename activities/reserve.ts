/**
 * Reserving: a step under a limit is counted first and judged last, so that two requests at once can't both pass. For a
 * change the intent is written under a lock; a read, which has none, is noted and then held against all noted with it.
 */
import { log } from '@temporalio/activity';
import type { Intent } from '../src/domain/effect.ts';
import { OutsideError } from '../src/domain/retry.ts';
import type { Observation, Recent } from '../src/domain/usage.ts';
import type { Verdict } from '../src/domain/verdict.ts';
import type { StepInput } from './contract.ts';
import { isNoStricter } from './gates.ts';
import { backToPeople, GRANT_GONE, type Refusal, refuse } from './refusal.ts';
import type { ExecuteDeps, Running } from './running.ts';

export type Reserved = { readonly kind: 'reserved'; readonly created: boolean };

/**
 * Writes the intent down. Where a rule counts, only if policy says the same about what is counted at that moment; under a
 * standing grant, only with a use of it.
 */
export async function reserve(
  running: Running,
  intent: Intent,
  { ledger, clock }: Pick<ExecuteDeps, 'ledger' | 'clock'>,
): Promise<Reserved | Refusal> {
  const { input, judged } = running;
  if (!isCounted(running) && judged.grant === undefined) {
    return { kind: 'reserved', created: (await ledger.intend(intent)).created };
  }
  let refusal: Refusal | undefined;
  const under = judged.grant?.id;
  const reserving = under === undefined ? intent : { ...intent, under };
  const reserved = await ledger.intendWithin(reserving, clock(), (recent) => {
    refusal = isCounted(running) ? refusalNow(running, recent) : undefined;
    return refusal === undefined;
  });
  if (reserved !== undefined) return { kind: 'reserved', created: reserved.created };
  if (refusal !== undefined) return refusal;
  return under === undefined ? refuse('denied', STRICTER) : usedUp(input, judged);
}

/** Takes a use of the standing grant that a read runs under. A read has no intent to take it with, and gives none back. */
export async function useGrant(
  { input, judged }: Running,
  { grants, clock }: Pick<ExecuteDeps, 'grants' | 'clock'>,
): Promise<Refusal | undefined> {
  if (judged.grant === undefined) return undefined;
  const { request, step } = input;
  const use = { grant: judged.grant.id, request, step, cents: judged.amountCents };
  return (await grants.use(use, clock())) ? undefined : usedUp(input, judged);
}

function usedUp(input: StepInput, { own }: Running['judged']): Refusal {
  return backToPeople(GRANT_GONE, input, own.verdict);
}

/** Data of this tier or higher is handed out only when it is written down that it was read. */
const NOTED_TIER = 3;

/**
 * Notes a read. Resolves to a refusal where a rule counts and says no once all reads noted by then count; those at once
 * see each other, so that rather each of them is refused than one too many let through. Where no rule counts, the
 * note may be waited for after the read: `noted` rejects where it has to be there and is not.
 */
export async function noteRead(
  running: Running,
  observation: Observation,
  { usage, clock }: Pick<ExecuteDeps, 'usage' | 'clock'>,
): Promise<{ readonly noted: Promise<void> } | Refusal> {
  const { request, step, agent, tenant, session, tool, target, tier } = observation;
  const counted = isCounted(running);
  const noted = usage.observe(observation).catch((cause: unknown) => {
    log.warn('Could not note a read', { request, step, error: cause });
    if (counted || tier >= NOTED_TIER)
      throw new OutsideError(
        'retryable',
        'Cannot hand out what was read: it cannot be written down that it was',
        { cause },
      );
  });
  // Whoever waits for it hears of it; until then it must not count as unheard.
  noted.catch(() => undefined);
  if (!counted) return { noted };
  await noted;
  const query = { request, step, agent, tenant, session, tool, target, now: clock() };
  return refusalNow(running, await usage.recent(query)) ?? { noted };
}

/** Whether some rule about the tool reads what was done lately. */
function isCounted({ judged: { own } }: Running): boolean {
  return own.facts.gathered?.includes('recent') ?? true;
}

const STRICTER = 'Policy is stricter than a moment ago.';

/** Why the step may not run with so much done lately; undefined where policy says the same as before. */
function refusalNow({ input, judged: { own } }: Running, recent: Recent): Refusal | undefined {
  const fresh: Verdict = own.policy.decide({ ...own.facts, recent });
  if (isNoStricter(fresh, own.verdict)) return undefined;
  const sentence = fresh.rules[0]?.sentence ?? STRICTER;
  return fresh.effect === 'deny'
    ? refuse('denied', sentence, fresh)
    : backToPeople(`Since it was judged, something else ran that counts: ${sentence}`, input, fresh);
}
