/** `conversations.*`: where messages are, read back. The app and every person are members of every channel. */
import { type Answer, type Args, flagOf, type Method, refuse, textOf } from './api-call.ts';
import type { SlackMessage } from './contract.ts';
import { messageObject } from './message-object.ts';
import type { Conversation, Workspace } from './workspace.ts';

const PAGE_MAX = 999;
const lastPage = { response_metadata: { next_cursor: '' } };

/** The methods by name. */
export function conversationMethods(workspace: Workspace): Readonly<Record<string, Method>> {
  const at = (run: (place: Conversation, args: Args) => Answer) => (args: Args) => {
    const place = workspace.conversation(textOf(args, 'channel') ?? '');
    return place === undefined ? refuse('channel_not_found') : run(place, args);
  };
  return {
    'conversations.list': (args) => list(workspace, args),
    'conversations.info': at((place) => ({ ok: true, channel: channelObject(place) })),
    'conversations.members': at((place) => ({ ok: true, members: members(workspace, place), ...lastPage })),
    'conversations.history': at((place, args) => history(workspace, place, args)),
    'conversations.replies': at((place, args) => replies(workspace, place, args)),
    'conversations.open': (args) => open(workspace, args),
    'conversations.join': at((place) =>
      place.kind === 'public'
        ? { ok: true, channel: channelObject(place), warning: 'already_in_channel' }
        : refuse('method_not_supported_for_channel_type'),
    ),
  };
}

function list(workspace: Workspace, args: Args): Answer {
  const names = { public: 'public_channel', private: 'private_channel', im: 'im' };
  const types = (textOf(args, 'types') ?? 'public_channel').split(',').map((type) => type.trim());
  const channels = workspace.conversations.filter(({ kind }) => types.includes(names[kind]));
  return { ok: true, channels: channels.map(channelObject), ...lastPage };
}

function open(workspace: Workspace, args: Args): Answer {
  const users = (textOf(args, 'users') ?? '').split(',');
  if (users.length > 1)
    return refuse('method_not_supported_for_channel_type', ['the sandbox has no group messages']);
  const place = workspace.conversation(textOf(args, 'channel') ?? '') ?? workspace.directWith(users[0] ?? '');
  if (place === undefined) return refuse(args.channel === undefined ? 'user_not_found' : 'channel_not_found');
  return { ok: true, no_op: true, already_open: true, channel: { id: place.id } };
}

/** Newest first; replies are not in it, and ephemerals never are. */
function history(workspace: Workspace, place: Conversation, args: Args): Answer {
  const found = within(workspace.messages(place.id), args).filter(({ threadTs }) => threadTs === undefined);
  return page(workspace, found.reverse(), args);
}

/** The thread a message begins, oldest first; a reply's own ts gives just that reply. */
function replies(workspace: Workspace, place: Conversation, args: Args): Answer {
  const parent = workspace.find(place.id, textOf(args, 'ts') ?? '');
  if (parent === undefined || parent.ephemeralFor !== undefined) return refuse('thread_not_found');
  const answers = within(workspace.messages(place.id), args).filter(({ threadTs }) => threadTs === parent.ts);
  return page(workspace, [parent, ...answers], args);
}

function within(messages: readonly SlackMessage[], args: Args): SlackMessage[] {
  const { oldest = '0', latest = '9999999999.999999' } = args;
  return messages.filter(({ ts, ephemeralFor }) => {
    const inside = Number(ts) > Number(oldest) && Number(ts) < Number(latest);
    const edge = flagOf(args, 'inclusive') && (ts === oldest || ts === latest);
    return ephemeralFor === undefined && (inside || edge);
  });
}

/** Slack takes a nonsense limit as its own default. The cursor names the last message already shown. */
function page(workspace: Workspace, messages: readonly SlackMessage[], args: Args): Answer {
  const wanted = Number(textOf(args, 'limit'));
  const limit = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, PAGE_MAX) : 100;
  const start = messages.findIndex(({ ts }) => `after:${ts}` === args.cursor) + 1;
  const shown = messages.slice(start, start + limit);
  const more = messages.length > start + limit;
  return {
    ok: true,
    messages: shown.map((message) => messageObject(workspace, message, flagOf(args, 'include_all_metadata'))),
    has_more: more,
    response_metadata: { next_cursor: more ? `after:${shown.at(-1)?.ts}` : '' },
  };
}

function members(workspace: Workspace, place: Conversation): readonly string[] {
  const people = workspace.users.map(({ id }) => id).filter((id) => workspace.person(id) !== undefined);
  return [...(place.user === undefined ? people : [place.user]), workspace.bot.id];
}

function channelObject({ id, name, kind, user }: Conversation): Readonly<Record<string, unknown>> {
  if (kind === 'im') return { id, is_im: true, user, is_archived: false };
  const hidden = kind === 'private';
  const kinds = { is_channel: !hidden, is_group: hidden, is_private: hidden, is_im: false, is_mpim: false };
  return {
    id,
    name,
    name_normalized: name,
    ...kinds,
    is_archived: false,
    is_ext_shared: false,
    is_member: true,
  };
}
