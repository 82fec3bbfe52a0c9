/**
 * People in Slack: what they see, and clicks as Slack sends them. Over the sandbox page's HTTP API, or on an emulator
 * in this process; the rest is the same.
 */
import type {
  InteractionAnswer,
  SlackEmulator,
  SlackMessage,
  SlackSnapshot,
} from '../../src/dev/slack-emulator/contract.ts';
import { until } from './until.ts';

export const APPROVALS = 'C0APPROVALS';
export const slackUser = (person: string): string => `U0${person.toUpperCase()}`;

type Click = Parameters<SlackEmulator['click']>[0];
type Submit = Parameters<SlackEmulator['submitView']>[0];

/** What Slack lets a person do. */
export interface SlackHands {
  snapshot(user: string): Promise<SlackSnapshot>;
  click(click: Click): Promise<InteractionAnswer>;
  submitView(submit: Submit): Promise<InteractionAnswer>;
}

export function handsOnEmulator(slack: SlackEmulator): SlackHands {
  return {
    snapshot: async (user) => slack.snapshot(user),
    click: (click) => slack.click(click),
    submitView: (submit) => slack.submitView(submit),
  };
}

export function handsOverHttp(sandbox: string): SlackHands {
  const post = async (path: string, body: unknown): Promise<InteractionAnswer> => {
    const answer = await fetch(`${sandbox}/api/slack/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: sandbox },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as InteractionAnswer;
  };
  return {
    snapshot: async (user) =>
      (await (await fetch(`${sandbox}/api/slack?as=${user}`)).json()) as SlackSnapshot,
    click: (click) => post('click', click),
    submitView: (submit) => post('submit', submit),
  };
}

export interface CardButton {
  readonly blockId: string;
  readonly value: string;
  /** Where a link leads. */
  readonly url?: string | undefined;
}

export interface Card {
  readonly message: SlackMessage;
  /** Every text on it, in order, one to a line. */
  readonly words: string;
  readonly version: number;
  /** Buttons by action id. */
  readonly buttons: ReadonlyMap<string, CardButton>;
}

export interface People {
  readonly hands: SlackHands;
  /** Cards of a request, oldest version first, as Alice sees them. */
  cards(request: string): Promise<readonly Card[]>;
  /** The newest card once it satisfies `wanted`. */
  card(request: string, wanted?: (card: Card) => boolean, withinMs?: number): Promise<Card>;
  /** Presses a button of the newest card that has it. */
  press(
    person: string,
    request: string,
    action: string,
    forged?: { readonly value?: string },
  ): Promise<InteractionAnswer>;
  /** Approves by the button, or by the review modal with the target typed, whichever the card offers. */
  approve(person: string, request: string): Promise<InteractionAnswer>;
  deny(person: string, request: string, reason: string): Promise<InteractionAnswer>;
  /** Corrects a request of one step; `changes` by the block ids of the form. */
  edit(
    person: string,
    request: string,
    changes: Readonly<Record<string, string>>,
    reason: string,
  ): Promise<InteractionAnswer>;
  /** The person's topmost modal once there is one. */
  modal(person: string): Promise<SlackSnapshot['modals'][number]>;
  /** What only this person was told: ephemerals in the approvals channel. */
  whispers(person: string): Promise<readonly string[]>;
}

export function peopleIn(hands: SlackHands): People {
  const messages = async (person: string) =>
    (await hands.snapshot(slackUser(person))).channels.find(({ id }) => id === APPROVALS)?.messages ?? [];
  const cards = async (request: string) =>
    (await messages('alice'))
      .filter(({ metadata }) => metadata?.event_payload.request === request)
      .map(cardOf);
  const card: People['card'] = (request, wanted = () => true, withinMs) =>
    until(
      `the card of ${request} is as wanted`,
      async () => {
        const newest = (await cards(request)).at(-1);
        if (newest !== undefined && wanted(newest)) return newest;
        throw new Error(newest?.words ?? 'no card');
      },
      withinMs,
    );
  const press: People['press'] = async (person, request, action, forged = {}) => {
    const { message, buttons } = await card(request, (one) => one.buttons.has(action));
    const blockId = buttons.get(action)?.blockId ?? '';
    const { channel, ts } = message;
    return hands.click({ user: slackUser(person), channel, ts, blockId, actionId: action, ...forged });
  };
  const modal: People['modal'] = (person) =>
    until(`${person} has a modal`, async () => (await hands.snapshot(slackUser(person))).modals.at(-1));
  const submit = async (person: string, values: Readonly<Record<string, string>>) =>
    hands.submitView({
      user: slackUser(person),
      viewId: (await modal(person)).id,
      values: Object.fromEntries(Object.entries(values).map(([field, value]) => [field, { value }])),
    });
  return {
    hands,
    cards,
    card,
    press,
    modal,
    async approve(person, request) {
      const { buttons } = await card(request, (one) => one.buttons.size > 0);
      if (buttons.has('approve')) return press(person, request, 'approve');
      await press(person, request, 'review');
      const phrase = /Type this to confirm: (.*)/.exec(wordsOf((await modal(person)).blocks))?.[1] ?? '';
      return submit(person, { target: phrase, reason: 'Looked at it' });
    },
    async deny(person, request, reason) {
      await press(person, request, 'deny');
      return submit(person, { reason });
    },
    async edit(person, request, changes, reason) {
      await press(person, request, 'edit');
      return submit(person, { ...changes, reason });
    },
    whispers: async (person) =>
      (await messages(person))
        .filter(({ ephemeralFor }) => ephemeralFor !== undefined)
        .map(({ text }) => text),
  };
}

function cardOf(message: SlackMessage): Card {
  const actions = message.blocks.flatMap((block) => (block.type === 'actions' ? [block] : []));
  const buttons = actions.flatMap(({ block_id: blockId = '', elements }) =>
    elements.flatMap((element) =>
      element.type === 'button'
        ? [[element.action_id ?? '', { blockId, value: element.value ?? '', url: element.url }] as const]
        : [],
    ),
  );
  return {
    message,
    words: wordsOf(message.blocks),
    version: Number(message.metadata?.event_payload.version),
    buttons: new Map(buttons),
  };
}

/** Every `text` in a tree of blocks, a line each. */
export function wordsOf(blocks: unknown): string {
  if (typeof blocks !== 'object' || blocks === null) return '';
  return Object.entries(blocks)
    .map(([name, part]) => (name === 'text' && typeof part === 'string' ? part : wordsOf(part)))
    .filter((words) => words !== '')
    .join('\n');
}
