/**
 * Oversight at work: what the approvals role notes as it shows cards and takes clicks, and what it asks of the records.
 * Noting never fails its caller: a card is shown and a decision stands whether or not it could be counted.
 */
import { createHash } from 'node:crypto';
import type { CardView, OpenApproval } from '../domain/card.ts';
import type { Decision } from '../domain/decision.ts';
import type {
  Asked,
  EarlierDecision,
  GivenAnswer,
  OversightBook,
  RefusedClick,
  RefusedWhy,
} from '../domain/oversight.ts';
import type { Clock, Directory, Log } from '../domain/ports.ts';
import { askedOf, groupsOf, similarSteps } from './oversight-record.ts';
import { secondsToDecide } from './oversight-report.ts';
import { APPROVALS_LOOKED_AT, type Pace, paceOf } from './slow-down.ts';

/** So many earlier decisions are shown to whoever reviews. */
export const EARLIER_MAX = 5;

/** Kept of one group at most: beyond that it is a crowd, and nobody's duty. */
const MEMBERS_MAX = 200;

/** Notes under way at once; further refused clicks are only counted. */
const UNDER_WAY_MAX = 50;

/** A refused click, as doors tell of it. `parts` make the delivery this one and no other. */
export interface Refusal {
  readonly why: RefusedWhy;
  readonly surface: Decision['surface'];
  readonly person?: string | undefined;
  readonly request?: string | undefined;
  readonly version?: number | undefined;
  readonly parts: readonly string[];
}

/** What doors to approvers need of oversight. Nothing here ever rejects. */
export interface DoorOversight {
  /** Resolves when noted, or given up. */
  refused(refusal: Refusal): Promise<void>;
  /** A decision that a door has just made durable. Resolves when noted, or given up. */
  said(approval: Pick<OpenApproval, 'request' | 'version'>, decision: Decision): Promise<void>;
  /** How fast this person has been approving; `unknown` where the records cannot be read. */
  paceOf(person: string): Promise<Pace>;
}

/** What showing cards needs of oversight. Nothing here ever rejects. */
export interface CardOversight {
  noted(view: CardView): Promise<void>;
  /** The card stands where people see it. */
  shown(view: CardView): Promise<void>;
}

export interface Oversight extends DoorOversight, CardOversight {
  /** The last decisions on similar requests, newest first. Rejects when they cannot be read. */
  earlier(view: Pick<CardView, 'request' | 'agent' | 'steps'>): Promise<readonly EarlierDecision[]>;
}

/** Where what is noted for the first time is counted. Labels are rules, groups and closed words, never people. */
export interface OversightCounts {
  asked(asked: Asked): void;
  answered(asked: Asked, answer: GivenAnswer, seconds: number): void;
  closed(asked: Asked): void;
  refused(click: Pick<RefusedClick, 'why' | 'surface'>): void;
  /** Something could not be noted. */
  lost(): void;
}

export interface OversightDeps {
  readonly book: OversightBook;
  readonly directory: Pick<Directory, 'members'>;
  readonly counts: OversightCounts;
  readonly clock: Clock;
  readonly log: Log;
}

/** Oversight over a book of records. */
export function createOversight(deps: OversightDeps): Oversight {
  const { book, counts, clock, log } = deps;
  let underWay = 0;
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    underWay += 1;
    try {
      await work();
    } catch (error) {
      counts.lost();
      const why = error instanceof Error ? error.name : 'unknown';
      log.warn({ event: 'oversight-lost', what, why }, 'Could not note something for oversight');
    } finally {
      underWay -= 1;
    }
  };
  return {
    noted: (view) => attempt('card', () => note(deps, view)),
    shown: ({ request, version }) =>
      attempt('shown', () => book.shown({ request, version, at: clock().toISOString() })),
    said: (approval, decision) => attempt('answer', () => book.said(approval, answerOf(decision))),
    async refused(refusal) {
      const click = clickOf(refusal, clock());
      if (underWay >= UNDER_WAY_MAX) return counts.refused(click);
      await attempt('refusal', async () => {
        if (await book.refused(click)) counts.refused(click);
      });
    },
    async paceOf(person) {
      try {
        return paceOf(await book.approvalsOf(person, APPROVALS_LOOKED_AT), clock());
      } catch (error) {
        const why = error instanceof Error ? error.name : 'unknown';
        log.warn(
          { event: 'pace-unknown', why },
          'Could not read how fast a person approves: it counts as a streak',
        );
        return 'unknown';
      }
    },
    earlier: ({ request, agent, steps }) =>
      book.earlier({ request, agent, steps: similarSteps({ steps }) }, EARLIER_MAX),
  };
}

async function note({ book, directory, counts }: OversightDeps, view: CardView): Promise<void> {
  const asked = askedOf(view, await membersOf(directory, view));
  const noted = await book.note(asked);
  if (noted.isNew) counts.asked(asked);
  const { shownAt } = noted;
  const timed = shownAt === undefined ? asked : { ...asked, shownAt };
  for (const answer of noted.answers) counts.answered(asked, answer, secondsToDecide(timed, answer.at));
  if (noted.isClosed) counts.closed(asked);
}

/** Undefined where the directory cannot be read: who could answer is then not known, and nothing else is lost. */
async function membersOf(directory: OversightDeps['directory'], view: CardView): Promise<Asked['members']> {
  try {
    const groups = groupsOf(view).map(async (group) => {
      const people = (await directory.members(group)).filter(({ active }) => active);
      return [group, people.slice(0, MEMBERS_MAX).map(({ id }) => id)] as const;
    });
    return Object.fromEntries(await Promise.all(groups));
  } catch {
    return undefined;
  }
}

function answerOf({ person, answer, reason, surface, assurance = 'click', at }: Decision): GivenAnswer {
  return { person, answer, at, hasReason: reason !== undefined && reason !== '', surface, assurance };
}

function clickOf({ why, surface, person, request, version, parts }: Refusal, now: Date): RefusedClick {
  return {
    id: createHash('sha256')
      .update(JSON.stringify([why, ...parts]))
      .digest('hex'),
    ...{ why, surface },
    ...(person === undefined ? {} : { person }),
    ...(request === undefined ? {} : { request }),
    ...(version === undefined ? {} : { version }),
    at: now.toISOString(),
  };
}
