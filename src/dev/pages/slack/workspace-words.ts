/** Small readings of a snapshot: who is who, what is new, which request a message is about. */

import type { RequestView } from '../../../domain/request.ts';
import type { World } from '../../sandbox/api.ts';
import type { SlackMessage, SlackSnapshot, SlackUserSeed } from '../../slack-emulator/contract.ts';

/** A person as the chooser lists them. */
export interface Somebody {
  readonly slackUser: string;
  readonly name: string;
  /** Groups and agents owned, or why they are in neither. */
  readonly role: string;
}

/** Everybody one can look as: the organisation's people, then Slack users it does not know (guests). */
export function everybody(world: World, users: readonly SlackUserSeed[]): readonly Somebody[] {
  const known = world.people.map((person) => {
    const owned = world.agents.filter(({ owner }) => owner === person.id).map(({ id }) => id);
    const parts = [...person.groups, ...(owned.length > 0 ? [`owner of ${owned.join(', ')}`] : [])];
    const role = parts.length > 0 ? parts.join(' · ') : 'in no group';
    const left = users.some(({ id, flags }) => id === person.slackUser && flags?.deleted === true);
    return { slackUser: person.slackUser, name: person.name, role: left ? `${role} · left` : role };
  });
  const strangers = users
    .filter(
      ({ id, flags }) => flags?.isBot !== true && !world.people.some(({ slackUser }) => slackUser === id),
    )
    .map(({ id, realName, flags }) => {
      const kind = flags?.isRestricted === true ? 'guest' : 'Slack user';
      return { slackUser: id, name: realName, role: `${kind} · not in the directory` };
    });
  return [...known, ...strangers];
}

/**
 * Slack users of the groups an open request waits for, less the owner of its agent and people who left. Policy may
 * exclude more; only the card says that.
 */
export function askedBy(
  view: RequestView | undefined,
  world: World,
  users: readonly SlackUserSeed[],
): readonly string[] {
  const groups = view?.waitingFor?.groups ?? [];
  const owner = world.agents.find(({ id }) => id === view?.agent)?.owner;
  return world.people
    .filter((person) => person.id !== owner && person.groups.some((group) => groups.includes(group)))
    .map(({ slackUser }) => slackUser)
    .filter((id) => !users.some((user) => user.id === id && user.flags?.deleted === true));
}

/** A place in the workspace as the sidebar lists it. Direct messages are one place. */
export interface Room {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'direct' | 'home';
  readonly messages: readonly SlackMessage[];
}

/** The id of the direct-messages room; its messages carry their own channel id. */
export const DIRECT = 'direct';

/** The id of the app's home tab. */
export const HOME = 'home';

/** The rooms of a snapshot, channels first. */
export function roomsOf(snapshot: SlackSnapshot): readonly Room[] {
  const channels = snapshot.channels.map(
    ({ id, name, private: hidden, messages }): Room => ({
      id,
      name,
      kind: hidden ? 'private' : 'public',
      messages,
    }),
  );
  return [
    ...channels,
    { id: HOME, name: 'Home', kind: 'home', messages: [] },
    { id: DIRECT, name: 'Countersign', kind: 'direct', messages: snapshot.directMessages },
  ];
}

/** A message with what was answered beneath it, oldest first. */
export interface Thread {
  readonly parent: SlackMessage;
  readonly replies: readonly SlackMessage[];
}

/** Messages as threads. An answer whose parent is not there stands for itself, so that nothing vanishes. */
export function threadsOf(messages: readonly SlackMessage[]): readonly Thread[] {
  const inOrder = [...messages].sort((one, other) => seconds(one.ts) - seconds(other.ts));
  const isReply = ({ threadTs, ts }: SlackMessage): boolean =>
    threadTs !== undefined && threadTs !== ts && inOrder.some((other) => other.ts === threadTs);
  return inOrder
    .filter((message) => !isReply(message))
    .map((parent) => ({
      parent,
      replies: inOrder.filter((reply) => isReply(reply) && reply.threadTs === parent.ts),
    }));
}

/** A Slack timestamp as seconds. */
export function seconds(ts: string): number {
  return Number.parseFloat(ts);
}

/** The newest timestamp of a room; `0` when it is empty. */
export function newest(messages: readonly SlackMessage[]): string {
  return messages.reduce((last, { ts }) => (seconds(ts) > seconds(last) ? ts : last), '0');
}

/** The request a message is about, by the pointer in its blocks or its metadata. */
export function requestOf(message: SlackMessage): string | undefined {
  const fromBlock = message.blocks.map(({ block_id = '' }) => /^req:(req_[\w-]+):v\d+/.exec(block_id)?.[1]);
  const payload = Object.values(message.metadata?.event_payload ?? {});
  const fromMetadata = payload.filter((value) => typeof value === 'string' && /^req_[\w-]+$/.test(value));
  return [...fromBlock, ...(fromMetadata as string[])].find((id) => id !== undefined);
}
