/** What acting as a person stands on: who they are, what they see, and what every payload says. */
import type { KnownBlock } from '@slack/types';
import { CountersignError } from '../../domain/errors.ts';
import type { Origin } from './app-answer.ts';
import { elementsOf } from './block-kit.ts';
import type { SlackUserSeed } from './contract.ts';
import type { Delivered, Deliverer } from './delivery.ts';
import type { Tickets } from './tickets.ts';
import { elementState } from './view-state.ts';
import type { OpenView, Views } from './views.ts';
import type { Conversation, Workspace } from './workspace.ts';

/** The parts of one running sandbox. `deliver` posts, signed, to Bolt. */
export interface Acting {
  readonly workspace: Workspace;
  readonly views: Views;
  readonly triggers: Tickets<string>;
  readonly responseUrl: (origin: Origin) => string;
  readonly deliver: Deliverer;
  readonly now: () => Date;
}

type Payload = Readonly<Record<string, unknown>>;

/** Sends an interaction of this person with what every payload says. Slack's retired `token` is left out. */
export function send(
  { workspace, triggers, deliver }: Acting,
  userId: string,
  payload: Payload,
): Promise<Delivered> {
  const { team, appId } = workspace;
  const { id, name } = personIn(workspace, userId);
  const whole = {
    ...payload,
    team: { id: team.id, domain: team.domain },
    user: { id, username: name, name, team_id: team.id },
    api_app_id: appId,
    enterprise: null,
    is_enterprise_install: false,
    // A closed view is the one interaction that cannot be answered with a modal.
    ...(payload.type === 'view_closed' ? {} : { trigger_id: triggers.issue(id) }),
  };
  return deliver.form({ payload: JSON.stringify(whole) });
}

/** The entry of `actions` for one element. Throws `not-found` when it is not there, unless a value is forged. */
export function actionOn(
  blocks: readonly KnownBlock[],
  at: { readonly blockId: string; readonly actionId: string; readonly value?: string },
  now: Date,
): Payload {
  const block = blocks.find((one) => one.block_id === at.blockId);
  const element = block && elementsOf(block).find((one) => one.action_id === at.actionId);
  if (element === undefined && at.value === undefined) throw missing(`button "${at.blockId}/${at.actionId}"`);
  const shown = element ?? { type: 'button', text: { type: 'plain_text', text: at.actionId } };
  return {
    ...(shown.type === 'button'
      ? { text: shown.text, ...('style' in shown ? { style: shown.style } : {}) }
      : {}),
    ...elementState(shown, at.value),
    block_id: at.blockId,
    action_id: at.actionId,
    action_ts: (now.getTime() / 1000).toFixed(6),
  };
}

/** Throws `not-found` for a stranger, a bot or a deactivated account. */
export function personIn(workspace: Workspace, userId: string): SlackUserSeed {
  const person = workspace.person(userId);
  if (person === undefined) throw missing(`person "${userId}"`);
  return person;
}

/** The channel or direct messages this person is in; throws `not-found` for any other. */
export function placeOf(workspace: Workspace, userId: string, channel: string): Conversation {
  personIn(workspace, userId);
  const place = workspace.conversation(channel);
  if (place === undefined || (place.user ?? userId) !== userId) throw missing(`channel "${channel}"`);
  return place;
}

/** The view this person has before them: the topmost modal or the home tab. Throws `not-found` for any other. */
export function viewOf(
  { workspace, views }: Acting,
  at: { readonly user: string; readonly viewId: string },
): OpenView {
  personIn(workspace, at.user);
  const found = views.find(at.viewId);
  const before = found?.view.type === 'home' || views.stack(at.user).at(-1) === found?.view;
  if (found?.user !== at.user || !before) throw missing(`view "${at.viewId}"`);
  return found.view;
}

/** Slack does not tell apps the names of private channels in payloads. */
export function payloadName({ kind, name }: Conversation): string {
  return kind === 'private' ? 'privategroup' : name;
}

/** The refusal of everything a person does not have before them. */
export function missing(what: string): CountersignError {
  return new CountersignError('not-found', `Cannot act in the Slack sandbox: no ${what} for this person`);
}
