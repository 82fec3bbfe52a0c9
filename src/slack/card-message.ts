/** One card as a message in Slack: posting, changing, and finding one whose post got lost on the way. */
import type { WebClient } from '@slack/web-api';
import type { CardView } from '../domain/card.ts';
import type { Drawing } from './cards/draw-card.ts';
import type { Wanted } from './lane.ts';
import { inTurn, type Pacer } from './pacing.ts';
import type { MessagePlace } from './ports.ts';
import { slackCode, sorted } from './slack-client.ts';

const EVENT_TYPE = 'countersign_card';
const HISTORY_PAGES_MAX = 5;
const HISTORY_PAGE_MESSAGES = 100;

/** Slack's words for a message that can no longer be changed: a new one must be posted. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'is_inactive']);

type Named = Pick<CardView, 'request' | 'version'>;

/** Posts a card as a new message. The metadata lets a lost post be found; anybody may read it, so it holds ids only. */
export async function postCard(
  client: WebClient,
  channel: string,
  card: Named,
  drawing: Drawing,
): Promise<MessagePlace> {
  const answer = await sorted(
    'Cannot post card',
    client.chat.postMessage({
      channel,
      text: drawing.text,
      blocks: [...drawing.blocks],
      metadata: { event_type: EVENT_TYPE, event_payload: { request: card.request, version: card.version } },
      unfurl_links: false,
      unfurl_media: false,
    }),
  );
  return { channel: answer.channel ?? channel, ts: answer.ts ?? '' };
}

/** Redraws a posted card; `gone` when that message can no longer be changed. */
export async function updateCard(
  client: WebClient,
  place: MessagePlace,
  drawing: Drawing,
): Promise<'updated' | 'gone'> {
  try {
    await sorted(
      'Cannot update card',
      client.chat.update({ ...place, text: drawing.text, blocks: [...drawing.blocks] }),
    );
    return 'updated';
  } catch (error) {
    if (GONE.has(slackCode(error) ?? '')) return 'gone';
    throw error;
  }
}

/**
 * Looks for a card's message in the channel since it was asked for. The newest match wins; bounded in pages, each of
 * which waits for its turn.
 */
export async function findCard(
  { client, pacer }: { readonly client: WebClient; readonly pacer: Pacer },
  channel: string,
  card: Named & Pick<CardView, 'requestedAt'>,
): Promise<MessagePlace | undefined> {
  const oldest = String(Math.floor(new Date(card.requestedAt).getTime() / 1_000) - 60);
  let cursor: string | undefined;
  for (let page = 0; page < HISTORY_PAGES_MAX; page += 1) {
    const answer = await inTurn(pacer, { method: 'look' }, lookFor(card), () =>
      sorted(
        'Cannot look for card',
        client.conversations.history({
          channel,
          oldest,
          limit: HISTORY_PAGE_MESSAGES,
          include_all_metadata: true,
          ...(cursor === undefined ? {} : { cursor }),
        }),
      ),
    );
    const found = answer.messages?.find(({ metadata }) => isCard(metadata, card));
    if (found?.ts !== undefined) return { channel, ts: found.ts };
    cursor = answer.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') return undefined;
  }
  return undefined;
}

/** Removes a card that turned out to be a double. Best effort: its buttons point to the same record anyway. */
export async function removeCard(client: WebClient, place: MessagePlace): Promise<void> {
  await sorted('Cannot remove double card', client.chat.delete({ ...place }));
}

function lookFor({ request, version }: Named): Wanted {
  return { key: `${request} v${version}`, request, kind: 'update' };
}

function isCard(
  metadata: { event_type?: string; event_payload?: object } | undefined,
  { request, version }: Named,
): boolean {
  const payload = metadata?.event_payload as Partial<Named> | undefined;
  return (
    metadata?.event_type === EVENT_TYPE &&
    payload?.request === request &&
    Number(payload?.version) === version
  );
}
