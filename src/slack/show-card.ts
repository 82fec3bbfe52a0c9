/** Brings one card to the newest wanted drawing, whatever order calls end in. */
import type { WebClient } from '@slack/web-api';
import type { Names } from '../approvals/names.ts';
import type { CardView } from '../domain/card.ts';
import { OutsideError } from '../domain/retry.ts';
import { findCard, postCard, removeCard, updateCard } from './card-message.ts';
import { type Drawing, drawCard } from './cards/draw-card.ts';
import type { CardRow, CardStore, MessagePlace } from './ports.ts';
import { slackCode } from './slack-client.ts';

const ROUNDS_MAX = 5;
const AGAIN_MS = 1_000;

export interface CardPainter {
  readonly client: WebClient;
  readonly cards: CardStore;
  readonly approvalsChannel: string;
  readonly names: Names;
}

/**
 * Wants `view`, then draws what is wanted until nothing newer appeared meanwhile. It draws at least once even if a
 * newer view is noted as shown: a slow call may just have overwritten that one. Rejects with an `OutsideError`.
 */
export async function showCard(painter: CardPainter, view: CardView): Promise<void> {
  const { cards } = painter;
  const { request, version } = view;
  const wasKnown = (await cards.current(request, version)) !== undefined;
  let { row } = await cards.want(view);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const drawn = row.wantedSeq;
    await draw(painter, row, wasKnown || round > 0);
    await cards.shown(request, version, drawn);
    row = (await cards.current(request, version)) ?? row;
    if (row.wantedSeq <= drawn) return;
  }
  throw new OutsideError('retryable', `Cannot show card: it changed ${ROUNDS_MAX} times while being drawn`, {
    retryAfterMs: AGAIN_MS,
  });
}

async function draw(painter: CardPainter, row: CardRow, mayBePosted: boolean): Promise<void> {
  const drawing = drawCard(row.wantedView, painter.names);
  const { place } = row;
  if (place !== undefined && (await updateCard(painter.client, place, drawing)) === 'updated') return;
  const lost = mayBePosted ? await findLost(painter, row) : undefined;
  if (lost !== undefined && (await updateCard(painter.client, lost, drawing)) === 'updated') {
    await painter.cards.placed(row.request, row.version, lost, place);
    return;
  }
  await post(painter, row, drawing);
}

/** A post whose answer never came, by an earlier attempt or another process. A place known to be gone is not it. */
async function findLost(
  { client, approvalsChannel }: CardPainter,
  row: CardRow,
): Promise<MessagePlace | undefined> {
  const found = await findCard(client, approvalsChannel, row.wantedView);
  return found?.ts === row.place?.ts ? undefined : found;
}

async function post(painter: CardPainter, row: CardRow, drawing: Drawing): Promise<void> {
  const { client, cards, approvalsChannel } = painter;
  const mine = await postCard(client, approvalsChannel, row, drawing);
  const { row: noted } = await cards.placed(row.request, row.version, mine, row.place);
  if (noted.place === undefined || noted.place.ts === mine.ts) return;
  // Somebody else's post was noted first: theirs is the card, and it may show less than what was drawn here.
  await updateCard(client, noted.place, drawing);
  try {
    await removeCard(client, mine);
  } catch (error) {
    if (slackCode(error) !== 'message_not_found') throw error;
  }
}
