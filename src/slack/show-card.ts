/** Brings one card to the newest wanted drawing, whatever order calls end in, and no faster than Slack takes it. */
import type { WebClient } from '@slack/web-api';
import type { Names } from '../approvals/names.ts';
import type { CardView } from '../domain/card.ts';
import { OutsideError } from '../domain/retry.ts';
import { findCard, postCard, removeCard, updateCard } from './card-message.ts';
import { drawCard } from './cards/draw-card.ts';
import { SUPERSEDED, type Wanted } from './lane.ts';
import type { Pacer } from './pacing.ts';
import type { CardRow, CardStore, MessagePlace } from './ports.ts';
import { slackCode } from './slack-client.ts';

const ROUNDS_MAX = 5;
const AGAIN_MS = 1_000;

export interface CardPainter {
  readonly client: WebClient;
  readonly cards: CardStore;
  readonly approvalsChannel: string;
  readonly names: Names;
  readonly pacer: Pacer;
}

/** What one attempt at drawing did: the `seq` that is on the card now, or `again` when the card turned out to be elsewhere. */
type Drawn = number | 'again' | typeof SUPERSEDED;

/**
 * Wants `view`, then draws what is wanted until nothing newer appeared meanwhile. When its turn comes it draws the
 * newest view, so that changes made while it waited cost one call; one that others overtook returns at once. The view
 * that is wanted is drawn at least once even if it is noted as shown. Rejects with an `OutsideError`.
 */
export async function showCard(painter: CardPainter, view: CardView): Promise<void> {
  const { cards } = painter;
  const { request, version } = view;
  let row = await cards.current(request, version);
  const wasKnown = row !== undefined;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const drawn = await draw(painter, { view, row, mayBePosted: wasKnown || round > 0, round });
    if (drawn === SUPERSEDED) return;
    if (drawn !== 'again') await cards.shown(request, version, drawn);
    row = await cards.current(request, version);
    if (drawn !== 'again' && (row?.wantedSeq ?? drawn) <= drawn) return;
  }
  throw new OutsideError('retryable', `Cannot show card: it changed ${ROUNDS_MAX} times while being drawn`, {
    retryAfterMs: AGAIN_MS,
  });
}

interface Attempt {
  readonly view: CardView;
  readonly row: CardRow | undefined;
  readonly mayBePosted: boolean;
  readonly round: number;
}

async function draw(painter: CardPainter, { view, row: known, mayBePosted, round }: Attempt): Promise<Drawn> {
  // Only what was wanted may have been posted and lost; so a card that never had its turn is not looked for.
  if (known === undefined) return post(painter, view, undefined);
  const { row } = await painter.cards.want(view);
  // In a later round the newer one may be noted as shown and yet be overwritten by what was drawn here.
  if (round === 0 && row.wantedSeq > view.seq && row.shownSeq >= row.wantedSeq) return SUPERSEDED;
  const { place } = row;
  const redrawn = place === undefined ? 'gone' : await redraw(painter, view, place);
  if (redrawn !== 'gone') return redrawn;
  const lost = mayBePosted ? await findLost(painter, row) : undefined;
  const found = lost === undefined ? 'gone' : await redraw(painter, view, lost);
  if (lost === undefined || found === 'gone') return post(painter, view, place);
  await painter.cards.placed(row.request, row.version, lost, place);
  return found;
}

async function redraw(painter: CardPainter, view: CardView, place: MessagePlace): Promise<Drawn | 'gone'> {
  const { client, cards, names, pacer } = painter;
  return pacer.run({ method: 'chat.update' }, turnOf(view, 'update'), async () => {
    const { row } = await cards.want(view);
    const done = await updateCard(client, place, drawCard(row.wantedView, names));
    return done === 'gone' ? 'gone' : row.wantedSeq;
  });
}

/** A post whose answer never came, by an earlier attempt or another process. A place known to be gone is not it. */
async function findLost(painter: CardPainter, row: CardRow): Promise<MessagePlace | undefined> {
  const found = await findCard(painter, painter.approvalsChannel, row.wantedView);
  return found?.ts === row.place?.ts ? undefined : found;
}

async function post(painter: CardPainter, view: CardView, gone: MessagePlace | undefined): Promise<Drawn> {
  const { client, cards, approvalsChannel: channel, names, pacer } = painter;
  const { request, version } = view;
  return pacer.run({ method: 'chat.postMessage', channel }, turnOf(view, 'card'), async () => {
    const { row } = await cards.want(view);
    if (row.place !== undefined && row.place.ts !== gone?.ts) return 'again';
    const mine = await postCard(client, channel, row, drawCard(row.wantedView, names));
    const { row: noted } = await cards.placed(request, version, mine, gone);
    if (noted.place === undefined || noted.place.ts === mine.ts) return row.wantedSeq;
    // Somebody else's post was noted first: theirs is the card, and it may show less than what was drawn here.
    await remove(client, mine);
    return 'again';
  });
}

async function remove(client: WebClient, double: MessagePlace): Promise<void> {
  try {
    await removeCard(client, double);
  } catch (error) {
    if (slackCode(error) !== 'message_not_found') throw error;
  }
}

function turnOf({ request, version, seq }: CardView, kind: 'card' | 'update'): Wanted {
  return { key: `${request} v${version}`, request, kind, seq };
}
