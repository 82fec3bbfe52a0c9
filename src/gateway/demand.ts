/**
 * Demand: what agents may ask of people. People read what they are asked only when it is little.
 *
 * It promises that an agent has a bounded number of requests waiting, that one that people keep turning down pauses, and
 * that asking the same again while it waits is the same request. Only asks that need people are refused; a repeat under
 * a key that was used is always answered. What it cannot read it does not join: a second card is only a nuisance.
 */
import { type ApprovalSettingsReader, ASK_LIMITS, type AskLimits } from '../domain/approval-settings.ts';
import { askDigest, canonicalHash } from '../domain/digest.ts';
import { CountersignError } from '../domain/errors.ts';
import type { OpenAsks, Pressure } from '../domain/open-asks.ts';
import type { Judgement } from '../domain/plan.ts';
import type { Clock, Log } from '../domain/ports.ts';
import type { RequestView } from '../domain/request.ts';
import type { NewRequest, Requests } from '../orchestrator/requests.ts';

/** Asks of this process that the database may not show yet are remembered this long, and so many of them. */
const FRESH_MS = 15_000;
const FRESH_MAX = 5_000;

export interface DemandParts {
  readonly requests: Pick<Requests, 'idOf' | 'view'>;
  readonly openAsks: OpenAsks;
  readonly approvalSettings: ApprovalSettingsReader;
  readonly judge: (ask: NewRequest) => Promise<Judgement>;
  readonly clock: Clock;
  readonly log?: Pick<Log, 'warn'>;
}

/** A request that was started; not `created` where its key had started it before. */
export interface Started {
  readonly id: string;
  readonly created: boolean;
}

/** The request that answers an ask. */
export interface Answering {
  readonly id: string;
  readonly isRepeat: boolean;
  readonly joined: boolean;
}

/** Undefined: a request of its own may be started. Else the request that answers this ask, and whether it was known. */
type Joined = { readonly id: string; readonly repeated: boolean } | undefined;

export interface Demand {
  /**
   * The request that answers the ask: one that waits for the same already, else what `start` started. Rejects as `start`
   * does, with `too-many-open` or `turned-down-often`, and with `key-reused` where the key stands for another ask.
   */
  startOrJoin(ask: NewRequest, start: () => Promise<Started>): Promise<Answering>;
  /** To be told of every view of a request that is handed out. */
  seen(view: Pick<RequestView, 'id' | 'status'>): Promise<void>;
}

interface Fresh {
  readonly agent: string;
  readonly twin: string;
  readonly body: string;
  readonly untilMs: number;
}

export function createDemand(parts: DemandParts): Demand {
  const { openAsks, clock, log } = parts;
  const fresh = new Map<string, Fresh>();
  const entering = new Set<Entering>();
  const failed = (error: unknown) =>
    log?.warn({ event: 'open-asks-unreachable', err: error }, 'Open asks cannot be read or written');
  return {
    async startOrJoin(ask, start) {
      forgetOld(fresh, clock().getTime());
      const ahead = [...entering].filter(({ agent }) => agent === ask.agent).length;
      const mine: Entering = { agent: ask.agent };
      entering.add(mine);
      try {
        const other = await admit(ask, { ...parts, fresh, failed, ahead });
        if (other !== undefined) return { id: other.id, isRepeat: other.repeated, joined: true };
        const { id, created } = await start();
        if (created) remember(fresh, id, ask, clock());
        return { id, isRepeat: !created, joined: false };
      } finally {
        entering.delete(mine);
      }
    },
    async seen({ id, status }) {
      const known = fresh.get(id);
      if (known === undefined || status === 'running') return;
      if (status === 'closed') fresh.delete(id);
      else {
        const { agent, twin, body } = known;
        await openAsks.note({ id, request: id, agent, twin, body, at: clock() }).catch(failed);
      }
    },
  };
}

/** An ask that is being let in. */
interface Entering {
  readonly agent: string;
}

function remember(fresh: Map<string, Fresh>, id: string, ask: NewRequest, now: Date): void {
  const untilMs = now.getTime() + FRESH_MS;
  if (fresh.size < FRESH_MAX)
    fresh.set(id, { agent: ask.agent, twin: twinOf(ask), body: bodyOf(ask), untilMs });
}

interface Admitting extends DemandParts {
  /** Asks of the agent that came before and are not let in yet: all at once, they must not all find the last place free. */
  readonly ahead: number;
  readonly fresh: ReadonlyMap<string, Fresh>;
  readonly failed: (error: unknown) => void;
}

async function admit(ask: NewRequest, parts: Admitting): Promise<Joined> {
  const { requests, openAsks, clock, failed } = parts;
  const twin = twinOf(ask);
  const id = requests.idOf(ask.agent, ask.key);
  const query = { agent: ask.agent, twin, now: clock(), ...(ask.key === undefined ? {} : { id }) };
  const pressure = await openAsks.look(query).catch(failed);
  const known = pressure?.known;
  if (known !== undefined && known.request !== id) {
    if (known.body === bodyOf(ask)) return { id: known.request, repeated: true };
    throw new CountersignError(
      'key-reused',
      'Cannot start request: this idempotency key came with another body before',
    );
  }
  if (pressure === undefined) return undefined;
  const other = await openTwin(ask, twin, pressure, parts);
  const refusal = other === undefined ? await tooMuch(ask, pressure, parts) : undefined;
  if (other === id || (other === undefined && refusal === undefined)) return undefined;
  // Whoever repeats a key is owed the answer of the first time, whatever waits by now.
  if (ask.key !== undefined && (await requests.view(id)) !== undefined) return undefined;
  if (other === undefined) throw refusal;
  await openAsks.note({ id, request: other, agent: ask.agent, twin, body: bodyOf(ask), at: clock() });
  return { id: other, repeated: false };
}

/** The request that asks people for the same already. Looked at now: what was noted may have closed. */
async function openTwin(
  { agent, session }: NewRequest,
  twin: string,
  pressure: Pressure,
  { requests, fresh }: Admitting,
): Promise<string | undefined> {
  const near = [...fresh].find(([, one]) => one.agent === agent && one.twin === twin)?.[0];
  const id = near ?? pressure.twin;
  if (id === undefined) return undefined;
  const view = await requests.view(id, { agent, session: session ?? null });
  return view?.status === 'waiting' ? id : undefined;
}

async function tooMuch(
  ask: NewRequest,
  { waiting, rejected }: Pressure,
  { approvalSettings, judge, fresh, ahead, clock }: Admitting,
): Promise<CountersignError | undefined> {
  const { asks = ASK_LIMITS } = await approvalSettings();
  const near = [...fresh].filter(([, { agent }]) => agent === ask.agent).map(([id]) => id);
  const open = new Set([...waiting, ...near]).size + ahead;
  const refusal = tooMany(open, asks) ?? tooOften(rejected, asks, clock());
  return refusal === undefined || !needsPeople(await judge(ask)) ? undefined : refusal;
}

function tooMany(open: number, { openRequestsMax }: AskLimits): CountersignError | undefined {
  if (open < openRequestsMax) return undefined;
  return new CountersignError(
    'too-many-open',
    `Cannot start request: ${open} of this agent's are open, wanted fewer than ${openRequestsMax}; wait for people to decide, or cancel some`,
  );
}

function tooOften(
  rejected: Pressure['rejected'],
  limits: AskLimits,
  now: Date,
): CountersignError | undefined {
  const last = Math.max(...rejected.map(({ at }) => at.getTime()));
  const minutes = Math.ceil(limits.pauseMinutes - (now.getTime() - last) / 60_000);
  if (rejected.length < limits.rejectedMax || minutes <= 0) return undefined;
  return new CountersignError(
    'turned-down-often',
    `Cannot start request: people turned down ${rejected.length} of this agent's within an hour, wanted fewer than ${limits.rejectedMax}; what needs people may be asked again in ${minutes} minutes`,
  );
}

function needsPeople({ steps }: Judgement): boolean {
  return steps.some(({ verdict }) => verdict.effect === 'approve');
}

/**
 * Equal for asks that mean the same to policy and to people: whose, for whom, what, how sure. The reason is the agent's
 * wording and does not count; people see the first one's.
 */
function twinOf({ agent, session, onBehalfOf, requestedBy, confidence, steps }: NewRequest): string {
  return canonicalHash({
    agent,
    session: session ?? null,
    onBehalfOf: onBehalfOf ?? null,
    requestedBy: requestedBy ?? null,
    confidence: confidence ?? null,
    steps: steps.map(askDigest),
  });
}

function bodyOf({ key: _, token: __, ...asked }: NewRequest): string {
  return canonicalHash(asked);
}

function forgetOld(fresh: Map<string, Fresh>, nowMs: number): void {
  for (const [id, { untilMs }] of fresh) if (untilMs <= nowMs) fresh.delete(id);
}
