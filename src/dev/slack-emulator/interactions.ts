/** Clicks and commands: what Slack would send for them, and what the person then sees. */
import { randomBytes } from 'node:crypto';
import { type Acting, actionOn, missing, payloadName, personIn, placeOf, send, viewOf } from './acting.ts';
import { showAnswer } from './app-answer.ts';
import type { InteractionAnswer, SlackEmulator } from './contract.ts';
import { readAck } from './delivery.ts';
import { messageObject } from './message-object.ts';
import { initialState } from './view-state.ts';
import { isVisible } from './workspace.ts';

/**
 * A click on a message. Rejects with `not-found` when this person cannot see the message or its button is not there;
 * with a forged `value` the button may be gone, as for someone whose client still shows an older card.
 */
export async function click(
  acting: Acting,
  at: Parameters<SlackEmulator['click']>[0],
): Promise<InteractionAnswer> {
  const { workspace } = acting;
  const place = placeOf(workspace, at.user, at.channel);
  const message = workspace.find(at.channel, at.ts);
  if (message === undefined || !isVisible(message, at.user)) throw missing(`message "${at.ts}"`);
  const ephemeral = message.ephemeralFor !== undefined;
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
  const { status } = await send(acting, at.user, {
    type: 'block_actions',
    container: {
      type: 'message',
      message_ts: at.ts,
      channel_id: at.channel,
      is_ephemeral: ephemeral,
      ...thread,
    },
    channel: { id: at.channel, name: payloadName(place) },
    // Slack does not send the content of an ephemeral back.
    ...(ephemeral ? {} : { message: messageObject(workspace, message, false) }),
    state: { values: initialState(message.blocks) },
    response_url: acting.responseUrl({ user: at.user, channel: at.channel, ts: at.ts }),
    actions: [actionOn(message.blocks, at, acting.now())],
  });
  return { status };
}

/** A click inside the topmost modal or the home tab of this person. */
export async function clickInView(
  acting: Acting,
  at: Parameters<SlackEmulator['clickInView']>[0],
): Promise<InteractionAnswer> {
  const view = viewOf(acting, at);
  const { status } = await send(acting, at.user, {
    type: 'block_actions',
    container: { type: 'view', view_id: view.id },
    view,
    actions: [actionOn(view.blocks, at, acting.now())],
  });
  return { status };
}

/** Tells the app that this person opened its home tab. Its answer shows nothing; publishing does. */
export async function openHome(
  { workspace, views, deliver, now }: Acting,
  { user: id }: Parameters<SlackEmulator['openHome']>[0],
): Promise<InteractionAnswer> {
  const user = personIn(workspace, id).id;
  const { team, appId, bot } = workspace;
  const seconds = now().getTime() / 1_000;
  const view = views.home(user);
  const { status } = await deliver.event({
    type: 'event_callback',
    ...{
      team_id: team.id,
      api_app_id: appId,
      event_id: `Ev0${randomBytes(6).toString('hex').toUpperCase()}`,
    },
    event_time: Math.floor(seconds),
    event: {
      ...{ type: 'app_home_opened', user, tab: 'home', event_ts: seconds.toFixed(6) },
      channel: workspace.directWith(user)?.id,
      ...(view === undefined ? {} : { view }),
    },
    authorizations: [
      {
        ...{ enterprise_id: null, team_id: team.id, user_id: bot.id },
        ...{ is_bot: true, is_enterprise_install: false },
      },
    ],
    is_ext_shared_channel: false,
  });
  return { status };
}

/** A slash command; what Bolt answers in its ack is shown to the person, or to all when it says `in_channel`. */
export async function command(
  acting: Acting,
  typed: Parameters<SlackEmulator['command']>[0],
): Promise<InteractionAnswer> {
  const { workspace, triggers } = acting;
  const { team, appId } = workspace;
  const place = placeOf(workspace, typed.user, typed.channel);
  const origin = { user: typed.user, channel: typed.channel };
  const { status, body } = await acting.deliver.form({
    team_id: team.id,
    team_domain: team.domain,
    channel_id: typed.channel,
    channel_name: payloadName(place),
    user_id: typed.user,
    user_name: personIn(workspace, typed.user).name,
    command: typed.command,
    text: escapedMentions(workspace, typed.text),
    api_app_id: appId,
    is_enterprise_install: 'false',
    response_url: acting.responseUrl(origin),
    trigger_id: triggers.issue(typed.user),
  });
  if (status !== 200 || body.trim() === '') return { status };
  const shown = showAnswer(workspace, origin, readAck(body) ?? { text: body });
  return shown.ok
    ? { status }
    : { status: 502, errors: { ack: [shown.error, ...(shown.errors ?? [])].join(': ') } };
}

/** As Slack does for apps that ask for escaped mentions: names of nobody stay text. */
function escapedMentions({ users }: Acting['workspace'], text: string): string {
  return text.replaceAll(/(^|\s)@([\w.-]+)/g, (whole, before: string, name: string) => {
    const user = users.find((one) => one.name === name);
    return user === undefined ? whole : `${before}<@${user.id}|${user.name}>`;
  });
}
