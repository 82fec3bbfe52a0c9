/** The workspace's lasting state: who and what is in it, and every message. Knows nothing of HTTP or of Bolt. */
import type { Clock } from '../../domain/ports.ts';
import type {
  SlackChannelSeed,
  SlackEmulatorOptions,
  SlackMessage,
  SlackSnapshot,
  SlackUserSeed,
} from './contract.ts';

const MESSAGES_PER_CONVERSATION_MAX = 2000;

/** A channel, or the direct messages between the app and one person (`D` + the rest of the person's id). */
export interface Conversation {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly user?: string;
}

/** What a new message says; author, time and place are the workspace's to add. */
export type Draft = Pick<SlackMessage, 'text' | 'blocks' | 'metadata' | 'threadTs' | 'ephemeralFor'>;

/** Guards the messages: only the app writes them, ids never repeat, listeners hear of each change. */
export class Workspace {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  /** The workspace's address for permalinks; nothing is there. */
  readonly url: string;
  readonly appId: string;
  readonly botId: string;
  readonly bot: SlackUserSeed;
  readonly users: readonly SlackUserSeed[];
  readonly conversations: readonly Conversation[];
  readonly #channels: readonly SlackChannelSeed[];
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #messages = new Map<string, readonly SlackMessage[]>();
  #lastMicros = 0;

  constructor(options: SlackEmulatorOptions, clock: Clock, kept: readonly SlackMessage[]) {
    const domain = options.team.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    this.team = { ...options.team, domain };
    this.url = `https://${domain}.slack.example/`;
    this.appId = options.appId;
    const suffix = options.appId.slice(1);
    this.botId = `B${suffix}`;
    this.bot = options.users.find((user) => user.id === `U${suffix}`) ?? {
      id: `U${suffix}`,
      name: suffix.replace(/^0/, '').toLowerCase(),
      realName: suffix.replace(/^0/, ''),
      timeZone: 'UTC',
      flags: { isBot: true },
    };
    this.users = [...options.users.filter((user) => user.id !== this.bot.id), this.bot];
    this.#channels = options.channels;
    this.#clock = clock;
    this.conversations = [
      ...options.channels.map(
        ({ id, name, private: hidden }) => ({ id, name, kind: hidden ? 'private' : 'public' }) as const,
      ),
      ...this.users
        .filter(isPerson)
        .map(({ id }) => ({ id: `D${id.slice(1)}`, name: 'directmessage', kind: 'im', user: id }) as const),
    ];
    for (const message of kept) this.#add(message);
  }

  /** Someone who can act: known, not deactivated, not a bot. Guests count; they are in every channel here. */
  person(id: string): SlackUserSeed | undefined {
    return this.users.find((user) => user.id === id && isPerson(user));
  }

  conversation(id: string): Conversation | undefined {
    return this.conversations.find((one) => one.id === id);
  }

  directWith(user: string): Conversation | undefined {
    return this.conversations.find((one) => one.user === user);
  }

  /** Oldest first, ephemerals included. */
  messages(channel: string): readonly SlackMessage[] {
    return this.#messages.get(channel) ?? [];
  }

  find(channel: string, ts: string): SlackMessage | undefined {
    return this.messages(channel).find((message) => message.ts === ts);
  }

  /** Posts as the app. A thread is named by its first message, whichever of its messages the draft names. */
  post(channel: string, draft: Draft): SlackMessage {
    const parent = draft.threadTs === undefined ? undefined : this.find(channel, draft.threadTs);
    const { id, name, realName } = this.bot;
    const author = { id, name: realName || name, bot: true };
    const thread = parent === undefined ? {} : { threadTs: parent.threadTs ?? parent.ts };
    const message = { ...draft, ...thread, channel, ts: this.#nextTs(), author, edited: false };
    this.#add(message);
    this.changed();
    return message;
  }

  /** Puts `next` in the place of the message with its `ts`; nothing happens when that is gone. */
  replace(next: SlackMessage): { readonly ok: true } {
    const list = this.messages(next.channel).map((message) => (message.ts === next.ts ? next : message));
    return this.#put(next.channel, list);
  }

  remove({ channel, ts }: SlackMessage): { readonly ok: true } {
    return this.#put(
      channel,
      this.messages(channel).filter((message) => message.ts !== ts),
    );
  }

  /** What is to survive a restart: everything but the ephemerals of earlier days (UTC). */
  lasting(): readonly SlackMessage[] {
    const today = dayOf(this.#clock().getTime());
    return [...this.#messages.values()]
      .flat()
      .filter((message) => message.ephemeralFor === undefined || dayOf(Number(message.ts) * 1000) === today);
  }

  /** What one person sees, modals aside. */
  seenBy(user: string): Omit<SlackSnapshot, 'modals'> {
    const seen = (channel: string) => this.messages(channel).filter((message) => isVisible(message, user));
    return {
      user,
      channels: this.#channels.map((channel) => ({ ...channel, messages: seen(channel.id) })),
      directMessages: seen(this.directWith(user)?.id ?? ''),
      users: this.users,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the listeners; views call it too, since a modal is part of what is seen. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #put(channel: string, messages: readonly SlackMessage[]): { readonly ok: true } {
    this.#messages.set(channel, messages);
    this.changed();
    return { ok: true };
  }

  #add(message: SlackMessage): void {
    const list = [...this.messages(message.channel), message];
    this.#messages.set(message.channel, list.slice(-MESSAGES_PER_CONVERSATION_MAX));
    this.#lastMicros = Math.max(this.#lastMicros, Math.round(Number(message.ts) * 1e6));
  }

  /** Slack's `seconds.micros`, later than every earlier one even when the clock stands still or steps back. */
  #nextTs(): string {
    const micros = Math.max(this.#clock().getTime() * 1000, this.#lastMicros + 1);
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
  }
}

/** Whether a person in the conversation sees this message: ephemerals are for one. */
export function isVisible(message: SlackMessage, user: string): boolean {
  return message.ephemeralFor === undefined || message.ephemeralFor === user;
}

function isPerson(user: SlackUserSeed): boolean {
  return user.flags?.isBot !== true && user.flags?.deleted !== true;
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
