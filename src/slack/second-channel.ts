/**
 * The second channel: an e-mail when Slack cannot deliver, for good or for minutes. It says what waits in words of ours,
 * and where to look; nothing in it acts, and nothing an agent or a vendor wrote stands in it.
 */
import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Names } from '../approvals/names.ts';
import { pointerValue } from '../approvals/pointer.ts';
import { TIER_WORDS } from '../approvals/wording.ts';
import { standsInFor } from '../domain/absence.ts';
import type { CardView } from '../domain/card.ts';
import { shortDigest } from '../domain/digest.ts';
import type { Person } from '../domain/people.ts';
import type { Absences, Clock, Directory, Log } from '../domain/ports.ts';
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
  readonly directory: Directory;
  readonly absences: Absences;
  readonly cards: Pick<CardStore, 'current' | 'forRequest'>;
  readonly messages: MessageStore;
  /** Its pages, where there are any, are what mails link to. */
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
          const card = (await parts.cards.forRequest(request)).at(-1)?.wantedView;
          if (found?.active) await mail(`mail:${key}`, found, outcomeMail(request, card, parts));
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
  const { cards, clock, mail } = parts;
  const { request, version, state } = view;
  const age = clock().getTime() - Date.parse(view.requestedAt);
  if (state !== 'waiting' || !isUndelivered(error, age)) return;
  // A card that stands can be decided on, even if it is behind.
  if ((await cards.current(request, version))?.place !== undefined) return;
  for (const person of (await whoIsAsked(view, parts)).slice(0, MAILED_MAX))
    await mail(`mail:${request}:v${version}:${person.id}`, person, waitingMail(view, parts));
}

/** Who may be asked, then who stands in for any of them. */
async function whoIsAsked(
  { needs, excluded, tier }: CardView,
  { directory, absences, clock }: Pick<SecondChannelParts, 'directory' | 'absences' | 'clock'>,
): Promise<readonly Person[]> {
  const now = clock();
  const away = await absences.inForce(now);
  const groups = [...new Set(needs.flatMap((need) => need.groups))];
  const members = (await Promise.all(groups.map((group) => directory.members(group)))).flat();
  const asked = members.filter((one) => mayBeAsked(one, { needs, excluded }));
  const coolOff = tier === 'high' || tier === 'critical';
  const standIns = away.flatMap(({ delegate }) =>
    delegate !== undefined &&
    !excluded.includes(delegate) &&
    standsInFor(away, delegate, { now, coolOff }).some((absent) => asked.some(({ id }) => id === absent))
      ? [delegate]
      : [],
  );
  const found = await Promise.all(standIns.map((id) => directory.person(id)));
  const all = [...asked, ...found.flatMap((person) => (person?.active ? [person] : []))];
  return [...new Map(all.map((person) => [person.id, person])).values()];
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

function waitingMail(view: CardView, { names }: SecondChannelParts) {
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
      whereToLook(request, view, names),
    ].join('\n'),
  };
}

function outcomeMail(request: string, card: CardView | undefined, { names }: SecondChannelParts) {
  return {
    subject: `Countersign: news of request ${request}`,
    text: ['Countersign could not reach you in Slack.', '', whereToLook(request, card, names)].join('\n'),
  };
}

/** On the page of its newest version; what has no card has no page. */
function whereToLook(request: string, card: CardView | undefined, { decidePage }: Names): string {
  return decidePage === undefined || card === undefined
    ? `Ask an operator, or look with "countersign show ${request}".`
    : `Sign in and look at it here; opening the page decides nothing: ${decidePage(pointerValue(card))}`;
}
