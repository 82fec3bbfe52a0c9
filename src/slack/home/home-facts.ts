/** Everything one person's home tab shows, read afresh. A part that cannot be read says so; the others stand. */
import { coolOffUntil, isCut } from '../../approvals/away.ts';
import { mayLift } from '../../approvals/pause.ts';
import { type Waiting, waitingFor } from '../../approvals/waiting.ts';
import type { Absence } from '../../domain/absence.ts';
import type { Halt } from '../../domain/halt.ts';
import type { Agent, Person } from '../../domain/people.ts';
import type { GrantStanding } from '../../domain/standing-grant.ts';
import type { RequestSummary } from '../../orchestrator/requests.ts';
import { redacted } from '../bolt-logger.ts';
import type { AffairsDesk, DecidedRequest } from './affairs.ts';

/** Rows of a section at most; what is left out is counted. */
export const ROWS_MAX = { waiting: 20, asked: 20, decided: 20, grants: 15, away: 10, pause: 12 } as const;
const DECIDED_DAYS = 30;
const AGENTS_ASKED_MAX = 10;

/** What fits and how many more there are, or that it could not be read. */
export type Shelf<Row> = { readonly rows: readonly Row[]; readonly more: number } | 'unreadable';

export interface AwayRow {
  readonly absence: Absence;
  /** The person's own; else they stand in, or see it as an operator. */
  readonly role: 'mine' | 'delegate' | 'operator';
  readonly cut: boolean;
  readonly coolOffUntil?: string;
}

export interface PauseRow {
  readonly stop: Pick<Halt, 'scope' | 'subject'>;
  /** Absent: not paused. */
  readonly halt?: Halt;
  readonly mayLift: boolean;
}

export interface HomeFacts {
  readonly person: Person;
  readonly now: Date;
  readonly waiting: Shelf<Waiting & { readonly url?: string }>;
  readonly asked: Shelf<RequestSummary>;
  readonly decided: Shelf<DecidedRequest>;
  readonly grants: Shelf<GrantStanding>;
  readonly away: Shelf<AwayRow>;
  readonly pause: Shelf<PauseRow>;
}

/** Address of a card's message; undefined where it has none yet or Slack does not say. */
export type CardUrl = (request: string, version: number) => Promise<string | undefined>;

/** Never rejects for a part. */
export async function homeFacts(desk: AffairsDesk, person: Person, cardUrl: CardUrl): Promise<HomeFacts> {
  const now = desk.clock();
  const agents = await desk.directory.agentsOf(person.id).catch((): readonly Agent[] => []);
  const shelf = async <Row>(max: number, reading: Promise<readonly Row[]>): Promise<Shelf<Row>> => {
    try {
      const rows = await reading;
      return { rows: rows.slice(0, max), more: Math.max(0, rows.length - max) };
    } catch (error) {
      desk.log.warn(
        { event: 'home-unreadable', why: redacted([error]) },
        'A part of a home tab cannot be read',
      );
      return 'unreadable';
    }
  };
  const [waiting, asked, decided, grants, away, pause] = await Promise.all([
    shelf(ROWS_MAX.waiting, waitingRows(desk, person, { now, cardUrl })),
    shelf(ROWS_MAX.asked, askedRows(desk, agents)),
    shelf(ROWS_MAX.decided, decidedRows(desk, person, now)),
    shelf(ROWS_MAX.grants, grantRows(desk, person, now)),
    shelf(ROWS_MAX.away, awayRows(desk, person, now)),
    shelf(ROWS_MAX.pause, pauseRows(desk, person, { agents, now })),
  ]);
  return { person, now, waiting, asked, decided, grants, away, pause };
}

async function waitingRows(
  desk: AffairsDesk,
  person: Person,
  { now, cardUrl }: { readonly now: Date; readonly cardUrl: CardUrl },
) {
  const mine = await waitingFor(person, await desk.inbox.list(), { ...desk, now });
  return Promise.all(
    mine.map(async (one, index) => {
      // Only those that are shown: each costs a look.
      if (index >= ROWS_MAX.waiting) return one;
      const { request, version } = one.approval;
      const url = await cardUrl(request, version);
      return url === undefined ? one : { ...one, url };
    }),
  );
}

/** Of the person's agents, the newest first, open or over. */
async function askedRows(
  { asked }: AffairsDesk,
  agents: readonly Agent[],
): Promise<readonly RequestSummary[]> {
  if (asked === undefined) return [];
  const limit = ROWS_MAX.asked + 1;
  const lists = await Promise.all(
    agents.slice(0, AGENTS_ASKED_MAX).map(({ id }) => asked.list({ asker: { agent: id }, limit })),
  );
  return lists.flat().toSorted((a, b) => Date.parse(b.receivedAt) - Date.parse(a.receivedAt));
}

function decidedRows(desk: AffairsDesk, { id }: Person, now: Date): Promise<readonly DecidedRequest[]> {
  const since = new Date(now.getTime() - DECIDED_DAYS * 24 * 60 * 60_000);
  return desk.decidedBy(id, { since, limit: ROWS_MAX.decided + 1 });
}

async function grantRows({ grants }: AffairsDesk, { id }: Person, now: Date) {
  const all = (await grants?.list({ grantedBy: id })) ?? [];
  return all.filter(({ revokedAt, until }) => revokedAt === undefined && new Date(until) > now);
}

/** The person's own, then those they are named in. */
async function awayRows({ absences }: AffairsDesk, person: Person, now: Date): Promise<readonly AwayRow[]> {
  const [mine, inForce] = await Promise.all([absences.openOf(person.id, now), absences.inForce(now)]);
  const named = inForce.filter(({ delegate }) => delegate === person.id);
  // Those of an operator's view come last: they may end anybody's.
  const others =
    person.operator === true
      ? inForce.filter((one) => one.person !== person.id && one.delegate !== person.id)
      : [];
  const row =
    (role: AwayRow['role']) =>
    (absence: Absence): AwayRow => {
      const until = coolOffUntil(absence, now);
      const cut = isCut(absence, [...inForce, ...mine]);
      return { absence, role, cut, ...(until === undefined ? {} : { coolOffUntil: until }) };
    };
  return [...mine.map(row('mine')), ...named.map(row('delegate')), ...others.map(row('operator'))];
}

/** What is paused and concerns the person, then what they may pause. */
async function pauseRows(
  { halts, clock }: AffairsDesk,
  person: Person,
  { agents, now }: { readonly agents: readonly Agent[]; readonly now: Date },
): Promise<readonly PauseRow[]> {
  const active = await halts.active(now ?? clock());
  const concerns = ({ scope, subject }: Halt) =>
    person.operator === true ||
    scope === 'everything' ||
    (scope === 'agent' && agents.some(({ id }) => id === subject));
  const paused = active
    .filter(concerns)
    .map(({ ...halt }): PauseRow => ({ stop: halt, halt, mayLift: mayLift(person, halt) }));
  const isPaused = (scope: string, subject: string) =>
    active.some((halt) => halt.scope === scope && halt.subject === subject);
  const everything = { scope: 'everything', subject: '*' } as const;
  const running = [
    ...(person.operator === true && !isPaused('everything', '*') ? [everything] : []),
    ...agents
      .filter(({ id }) => !isPaused('agent', id))
      .map(({ id }) => ({ scope: 'agent', subject: id }) as const),
  ];
  return [...paused, ...running.map((stop): PauseRow => ({ stop, mayLift: false }))];
}
