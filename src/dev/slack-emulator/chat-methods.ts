/** `chat.*`: posting, changing and removing the app's own messages. */
import {
  type Answer,
  type Args,
  flagOf,
  jsonOf,
  type Method,
  type Refusal,
  refuse,
  textOf,
} from './api-call.ts';
import { checkBlocks } from './block-kit.ts';
import type { SlackMessage } from './contract.ts';
import { messageObject } from './message-object.ts';
import type { Conversation, Draft, Workspace } from './workspace.ts';

const POSTED_TEXT_MAX = 40_000;
const UPDATED_TEXT_MAX = 4000;
const METADATA_BYTES_MAX = 16_000;

type Metadata = NonNullable<SlackMessage['metadata']>;

/** The methods by name. */
export function chatMethods(workspace: Workspace): Readonly<Record<string, Method>> {
  return {
    'chat.postMessage': (args) => post(workspace, args),
    'chat.postEphemeral': (args) => whisper(workspace, args),
    'chat.update': (args) => update(workspace, args),
    'chat.delete': (args) => remove(workspace, args),
    'chat.getPermalink': (args) => permalink(workspace, args),
  };
}

/** Reads what a message is to say; shared with answers to response URLs and commands. */
export function readDraft(args: Args): ({ readonly ok: true } & Draft) | Refusal {
  const checked = checkBlocks(jsonOf(args, 'blocks'));
  if (!checked.ok) return checked;
  const metadata = readMetadata(args);
  if (metadata !== undefined && 'ok' in metadata) return metadata;
  const text = (textOf(args, 'text') ?? '').slice(0, POSTED_TEXT_MAX);
  if (jsonOf(args, 'attachments') !== undefined)
    return refuse('invalid_attachments', ['the sandbox shows blocks only']);
  if (text === '' && checked.blocks.length === 0) return refuse('no_text');
  return { ok: true, text, blocks: checked.blocks, ...(metadata === undefined ? {} : { metadata }) };
}

/** The message with new content: text without blocks drops the blocks and is the only edit that shows. */
export function edited(
  message: SlackMessage,
  args: Args,
): { readonly ok: true; readonly message: SlackMessage } | Refusal {
  const text = textOf(args, 'text');
  if ((text ?? '').length > UPDATED_TEXT_MAX) return refuse('msg_too_long');
  const given = jsonOf(args, 'blocks') !== undefined;
  const next = readDraft(
    given || text !== undefined ? args : { ...args, text: message.text, blocks: message.blocks },
  );
  if (!next.ok) return next;
  const { ok: _, ...draft } = next;
  const quiet = given && (next.blocks.length > 0 || message.blocks.length > 0);
  return { ok: true, message: { ...message, ...draft, edited: message.edited || !quiet } };
}

function post(workspace: Workspace, args: Args): Answer {
  const named = textOf(args, 'channel') ?? '';
  const place =
    workspace.conversation(named) ??
    workspace.directWith(named) ??
    workspace.conversations.find((one) => one.kind !== 'im' && `#${one.name}` === named);
  if (place === undefined) return refuse('channel_not_found');
  const draft = threaded(workspace, place, args);
  if (!draft.ok) return draft;
  const { ok: _, ...said } = draft;
  const message = workspace.post(place.id, said);
  return { ok: true, channel: place.id, ts: message.ts, message: messageObject(workspace, message, true) };
}

function whisper(workspace: Workspace, args: Args): Answer {
  const place = workspace.conversation(textOf(args, 'channel') ?? '');
  if (place === undefined) return refuse('channel_not_found');
  const user = workspace.person(textOf(args, 'user') ?? '');
  if (user === undefined || (place.user !== undefined && place.user !== user.id))
    return refuse('user_not_in_channel');
  const draft = threaded(workspace, place, args);
  if (!draft.ok) return draft;
  const { ok: _, ...said } = draft;
  return { ok: true, message_ts: workspace.post(place.id, { ...said, ephemeralFor: user.id }).ts };
}

function update(workspace: Workspace, args: Args): Answer {
  const found = ownMessage(workspace, args, 'cant_update_message');
  if (!found.ok) return found;
  const next = edited(found.message, args);
  if (!next.ok) return next;
  workspace.replace(next.message);
  const { channel, ts, text } = next.message;
  return { ok: true, channel, ts, text, message: messageObject(workspace, next.message, true) };
}

function remove(workspace: Workspace, args: Args): Answer {
  const found = ownMessage(workspace, args, 'cant_delete_message');
  if (!found.ok) return found;
  workspace.remove(found.message);
  return { ok: true, channel: found.message.channel, ts: found.message.ts };
}

function permalink(workspace: Workspace, args: Args): Answer {
  const ts = textOf(args, 'message_ts') ?? '';
  const found = lasting(workspace, textOf(args, 'channel') ?? '', ts);
  if (!found.ok) return found;
  const { channel } = found.message;
  const url = `https://${workspace.team.domain}.slack.example/archives/${channel}/p${ts.replace('.', '')}`;
  return { ok: true, channel, permalink: url };
}

function threaded(
  workspace: Workspace,
  place: Conversation,
  args: Args,
): ({ readonly ok: true } & Draft) | Refusal {
  const threadTs = textOf(args, 'thread_ts');
  const parent = threadTs === undefined ? undefined : workspace.find(place.id, threadTs);
  if (threadTs !== undefined && (parent === undefined || parent.ephemeralFor !== undefined))
    return refuse('thread_not_found');
  const draft = readDraft(args);
  // A reply that is also sent to the channel would be two messages; nothing here may think it got that.
  if (flagOf(args, 'reply_broadcast'))
    return refuse('invalid_arguments', ['the sandbox has no reply_broadcast']);
  return draft.ok && threadTs !== undefined ? { ...draft, threadTs } : draft;
}

function ownMessage(workspace: Workspace, args: Args, notOwn: string): ReturnType<typeof lasting> {
  const found = lasting(workspace, textOf(args, 'channel') ?? '', textOf(args, 'ts') ?? '');
  return found.ok && found.message.author.id !== workspace.bot.id ? refuse(notOwn) : found;
}

/** A message that others can name: ephemerals have a ts but nobody can look them up. */
function lasting(
  workspace: Workspace,
  channel: string,
  ts: string,
): { readonly ok: true; readonly message: SlackMessage } | Refusal {
  if (workspace.conversation(channel) === undefined) return refuse('channel_not_found');
  const message = workspace.find(channel, ts);
  return message === undefined || message.ephemeralFor !== undefined
    ? refuse('message_not_found')
    : { ok: true, message };
}

function readMetadata(args: Args): Metadata | Refusal | undefined {
  const given = jsonOf(args, 'metadata');
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object') return refuse('invalid_metadata_format');
  const { event_type: type, event_payload: payload } = given as {
    event_type?: unknown;
    event_payload?: unknown;
  };
  if (typeof type !== 'string' || type === '' || typeof payload !== 'object' || payload === null)
    return refuse('invalid_metadata_schema');
  if (Buffer.byteLength(JSON.stringify(given)) > METADATA_BYTES_MAX) return refuse('metadata_too_large');
  return { event_type: type, event_payload: payload as Metadata['event_payload'] };
}
