/** `conversations.*`: where messages are, read back. The app and every person are members of every channel. */
import { type Answer, type Args, flagOf, limitOf, type Method, refuse, textOf } from './api-call.ts';
import type { SlackMessage } from './contract.ts';
import { messageObject } from './message-object.ts';
import type { Conversation, Workspace } from './workspace.ts';

/** The methods by name. */
export function conversationMethods(workspace: Workspace): Readonly<Record<string, Method>> {
  const at = (run: (place: Conversation, args: Args) => Answer) => (args: Args) => {
    const place = workspace.conversation(textOf(args, 'channel') ?? '');
    return place === undefined ? refuse('channel_not_found') : run(place, args);
  };
  return {
    'conversations.list': (args) => list(workspace, args),
    'conversations.info': at((place) => ({ ok: true, channel: channelObject(workspace, place) })),
    'conversations.members': at((place) => ({ ok: true, members: members(workspace, place), ...lastPage })),
    'conversations.history': at((place, args) => history(workspace, place, args)),
    'conversations.replies': at((place, args) => replies(workspace, place, args)),
    'conversations.open': (args) => open(workspace, args),
    'conversations.join': at((place) =>
      place.kind === 'public'
        ? { ok: true, channel: channelObject(workspace, place), warning: 'already_in_channel' }
        : refuse('method_not_supported_for_channel_type'),
    ),
  };
}

const lastPage = { response_metadata: { next_cursor: '' } };

function list(workspace: Workspace, args: Args): Answer {
  const names = { public: 'public_channel', private: 'private_channel', im: 'im' };
  const types = (textOf(args, 'types') ?? 'public_channel').split(',').map((type) => type.trim());
  const channels = workspace.conversations.filter(({ kind }) => types.includes(names[kind]));
  return { ok: true, channels: channels.map((place) => channelObject(workspace, place)), ...lastPage };
}

function open(workspace: Workspace, args: Args): Answer {
  const users = (textOf(args, 'users') ?? '').split(',');
  const place = workspace.conversation(textOf(args, 'channel') ?? '') ?? workspace.directWith(users[0] ?? '');
  if (users.length > 1)
    return refuse('method_not_supported_for_channel_type', ['the sandbox has no group messages']);
  if (place === undefined) return refuse(args.channel === undefined ? 'user_not_found' : 'channel_not_found');
  return { ok: true, no_op: true, already_open: true, channel: { id: place.id } };
}

/** Newest first; replies are not in it, and ephemerals never are. The cursor is the oldest ts already shown. */
function history(workspace: Workspace, place: Conversation, args: Args): Answer {
  const found = within(workspace.messages(place.id), args).filter(({ threadTs }) => threadTs === undefined);
  return page(workspace, found.reverse(), args, limitOf(args, { normally: 100, max: 999 }));
}

/** The thread a message begins, oldest first; a reply's own ts gives just that reply. */
function replies(workspace: Workspace, place: Conversation, args: Args): Answer {
  const ts = textOf(args, 'ts') ?? '';
  const parent = workspace.find(place.id, ts);
  if (parent === undefined || parent.ephemeralFor !== undefined) return refuse('thread_not_found');
  const answers = within(workspace.messages(place.id), args).filter(({ threadTs }) => threadTs === ts);
  return page(workspace, [parent, ...answers], args, limitOf(args, { normally: 1000, max: 1000 }));
}

function within(messages: readonly SlackMessage[], args: Args): SlackMessage[] {
  const oldest = textOf(args, 'oldest') ?? '0';
  const latest = textOf(args, 'latest') ?? '9999999999.999999';
  const inclusive = flagOf(args, 'inclusive');
  return messages.filter(({ ts, ephemeralFor }) => {
    const inside = Number(ts) > Number(oldest) && Number(ts) < Number(latest);
    return ephemeralFor === undefined && (inside || (inclusive && (ts === oldest || ts === latest)));
  });
}

function page(workspace: Workspace, messages: readonly SlackMessage[], args: Args, limit: number): Answer {
  const start = messages.findIndex(({ ts }) => `after:${ts}` === textOf(args, 'cursor')) + 1;
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
  const inside = place.user ?? workspace.users.filter(({ id }) => workspace.person(id)).map(({ id }) => id);
  return [inside, workspace.bot.id].flat();
}

function channelObject(
  workspace: Workspace,
  { id, name, kind, user }: Conversation,
): Readonly<Record<string, unknown>> {
  if (kind === 'im') return { id, is_im: true, user, is_archived: false, context_team_id: workspace.team.id };
  return {
    id,
    name,
    name_normalized: name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_private: kind === 'private',
    is_im: false,
    is_mpim: false,
    is_archived: false,
    is_ext_shared: false,
    is_member: true,
    context_team_id: workspace.team.id,
  };
}
