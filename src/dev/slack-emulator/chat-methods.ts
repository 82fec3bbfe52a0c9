/** `chat.*`: posting, changing and removing the app's own messages. */
import { type Answer, type Args, jsonOf, type Method, type Refusal, refuse, textOf } from './api-call.ts';
import { checkBlocks } from './block-kit.ts';
import type { SlackMessage } from './contract.ts';
import { messageObject } from './message-object.ts';
import type { Conversation, Draft, Workspace } from './workspace.ts';

const POSTED_TEXT_MAX = 40_000;
const UPDATED_TEXT_MAX = 4000;
const METADATA_BYTES_MAX = 16_000;

type Metadata = NonNullable<SlackMessage['metadata']>;
type Read = { readonly ok: true; readonly draft: Draft } | Refusal;
type Found = { readonly ok: true; readonly message: SlackMessage } | Refusal;

/** The methods by name. */
export function chatMethods(workspace: Workspace): Readonly<Record<string, Method>> {
  return {
    'chat.postMessage': (args) => post(workspace, args),
    'chat.postEphemeral': (args) => whisper(workspace, args),
    'chat.update': (args) => update(workspace, args),
    'chat.delete': (args) => {
      const found = lasting(workspace, args, 'ts');
      return found.ok ? { ...workspace.remove(found.message), channel: args.channel, ts: args.ts } : found;
    },
    'chat.getPermalink': (args) => {
      const found = lasting(workspace, args, 'message_ts');
      if (!found.ok) return found;
      const { channel, ts } = found.message;
      const permalink = `${workspace.url}archives/${channel}/p${ts.replace('.', '')}`;
      return { ok: true, channel, permalink };
    },
  };
}

/** Reads what a message is to say. A text above 40,000 characters is cut, as Slack does. */
export function readDraft(args: Args): Read {
  const checked = checkBlocks(jsonOf(args, 'blocks'));
  if (!checked.ok) return checked;
  const metadata = readMetadata(jsonOf(args, 'metadata'));
  if (typeof metadata === 'string') return refuse(metadata);
  const text = (textOf(args, 'text') ?? '').slice(0, POSTED_TEXT_MAX);
  if (jsonOf(args, 'attachments') !== undefined)
    return refuse('invalid_attachments', ['the sandbox shows blocks only']);
  if (text === '' && checked.blocks.length === 0) return refuse('no_text');
  return {
    ok: true,
    draft: { text, blocks: checked.blocks, ...(metadata === undefined ? {} : { metadata }) },
  };
}

/** The message with new content. Text without blocks drops the blocks; an edit of blocks leaves no edited mark. */
export function edited(message: SlackMessage, args: Args): Found {
  const text = textOf(args, 'text');
  if ((text ?? '').length > UPDATED_TEXT_MAX) return refuse('msg_too_long');
  const untouched = text === undefined && jsonOf(args, 'blocks') === undefined;
  const read = readDraft(untouched ? { ...args, text: message.text, blocks: message.blocks } : args);
  if (!read.ok) return read;
  const marked = text !== undefined && read.draft.blocks.length === 0;
  return { ok: true, message: { ...message, ...read.draft, edited: message.edited || marked } };
}

function post(workspace: Workspace, args: Args): Answer {
  const named = textOf(args, 'channel') ?? '';
  const place =
    workspace.conversation(named) ??
    workspace.directWith(named) ??
    workspace.conversations.find((one) => one.kind !== 'im' && `#${one.name}` === named);
  if (place === undefined) return refuse('channel_not_found');
  const read = threaded(workspace, place, args);
  if (!read.ok) return read;
  const message = workspace.post(place.id, read.draft);
  return { ok: true, channel: place.id, ts: message.ts, message: messageObject(workspace, message, true) };
}

function whisper(workspace: Workspace, args: Args): Answer {
  const place = workspace.conversation(textOf(args, 'channel') ?? '');
  if (place === undefined) return refuse('channel_not_found');
  const user = workspace.person(textOf(args, 'user') ?? '');
  if (user === undefined || (place.user ?? user.id) !== user.id) return refuse('user_not_in_channel');
  const read = threaded(workspace, place, args);
  if (!read.ok) return read;
  return { ok: true, message_ts: workspace.post(place.id, { ...read.draft, ephemeralFor: user.id }).ts };
}

function update(workspace: Workspace, args: Args): Answer {
  const found = lasting(workspace, args, 'ts');
  const next = found.ok ? edited(found.message, args) : found;
  if (!next.ok) return next;
  const { channel, ts, text } = next.message;
  return {
    ...workspace.replace(next.message),
    channel,
    ts,
    text,
    message: messageObject(workspace, next.message, true),
  };
}

function threaded(workspace: Workspace, place: Conversation, args: Args): Read {
  const threadTs = textOf(args, 'thread_ts');
  const read = readDraft(args);
  if (threadTs === undefined || !read.ok) return read;
  const parent = workspace.find(place.id, threadTs);
  if (parent === undefined || parent.ephemeralFor !== undefined) return refuse('thread_not_found');
  return { ok: true, draft: { ...read.draft, threadTs } };
}

/** A message that calls can name: ephemerals have a ts but nobody can look them up. */
function lasting(workspace: Workspace, args: Args, tsName: string): Found {
  const place = workspace.conversation(textOf(args, 'channel') ?? '');
  if (place === undefined) return refuse('channel_not_found');
  const message = workspace.find(place.id, textOf(args, tsName) ?? '');
  return message === undefined || message.ephemeralFor !== undefined
    ? refuse('message_not_found')
    : { ok: true, message };
}

function readMetadata(given: unknown): Metadata | string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given !== 'object') return 'invalid_metadata_format';
  const { event_type, event_payload } = given as Partial<Metadata>;
  if (typeof event_type !== 'string' || event_type === '') return 'invalid_metadata_schema';
  if (typeof event_payload !== 'object' || event_payload === null) return 'invalid_metadata_schema';
  const metadata = { event_type, event_payload };
  return Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES_MAX ? 'metadata_too_large' : metadata;
}
