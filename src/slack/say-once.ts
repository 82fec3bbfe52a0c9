/** Saying a thing once per key, although Slack has no idempotency key and answers get lost. */
import type { WebClient } from '@slack/web-api';
import { shortCode } from '../approvals/outside-text.ts';
import { OutsideError } from '../domain/retry.ts';
import { inTurn, type Pacer } from './pacing.ts';
import type { MessagePlace, MessageStore } from './ports.ts';
import { sorted } from './slack-client.ts';
import { spoken } from './spoken.ts';

const EVENT_TYPE = 'countersign_line';
const LOOK_BACK_MESSAGES = 50;

export interface Saying {
  readonly key: string;
  /** Whose line it is; requests share a channel fairly. */
  readonly request: string;
  /** A channel id, or a user id for a direct message. */
  readonly channel: string;
  readonly threadTs?: string;
  readonly text: string;
  readonly mentions?: readonly string[];
  /** Somebody's words, fenced under the text. */
  readonly quote?: string;
}

export interface Speaker {
  readonly client: WebClient;
  readonly messages: MessageStore;
  readonly pacer: Pacer;
}

/**
 * Says it unless it was said. When Slack's answer got lost the message is looked for at once, so a retry does not
 * repeat it. A process that dies between speaking and recording can still cause one repeat.
 */
export async function sayOnce(speaker: Speaker, saying: Saying): Promise<void> {
  const { messages } = speaker;
  if ((await messages.find(saying.key)) !== undefined) return;
  await messages.record(saying.key, await sayOrFind(speaker, saying));
}

async function sayOrFind({ client, pacer }: Speaker, saying: Saying): Promise<MessagePlace> {
  const { key, channel, request } = saying;
  try {
    return await inTurn(pacer, { method: 'chat.postMessage', channel }, { key, request, kind: 'line' }, () =>
      post(client, saying),
    );
  } catch (error) {
    if (!(error instanceof OutsideError) || error.kind !== 'unknown') throw error;
    const found = await inTurn(pacer, { method: 'look' }, { key, request, kind: 'line' }, () =>
      find(client, saying),
    );
    if (found !== undefined) return found;
    throw new OutsideError('retryable', error.message, { cause: error });
  }
}

async function post(
  client: WebClient,
  { key, channel, threadTs, text, ...more }: Saying,
): Promise<MessagePlace> {
  const answer = await sorted(
    'Cannot say',
    client.chat.postMessage({
      channel,
      ...spoken(text, more),
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      metadata: { event_type: EVENT_TYPE, event_payload: { code: shortCode(key) } },
      unfurl_links: false,
      unfurl_media: false,
    }),
  );
  return { channel: answer.channel ?? channel, ts: answer.ts ?? '' };
}

async function find(
  client: WebClient,
  { key, channel, threadTs }: Saying,
): Promise<MessagePlace | undefined> {
  const place = await conversationOf(client, channel);
  const page = { channel: place, limit: LOOK_BACK_MESSAGES, include_all_metadata: true };
  const { messages = [] } = await sorted(
    'Cannot look for a line',
    threadTs === undefined
      ? client.conversations.history(page)
      : client.conversations.replies({ ...page, ts: threadTs }),
  );
  const code = shortCode(key);
  const said = messages.find(({ metadata }) => {
    const payload = metadata?.event_payload as { code?: unknown } | undefined;
    return metadata?.event_type === EVENT_TYPE && payload?.code === code;
  });
  return said?.ts === undefined ? undefined : { channel: place, ts: said.ts };
}

/** History cannot be read by user id: a direct message has a channel of its own. */
async function conversationOf(client: WebClient, channel: string): Promise<string> {
  if (!/^[UW]/.test(channel)) return channel;
  const { channel: opened } = await sorted(
    'Cannot look for a line',
    client.conversations.open({ users: channel }),
  );
  return opened?.id ?? channel;
}
