/** Puts away what still asks people about a request that ended from outside, so that it could not do so itself. */
import type { CardView, OpenApproval } from '../domain/card.ts';
import type { RequestView } from '../domain/request.ts';
import { redacted } from './bolt-logger.ts';
import { updateCard } from './card-message.ts';
import { drawCard } from './cards/draw-card.ts';
import { LATE, within } from './deadline.ts';
import type { Desk } from './ports.ts';

/** The clicker's answer waits for this, and has to be in time itself. */
const PUT_AWAY_WITHIN_MS = 1_000;

type PuttingAway = Pick<Desk, 'cards' | 'client' | 'names' | 'inbox' | 'log'>;
type Closed = Pick<OpenApproval, 'request' | 'version'>;

/**
 * Redraws the card as a record of what happened, then closes its inbox row: in this order, so that a card whose
 * buttons could not be taken away is put away by the next click. Only for requests that no longer run. Never rejects.
 */
export async function putAway(
  desk: PuttingAway,
  closed: Closed,
  view: RequestView | undefined,
): Promise<void> {
  try {
    if ((await within(PUT_AWAY_WITHIN_MS, redrawAndClose(desk, closed, view))) !== LATE) return;
    desk.log.warn({ event: 'put-away-late', request: closed.request }, 'Putting a card away takes long');
  } catch (error) {
    const why = redacted([error]);
    desk.log.warn({ event: 'put-away-failed', request: closed.request, why }, 'Could not put a card away');
  }
}

async function redrawAndClose(
  { cards, client, names, inbox }: PuttingAway,
  { request, version }: Closed,
  view: RequestView | undefined,
): Promise<void> {
  const row = await cards.current(request, version);
  if (row?.place !== undefined)
    await updateCard(client, row.place, drawCard(asRecord(row.wantedView, view), names));
  await inbox.close(request, version);
}

/** The card's own last word where it had one; else what the request's view says. */
function asRecord(wanted: CardView, view: RequestView | undefined): CardView {
  if (wanted.state === 'closed' || wanted.state === 'replaced') return wanted;
  const steps = wanted.steps.map((step) => {
    const { status = step.status, error } = view?.steps[step.index] ?? {};
    return { ...step, status, ...(error === undefined ? {} : { error }) };
  });
  return {
    ...wanted,
    steps,
    state: 'closed',
    ...(view?.outcome === undefined ? {} : { outcome: view.outcome }),
    ...(view?.effects === undefined ? {} : { effects: view.effects }),
    ...(view?.message === undefined ? {} : { message: view.message }),
    ...(view?.closedAt === undefined ? {} : { closedAt: view.closedAt }),
  };
}
