/** Tells an agent's owner that people keep turning it down, so that somebody looks before it goes on asking. */
import { type ApprovalSettingsReader, ASK_LIMITS } from '../domain/approval-settings.ts';
import type { CardView } from '../domain/card.ts';
import type { OpenAsks } from '../domain/open-asks.ts';
import type { Clock, Surface } from '../domain/ports.ts';

export interface TurnedDownParts {
  readonly openAsks: Pick<OpenAsks, 'look'>;
  readonly approvalSettings: ApprovalSettingsReader;
  readonly clock: Clock;
}

/**
 * Once an hour and agent at most, when the request that just closed makes it too many. Rejects when the owner cannot be
 * told now; a rendering that is repeated then tells.
 */
export async function tellWhenTurnedDownOften(
  { request, agent, owner, state, outcome }: CardView,
  { openAsks, approvalSettings, clock }: TurnedDownParts,
  tell: Surface['tell'],
): Promise<void> {
  if (state !== 'closed' || outcome !== 'rejected') return;
  const now = clock();
  const { asks = ASK_LIMITS } = await approvalSettings();
  const { rejected } = await openAsks.look({ agent, twin: '', now });
  // This one may not be counted yet.
  const count = new Set([request, ...rejected.map((one) => one.request)]).size;
  if (count < asks.rejectedMax) return;
  await tell({
    request,
    person: owner,
    key: `turned-down:${agent}:${now.toISOString().slice(0, 'yyyy-mm-ddThh'.length)}`,
    text: `People turned down ${count} requests of ${agent} within an hour. It may ask them nothing further for ${asks.pauseMinutes} minutes. Please look at what it is doing.`,
  });
}
