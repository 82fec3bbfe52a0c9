/**
 * A workspace in memory that keeps the emulator's contract towards the page: what a person may see, what changed, what
 * was clicked. What the app would answer is the test's to say.
 */
import type { KnownBlock, View } from '@slack/types';
import type {
  InteractionAnswer,
  SlackEmulator,
  SlackMessage,
  SlackSnapshot,
} from '../../../src/dev/slack-emulator/contract.ts';
import { CHANNELS, USERS } from './example-world.ts';

/** One act that reached the emulator: its name and arguments. */
export interface Act {
  readonly act: 'openHome' | 'click' | 'clickInView' | 'submitView' | 'closeView' | 'command';
  readonly with: Readonly<Record<string, unknown>>;
}

export interface FakeSlack extends SlackEmulator {
  readonly acts: Act[];
  /** Posts a message; `blocks` and the rest have defaults. Returns its timestamp. */
  post(message: Partial<SlackMessage> & { readonly channel: string }): string;
  /** Replaces the blocks of a message, as `chat.update` does. */
  update(ts: string, blocks: readonly KnownBlock[]): void;
  openModal(user: string, view: View & { readonly id: string }): void;
  /** What the app does and answers from now on; by default it answers 200. */
  respond(app: (act: Act) => InteractionAnswer): void;
}

const APP = { id: 'U0COUNTERSIGN', name: 'Countersign', bot: true };

export function fakeSlack(startAt = 1_795_260_000): FakeSlack {
  const messages: SlackMessage[] = [];
  const modals = new Map<string, (View & { readonly id: string })[]>();
  const listeners = new Set<() => void>();
  const acts: Act[] = [];
  let app: (act: Act) => InteractionAnswer = () => ({ status: 200 });
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const perform = async (act: Act['act'], details: object): Promise<InteractionAnswer> => {
    const done = { act, with: { ...details } };
    acts.push(done);
    const answer = app(done);
    changed();
    return answer;
  };
  return {
    apiUrl: 'http://127.0.0.1:1/api/',
    acts,
    post(message) {
      const ts = message.ts ?? `${startAt + messages.length * 7}.000100`;
      messages.push({ author: APP, text: '', blocks: [], edited: false, ...message, ts });
      changed();
      return ts;
    },
    update(ts, blocks) {
      const at = messages.findIndex((message) => message.ts === ts);
      const old = messages[at];
      if (old !== undefined) messages[at] = { ...old, blocks };
      changed();
    },
    openModal(user, view) {
      modals.set(user, [...(modals.get(user) ?? []), view]);
      changed();
    },
    respond(next) {
      app = next;
    },
    snapshot: (user) => snapshotOf(user, messages, modals.get(user) ?? []),
    click: (click) => perform('click', click),
    openHome: (open) => perform('openHome', open),
    clickInView: (click) => perform('clickInView', click),
    async submitView(submit) {
      const answer = await perform('submitView', submit);
      if (answer.errors === undefined && answer.status === 200) modals.get(submit.user)?.pop();
      changed();
      return answer;
    },
    async closeView(close) {
      modals.get(close.user)?.pop();
      await perform('closeView', close);
    },
    command: (command) => perform('command', command),
    failNext: () => undefined,
    traffic: () => ({ posted: messages.length, refused: 0, mostInASecond: 0 }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => listeners.clear(),
  };
}

function snapshotOf(
  user: string,
  messages: readonly SlackMessage[],
  modals: readonly (View & { readonly id: string })[],
): SlackSnapshot {
  const visible = messages.filter(({ ephemeralFor }) => ephemeralFor === undefined || ephemeralFor === user);
  return {
    user,
    channels: CHANNELS.map((channel) => ({
      ...channel,
      messages: visible.filter((message) => message.channel === channel.id),
    })),
    directMessages: visible.filter(({ channel }) => channel === `D0${user.slice(2)}`),
    modals: [...modals],
    users: USERS,
  };
}
