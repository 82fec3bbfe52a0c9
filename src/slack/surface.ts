/** The Slack side of `Surface`: cards, thread lines, whispers, direct messages and notices. */
import type { WebClient } from '@slack/web-api';
import type { Names } from '../approvals/names.ts';
import { outside, shortCode } from '../approvals/outside-text.ts';
import type { Absences, Clock, Directory, Log, Surface } from '../domain/ports.ts';
import { OutsideError } from '../domain/retry.ts';
import type { Wanted } from './lane.ts';
import { createMending } from './mending.ts';
import { mentionsFor } from './mentions.ts';
import { createNotices } from './notices.ts';
import { inTurn, type Pacer } from './pacing.ts';
import type { CardStore, MessagePlace, MessageStore } from './ports.ts';
import { type Saying, sayOnce } from './say-once.ts';
import type { SecondChannel } from './second-channel.ts';
import { showCard } from './show-card.ts';
import { sorted } from './slack-client.ts';
import { spoken } from './spoken.ts';
import { type TurnedDownParts, tellWhenTurnedDownOften } from './turned-down.ts';

/** How long notices beyond the first few of a channel are gathered. */
const NOTICES_GATHERED_MS = 30_000;

export interface SlackSurfaceOptions {
  readonly client: WebClient;
  readonly cards: CardStore;
  readonly messages: MessageStore;
  readonly directory: Directory;
  /** Channel ids for notices, by the name policy uses. */
  readonly channels: Readonly<Record<string, string>>;
  readonly approvalsChannel: string;
  readonly names: Names;
  readonly pacer: Pacer;
  readonly absences: Absences;
  readonly clock: Clock;
  /** Milliseconds; 30 s unless told. */
  readonly noticesGatheredMs?: number;
  /** Where people are told what Slack does not take. Absent: nowhere. */
  readonly second?: SecondChannel;
  /** Absent: owners are not told when people keep turning their agents down. */
  readonly turnedDown?: TurnedDownParts;
  /** What an operator has to mend is said here. */
  readonly log: Log;
}

/**
 * Rejects with `OutsideError` only; what an operator can mend is retryable. What was said under a key is not said again; cards converge to
 * the newest view.
 */
export function createSlackSurface(options: SlackSurfaceOptions): Surface {
  const { client, cards, directory, names, pacer } = options;
  const say = (saying: Saying) => sayOnce(options, saying);
  const notice = createNotices({
    ...options,
    say,
    windowMs: options.noticesGatheredMs ?? NOTICES_GATHERED_MS,
  });
  const cardOf = async (request: string): Promise<MessagePlace> => {
    const places = (await cards.forRequest(request)).flatMap(({ place }) =>
      place === undefined ? [] : [place],
    );
    return places.at(-1) ?? failFor(`Cannot speak about request: "${request}" has no card`, 'retryable');
  };
  const slackUser = async (person: string): Promise<string> =>
    (await ask(directory.person(person)))?.slack?.user ??
    failFor(`Cannot reach person: "${person}" has no Slack user`, 'final');
  const surface: Surface = {
    async showCard(view) {
      await showCard(options, view);
      if (options.turnedDown === undefined) return;
      await tellWhenTurnedDownOften(view, options.turnedDown, surface.tell).catch((error: unknown) => {
        // The card stands: an owner who can never be reached must not keep it from being done.
        if (!(error instanceof OutsideError) || error.kind !== 'final') throw error;
        options.log.warn({ event: 'owner-not-told', agent: view.agent }, "Could not tell an agent's owner");
      });
    },
    async sayInThread({ request, key, text, mentionGroups = [], by, quote }) {
      const { channel, ts } = await cardOf(request);
      const { users: mentions, noted } = await mentionsFor({ request, groups: mentionGroups }, options);
      const line = by === undefined ? text : `${names.person(by)} ${text}`;
      await say({
        key,
        request,
        channel,
        threadTs: ts,
        text: line,
        mentions,
        ...(quote === undefined ? {} : { quote }),
      });
      await noted({ channel, ts });
    },
    async whisper({ request, person, text }) {
      const user = await slackUser(person);
      const { channel } = await cardOf(request);
      // A whisper has no key: each is wanted for itself.
      const wanted: Wanted = { key: `${request} ${person} ${shortCode(text)}`, request, kind: 'line' };
      await inTurn(pacer, { method: 'chat.postEphemeral' }, wanted, () =>
        sorted('Cannot whisper', client.chat.postEphemeral({ channel, user, ...spoken(text) })),
      );
    },
    async tell({ request, person, key, text, quote }) {
      const channel = await slackUser(person);
      await say({ key, request, channel, text, ...(quote === undefined ? {} : { quote }) });
    },
    async announce({ channel, key, text }) {
      await notice({ key, channel: channelId(options.channels, channel), text });
    },
  };
  return failingWell(surface, options);
}

/** What an operator can mend is retried for a day, and what Slack does not take is told elsewhere. */
function failingWell(surface: Surface, options: SlackSurfaceOptions): Surface {
  const mending = createMending(options.log);
  return {
    showCard: (view) =>
      otherwise(mending('channel', repeatable(surface.showCard(view))), (error) =>
        options.second?.cardFailed(view, error),
      ),
    sayInThread: (line) => mending('channel', repeatable(surface.sayInThread(line))),
    whisper: (note) => mending('channel', repeatable(surface.whisper(note))),
    tell: (note) =>
      otherwise(mending('person', repeatable(surface.tell(note))), (error) =>
        options.second?.personFailed(note, error),
      ),
    announce: (notice) => mending('channel', repeatable(surface.announce(notice))),
  };
}

/** Lets somebody else try as well when Slack did not take it; what failed has failed all the same. */
async function otherwise(
  showing: Promise<void>,
  instead: (error: unknown) => Promise<void> | undefined,
): Promise<void> {
  try {
    await showing;
  } catch (error) {
    await instead(error);
    throw error;
  }
}

/** Showing again does no harm (cards converge, lines have keys, a whisper vanishes), so a lost answer is worth a retry. */
async function repeatable(showing: Promise<void>): Promise<void> {
  try {
    await showing;
  } catch (error) {
    if (!(error instanceof OutsideError) || error.kind !== 'unknown') throw error;
    throw new OutsideError('retryable', error.message, { cause: error });
  }
}

/** By name (with or without `#`) or id, but only channels the configuration names: policy cannot post elsewhere. */
function channelId(channels: Readonly<Record<string, string>>, channel: string): string {
  const name = channel.replace(/^#/, '');
  if (Object.hasOwn(channels, name)) return channels[name] ?? '';
  if (Object.values(channels).includes(channel)) return channel;
  return failFor(
    `Cannot announce: channel "${outside(channel, { charsMax: 80 })}" is not in slack.yaml`,
    'final',
  );
}

async function ask<Answer>(question: Promise<Answer>): Promise<Answer> {
  try {
    return await question;
  } catch (cause) {
    throw new OutsideError('retryable', 'Cannot reach people: the directory does not answer', { cause });
  }
}

function failFor(message: string, kind: 'retryable' | 'final'): never {
  throw new OutsideError(kind, message);
}
