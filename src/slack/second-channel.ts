/**
 * The second channel: an e-mail when Slack cannot deliver, for good or for minutes. It says what waits in words of ours,
 * and where to look; nothing in it acts, and nothing an agent or a vendor wrote stands in it.
 */
import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Names } from '../approvals/names.ts';
import { TIER_WORDS } from '../approvals/wording.ts';
import type { CardView } from '../domain/card.ts';
import { shortDigest } from '../domain/digest.ts';
import type { Person } from '../domain/people.ts';
import type { Clock, Directory, Log } from '../domain/ports.ts';
import { OutsideError } from '../domain/retry.ts';
import { redacted } from './bolt-logger.ts';
import { utc } from './cards/blocks.ts';
import { mayBeAsked } from './may-be-asked.ts';
import type { CardStore, MessageStore } from './ports.ts';

/** Slack may be slow for a while; from then on people are told otherwise. */
export const UNDELIVERED_MS = 5 * 60_000;
const MAILED_MAX = 20;
/** Notes that a mail was sent, in the place where messages of Slack have theirs. */
const MAILED = Object.freeze({ channel: 'mail', ts: '0' });

export interface SecondChannelParts {
  /** Absent: there is no second channel, which is said once. */
  readonly send?: (mail: {
    readonly to: string;
    readonly subject: string;
    readonly text: string;
  }) => Promise<void>;
  /** Address of the approver page of a request; absent where there are none. */
  readonly pageOf?: (request: string) => string;
  readonly directory: Directory;
  readonly cards: Pick<CardStore, 'current'>;
  readonly messages: MessageStore;
  readonly names: Names;
  readonly clock: Clock;
  readonly log: Log;
}

/** Told of what Slack did not take. Neither ever rejects: who tells goes on retrying Slack. */
export interface SecondChannel {
  cardFailed(view: CardView, error: unknown): Promise<void>;
  personFailed(
    note: { readonly request: string; readonly person: string; readonly key: string },
    error: unknown,
  ): Promise<void>;
}

export function createSecondChannel(parts: SecondChannelParts): SecondChannel {
  let hasSaidNone = false;
  const mail = async (
    key: string,
    person: Person,
    said: { subject: string; text: string },
  ): Promise<void> => {
    const { send, messages, log } = parts;
    if (send === undefined) {
      if (!hasSaidNone) log.error({ event: 'no-second-channel' }, NO_CHANNEL);
      hasSaidNone = true;
      return;
    }
    if (person.email === undefined || (await messages.find(key)) !== undefined) return;
    await send({ to: person.email, ...said });
    await messages.record(key, MAILED);
    log.warn({ event: 'mailed', person: person.id, key }, 'Slack did not take it: sent an e-mail instead');
  };
  const unbroken = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      parts.log.error({ event: 'mail-failed', why: redacted([error]) }, 'Neither Slack nor e-mail delivers');
    });
  return {
    cardFailed: (view, error) => unbroken(mailCard(view, error, { ...parts, mail })),
    async personFailed({ request, person, key }, error) {
      if (!(error instanceof OutsideError) || error.kind !== 'final') return;
      await unbroken(
        (async () => {
          const found = await parts.directory.person(person);
          if (found?.active) await mail(`mail:${key}`, found, outcomeMail(request, parts));
        })(),
      );
    },
  };
}

const NO_CHANNEL =
  'Slack does not take what people have to see, and there is no second channel: set COUNTERSIGN_SMTP_URL';

interface Mailing extends SecondChannelParts {
  readonly mail: (key: string, person: Person, said: { subject: string; text: string }) => Promise<void>;
}

async function mailCard(view: CardView, error: unknown, parts: Mailing): Promise<void> {
  const { directory, cards, clock, mail } = parts;
  const { request, version, state, needs, excluded } = view;
  const age = clock().getTime() - Date.parse(view.requestedAt);
  if (state !== 'waiting' || !isUndelivered(error, age)) return;
  // A card that stands can be decided on, even if it is behind.
  if ((await cards.current(request, version))?.place !== undefined) return;
  const groups = [...new Set(needs.flatMap((need) => need.groups))];
  const members = (await Promise.all(groups.map((group) => directory.members(group)))).flat();
  const people = new Map(members.map((person) => [person.id, person]));
  const eligible = [...people.values()].filter((one) => mayBeAsked(one, { needs, excluded }));
  for (const person of eligible.slice(0, MAILED_MAX))
    await mail(`mail:${request}:v${version}:${person.id}`, person, waitingMail(view, parts));
}

/** For good, or for minutes because Slack fails. Waiting for one's turn is no failure of Slack's. */
function isUndelivered(error: unknown, ageMs: number): boolean {
  if (!(error instanceof OutsideError)) return false;
  if (error.kind === 'final') return true;
  const root = rootOf(error);
  const isPaced = root === error || root instanceof WebAPIRateLimitedError;
  return !isPaced && ageMs > UNDELIVERED_MS;
}

function rootOf(error: Error): unknown {
  return error.cause instanceof OutsideError ? rootOf(error.cause) : (error.cause ?? error);
}

function waitingMail(view: CardView, { names, pageOf }: SecondChannelParts) {
  const { request, version, digest, tier, agent, steps, expiresAt } = view;
  const tools = [...new Set(steps.map(({ tool }) => tool))];
  return {
    subject: `Countersign: request ${request} waits for your decision`,
    text: [
      'Slack does not take messages at the moment, so this comes by e-mail.',
      '',
      `Request: ${request}, version ${version}, code ${shortDigest(digest)}`,
      `Asked by: ${names.agent(agent)}`,
      `Risk: ${TIER_WORDS[tier]}`,
      `Tools: ${tools.join(', ')}`,
      `Expires: ${utc(expiresAt)}`,
      '',
      whereToLook(request, pageOf),
    ].join('\n'),
  };
}

function outcomeMail(request: string, { pageOf }: SecondChannelParts) {
  return {
    subject: `Countersign: news of request ${request}`,
    text: ['Countersign could not reach you in Slack.', '', whereToLook(request, pageOf)].join('\n'),
  };
}

function whereToLook(request: string, pageOf: SecondChannelParts['pageOf']): string {
  return pageOf === undefined
    ? `Ask an operator, or look with "countersign show ${request}".`
    : `Sign in and look at it here; opening the page decides nothing: ${pageOf(request)}`;
}
