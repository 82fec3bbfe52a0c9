/** Acting as a person: builds what Slack would send for a click, a submission or a command, and shows the answer. */
import type { KnownBlock } from '@slack/types';
import { CountersignError } from '../../domain/errors.ts';
import { elementsOf } from './block-kit.ts';
import type { InteractionAnswer, SlackEmulator, SlackMessage } from './contract.ts';
import type { Deliver } from './delivery.ts';
import type { Element } from './elements.schema.ts';
import { messageObject } from './message-object.ts';
import { answer, type Origin, type ResponseUrls } from './response-urls.ts';
import type { Triggers } from './triggers.ts';
import { elementState, initialState } from './view-state.ts';
import type { OpenView, Views } from './views.ts';
import { type Conversation, isVisible, type Workspace } from './workspace.ts';

/** What acting stands on. `baseUrl` is the emulator's own address, for response URLs. */
export interface Acting {
  readonly workspace: Workspace;
  readonly views: Views;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly deliver: Deliver;
  readonly now: () => Date;
  readonly baseUrl: () => string;
}

/**
 * A click on a message. Rejects with `not-found` when this person cannot see the message or its button is not there;
 * with a forged `value` the button may be gone, as for someone whose client still shows an older card.
 */
export async function click(
  acting: Acting,
  at: Parameters<SlackEmulator['click']>[0],
): Promise<InteractionAnswer> {
  const { workspace } = acting;
  personOf(acting, at.user);
  const place = placeOf(acting, at.user, at.channel);
  const message = workspace.find(at.channel, at.ts);
  if (message === undefined || !isVisible(message, at.user)) throw missing('click', `message "${at.ts}"`);
  const action = actionFor(acting, message.blocks, at);
  const ephemeral = message.ephemeralFor !== undefined;
  const payload = {
    type: 'block_actions',
    ...context(acting, at.user),
    container: {
      type: 'message',
      message_ts: at.ts,
      channel_id: at.channel,
      is_ephemeral: ephemeral,
      ...threadOf(message),
    },
    channel: { id: at.channel, name: payloadName(place) },
    // Slack does not send the content of an ephemeral back.
    ...(ephemeral ? {} : { message: messageObject(workspace, message, false) }),
    state: { values: initialState(message.blocks) },
    response_url: responseUrl(acting, { user: at.user, channel: at.channel, ts: at.ts }),
    actions: [action],
  };
  const { status } = await acting.deliver({ payload: JSON.stringify(payload) });
  return { status };
}

/** A click inside the topmost modal or the home tab of this person. */
export async function clickInView(
  acting: Acting,
  at: Parameters<SlackEmulator['clickInView']>[0],
): Promise<InteractionAnswer> {
  const view = viewOf(acting, at);
  const payload = {
    type: 'block_actions',
    ...context(acting, at.user),
    container: { type: 'view', view_id: view.id },
    view,
    actions: [actionFor(acting, view.blocks as readonly KnownBlock[], at)],
  };
  const { status } = await acting.deliver({ payload: JSON.stringify(payload) });
  return { status };
}

/** A slash command; what Bolt answers in its ack is shown to the person, or to all when it says `in_channel`. */
export async function command(
  acting: Acting,
  typed: Parameters<SlackEmulator['command']>[0],
): Promise<InteractionAnswer> {
  const { workspace } = acting;
  const user = personOf(acting, typed.user);
  const place = placeOf(acting, typed.user, typed.channel);
  const origin = { user: user.id, channel: typed.channel };
  const { status, body } = await acting.deliver({
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: typed.channel,
    channel_name: payloadName(place),
    user_id: user.id,
    user_name: user.name,
    command: typed.command,
    text: typed.text,
    api_app_id: workspace.appId,
    is_enterprise_install: 'false',
    response_url: responseUrl(acting, origin),
    trigger_id: acting.triggers.issue(user.id),
  });
  if (status !== 200 || body.trim() === '') return { status };
  const shown = answer(workspace, origin, readAck(body) ?? { text: body });
  return shown.ok
    ? { status }
    : { status: 502, errors: { ack: [shown.error, ...(shown.errors ?? [])].join(': ') } };
}

/** What every payload says: who, where and for which app. Slack's retired `token` is left out. */
export function context(acting: Acting, userId: string): Readonly<Record<string, unknown>> {
  const { team, appId } = acting.workspace;
  const { id, name } = personOf(acting, userId);
  return {
    team: { id: team.id, domain: team.domain },
    user: { id, username: name, name, team_id: team.id },
    api_app_id: appId,
    trigger_id: acting.triggers.issue(id),
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** The view this person has before them: the topmost modal or the home tab. Throws `not-found` for any other. */
export function viewOf(acting: Acting, at: { readonly user: string; readonly viewId: string }): OpenView {
  personOf(acting, at.user);
  const top = acting.views.stack(at.user).at(-1);
  const found = acting.views.find(at.viewId);
  if (found?.user !== at.user || (found.view.type !== 'home' && found.view.id !== top?.id)) {
    throw missing('act in a view', `view "${at.viewId}"`);
  }
  return found.view;
}

/** Throws `not-found` for a stranger, a bot or a deactivated account. */
export function personOf(acting: Acting, userId: string) {
  const person = acting.workspace.person(userId);
  if (person === undefined) throw missing('act in the sandbox workspace', `person "${userId}"`);
  return person;
}

/** An ack that is a JSON object; undefined for plain text. */
export function readAck(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function placeOf(acting: Acting, userId: string, channel: string): Conversation {
  const place = acting.workspace.conversation(channel);
  if (place === undefined || (place.user !== undefined && place.user !== userId))
    throw missing('act', `channel "${channel}"`);
  return place;
}

function actionFor(
  acting: Acting,
  blocks: readonly KnownBlock[],
  at: { readonly blockId: string; readonly actionId: string; readonly value?: string },
): Readonly<Record<string, unknown>> {
  const block = blocks.find((one) => one.block_id === at.blockId);
  const element = block && elementsOf(block).find((one) => one.action_id === at.actionId);
  if (element === undefined && at.value === undefined)
    throw missing('click', `button "${at.blockId}/${at.actionId}"`);
  const forged: Element = { type: 'button', text: { type: 'plain_text', text: at.actionId || '?' } };
  const { text, ...shown } = { text: undefined, ...(element ?? forged) };
  return {
    ...elementState(element ?? forged, at.value),
    block_id: at.blockId,
    action_id: at.actionId,
    action_ts: (acting.now().getTime() / 1000).toFixed(6),
    ...(text === undefined ? {} : { text }),
    ...('style' in shown ? { style: shown.style } : {}),
    ...('confirm' in shown ? { confirm: shown.confirm } : {}),
  };
}

function responseUrl(acting: Acting, origin: Origin): string {
  return `${acting.baseUrl()}${acting.responseUrls.issue(origin)}`;
}

function threadOf(message: SlackMessage): { readonly thread_ts?: string } {
  return message.threadTs === undefined ? {} : { thread_ts: message.threadTs };
}

/** Slack does not tell apps the names of private channels in payloads. */
function payloadName({ kind, name }: Conversation): string {
  return kind === 'private' ? 'privategroup' : name;
}

function missing(doing: string, what: string): CountersignError {
  return new CountersignError('not-found', `Cannot ${doing}: no ${what} for this person`);
}
