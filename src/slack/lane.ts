/** One queue before one limit of Slack's: who speaks next, and when the others should come back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OutsideError } from '../domain/retry.ts';

/** Whoever has longer to wait than this is sent away: waiting for minutes is Temporal's work. */
export const PATIENCE_MS = 5_000;
/** Somebody sent away is back a little early, so that the lane never idles while somebody wants to speak. */
const EARLY_MS = PATIENCE_MS / 2;
const BACK_AFTER_MIN_MS = 1_000;
/** Whoever was sent away and is overdue by this has given up; the place is free again. */
const OVERDUE_MS = 60_000;
const TICKETS_MAX = 10_000;
const FULL_BACK_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** How long a kind lets others go first: a card that opens is waited for by people, a line in a thread is not. */
const HEAD_START_MS = { card: 0, update: 0, line: 60_000 } as const;
/** What each further thing of one request that waits already costs it, so that a busy request delays itself. */
const SHARE_MS = 10_000;

/** One thing somebody wants to say. */
export interface Wanted {
  /** The same thing wanted again keeps its place. */
  readonly key: string;
  /** Whose it is; requests share a lane fairly. */
  readonly request: string;
  readonly kind: keyof typeof HEAD_START_MS;
  /** Of two that want the same thing, the one with the larger number goes on; of equals, the later. */
  readonly seq?: number;
}

/** Marks that another call wants the same thing newer, and has the place in the queue now. */
export const SUPERSEDED = Symbol('superseded');

/** What a lane's own limit says. Only its lane takes from it. */
export interface Allowance {
  /** Milliseconds until one call may be made; 0: now. */
  waitMs(): Promise<number>;
  /** Takes one; false when somebody else was quicker. */
  take(): Promise<boolean>;
  /** Milliseconds that one call costs in the long run. */
  readonly callMs: number;
}

interface Waiter {
  readonly seq: number;
  resolve(turn: 'mine' | typeof SUPERSEDED): void;
  reject(error: OutsideError): void;
}

interface Ticket {
  readonly key: string;
  readonly request: string;
  readonly order: number;
  /** Present: waits here. Absent: was sent away and comes back about `backAtMs`. */
  waiter?: Waiter | undefined;
  backAtMs: number;
}

export class Lane {
  readonly #allowance: Allowance;
  readonly #ticketsMax: number;
  readonly #tickets = new Map<string, Ticket>();
  #serving = false;
  #refused = 0;

  constructor(allowance: Allowance, ticketsMax: number = TICKETS_MAX) {
    this.#allowance = allowance;
    this.#ticketsMax = ticketsMax;
  }

  /** Nobody waits, here or elsewhere. */
  get idle(): boolean {
    return !this.#serving && this.#tickets.size === 0;
  }

  /**
   * Resolves when the call may be made at once. Rejects with a retryable `OutsideError` that says when to come back
   * when the turn is too far away; the place in the queue is kept. Never takes longer than about two patiences.
   */
  async turn(wanted: Wanted): Promise<'mine' | typeof SUPERSEDED> {
    const seq = wanted.seq ?? 0;
    this.#forgetOverdue();
    const ticket = this.#tickets.get(wanted.key) ?? this.#enqueue(wanted);
    const other = ticket.waiter;
    if (other !== undefined && other.seq > seq) return SUPERSEDED;
    other?.resolve(SUPERSEDED);
    return new Promise((resolve, reject) => {
      ticket.waiter = { seq, resolve, reject };
      void this.#serve();
    });
  }

  /** For a call that was made and refused for coming too soon: goes first next time, and says when that is. */
  async sendBack(wanted: Wanted): Promise<OutsideError> {
    const ticket = this.#tickets.get(wanted.key) ?? this.#enqueue(wanted, Number.NEGATIVE_INFINITY);
    return this.#goodbye(ticket, await this.#allowance.waitMs());
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (await this.#serveOne());
    } finally {
      this.#serving = false;
    }
  }

  /** One look at the queue; false when nobody waits here. */
  async #serveOne(): Promise<boolean> {
    const waitMs = await this.#allowance.waitMs();
    this.#sendTheFarAway(waitMs);
    if (this.#next() === undefined) return false;
    if (waitMs > 0) {
      await sleep(Math.min(waitMs, LOOK_EVERY_MS));
      return true;
    }
    if (!(await this.#allowance.take())) return true;
    // Chosen only now: somebody more urgent may have come meanwhile.
    const next = this.#next();
    if (next === undefined) return false;
    this.#tickets.delete(next.key);
    next.waiter?.resolve('mine');
    return true;
  }

  #next(): Ticket | undefined {
    return this.#inOrder().find(({ waiter }) => waiter !== undefined);
  }

  #inOrder(): readonly Ticket[] {
    return [...this.#tickets.values()].sort((a, b) => a.order - b.order);
  }

  #sendTheFarAway(waitMs: number): void {
    for (const [ahead, ticket] of this.#inOrder().entries()) {
      const turnInMs = waitMs + ahead * this.#allowance.callMs;
      if (ticket.waiter === undefined || turnInMs <= PATIENCE_MS) continue;
      ticket.waiter.reject(this.#goodbye(ticket, turnInMs));
    }
  }

  #goodbye(ticket: Ticket, turnInMs: number): OutsideError {
    const retryAfterMs = Math.ceil(Math.max(BACK_AFTER_MIN_MS, turnInMs - EARLY_MS));
    ticket.waiter = undefined;
    ticket.backAtMs = Date.now() + retryAfterMs;
    const seconds = Math.ceil(turnInMs / 1_000);
    return new OutsideError('retryable', `Cannot speak yet: it is this one's turn in ${seconds} s`, {
      retryAfterMs,
    });
  }

  #enqueue(wanted: Wanted, order = this.#orderOf(wanted)): Ticket {
    if (this.#tickets.size >= this.#ticketsMax) throw this.#full();
    const { key, request } = wanted;
    const ticket: Ticket = { key, request, order, backAtMs: Date.now() };
    this.#tickets.set(key, ticket);
    return ticket;
  }

  #orderOf({ request, kind }: Wanted): number {
    const waiting = [...this.#tickets.values()].filter((ticket) => ticket.request === request).length;
    return Date.now() + HEAD_START_MS[kind] + waiting * SHARE_MS;
  }

  /** Those who find no place come back spread over a minute, not all together. */
  #full(): OutsideError {
    this.#refused += 1;
    const spreadMs = (this.#refused % 600) * 100;
    return new OutsideError('retryable', `Cannot speak yet: ${this.#ticketsMax} others wait, wanted fewer`, {
      retryAfterMs: FULL_BACK_AFTER_MS + spreadMs,
    });
  }

  #forgetOverdue(): void {
    const overdue = Date.now() - OVERDUE_MS;
    for (const { key, waiter, backAtMs } of this.#tickets.values()) {
      if (waiter === undefined && backAtMs < overdue) this.#tickets.delete(key);
    }
  }
}
