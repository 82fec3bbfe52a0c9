/**
 * Publishes home tabs and keeps them true: when somebody opens theirs, after what they did, and when something that concerns
 * them happens. Never by polling. Known in memory only, of whoever opened theirs within a day: after a restart, and for what
 * another process of this role showed, a tab is as it was until it is opened again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HomeView } from '@slack/types';
import type { Clock, Log } from '../../domain/ports.ts';
import { redacted } from '../bolt-logger.ts';

const KEPT_MS = 24 * 60 * 60_000;
const PEOPLE_MAX = 1_000;
/** Slack takes 100 publishes a minute; what happens meanwhile is shown by the one publish that follows. */
const SPACED_MS = 700;

/** What a tab is published with; `hash` is what the last publish answered. Resolves to the new one, or that it was stale. */
export type Publish = (tab: {
  readonly user: string;
  readonly view: HomeView;
  readonly hash?: string;
}) => Promise<string | 'conflict'>;

/** A drawn tab, and which happenings concern it. */
export interface Drawn {
  readonly view: HomeView;
  /** Absent: nothing does, as for somebody who is refused. */
  readonly audience?: Audience;
}

/** Who looks at a tab, as far as deciding whether a happening concerns them takes. */
export interface Audience {
  readonly person: string;
  readonly groups: readonly string[];
  /** Requests of other groups may wait for them too. */
  readonly standsIn: boolean;
}

interface Tab {
  readonly openedAtMs: number;
  readonly hash?: string;
  readonly audience?: Audience;
}

export interface HomeBoardParts {
  readonly draw: (user: string) => Promise<Drawn>;
  readonly publish: Publish;
  readonly now: Clock;
  readonly log: Log;
  /** Between two publishes that nobody waits for. */
  readonly spacedMs?: number;
}

export class HomeBoard {
  readonly #parts: HomeBoardParts;
  readonly #tabs = new Map<string, Tab>();
  readonly #dirty = new Set<string>();
  readonly #turns = new Map<string, Promise<void>>();
  #isWorking = false;
  #isClosed = false;

  constructor(parts: HomeBoardParts) {
    this.#parts = parts;
  }

  /** Somebody opened their tab, and has the view with this `hash`. Resolves when theirs is published. Never rejects. */
  async opened(user: string, hash?: string): Promise<void> {
    this.#tabs.delete(user);
    const openedAtMs = this.#parts.now().getTime();
    this.#tabs.set(user, { openedAtMs, ...(hash === undefined ? {} : { hash }) });
    const [oldest] = this.#tabs.keys();
    if (this.#tabs.size > PEOPLE_MAX && oldest !== undefined) this.#tabs.delete(oldest);
    await this.#show(user);
  }

  /** Something of theirs changed: published soon, if they opened their tab within a day. */
  touched(user: string): void {
    const tab = this.#tabs.get(user);
    if (tab === undefined) return;
    if (tab.openedAtMs + KEPT_MS < this.#parts.now().getTime()) this.#tabs.delete(user);
    else this.#dirty.add(user);
    void this.#work();
  }

  /** Something happened: published anew are the tabs of those it concerns, at Slack's pace. */
  happened(concerns: (audience: Audience) => boolean): void {
    for (const [user, { audience }] of [...this.#tabs])
      if (audience !== undefined && concerns(audience)) this.touched(user);
  }

  /** Publishes nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#dirty.clear();
  }

  /** One at a time for a person, so that an older drawing never follows a newer one. */
  async #show(user: string): Promise<void> {
    const turn = (this.#turns.get(user) ?? Promise.resolve()).then(() => this.#showNow(user));
    this.#turns.set(user, turn);
    await turn;
    if (this.#turns.get(user) === turn) this.#turns.delete(user);
  }

  async #showNow(user: string): Promise<void> {
    // Before drawing: what happens meanwhile is drawn once more.
    this.#dirty.delete(user);
    try {
      const { hash, audience } = await this.#published(user, this.#tabs.get(user)?.hash);
      const tab = this.#tabs.get(user);
      if (tab === undefined) return;
      const { openedAtMs } = tab;
      this.#tabs.set(user, { openedAtMs, hash, ...(audience === undefined ? {} : { audience }) });
    } catch (error) {
      this.#parts.log.warn(
        { event: 'home-unpublished', why: redacted([error]) },
        'Could not publish a home tab',
      );
    }
  }

  /** A stale hash means that somebody else published meanwhile: what is drawn then is newer than theirs. */
  async #published(user: string, hash: string | undefined) {
    const { draw, publish } = this.#parts;
    const { view, audience } = await draw(user);
    const first = await publish({ user, view, ...(hash === undefined ? {} : { hash }) });
    if (first !== 'conflict') return { hash: first, audience };
    const again = await draw(user);
    return { hash: await publish({ user, view: again.view }), audience: again.audience };
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    const { spacedMs = SPACED_MS } = this.#parts;
    // Waits first: what follows on the heels of the first change is shown with it.
    for (await pauseFor(spacedMs); this.#dirty.size > 0 && !this.#isClosed; await pauseFor(spacedMs)) {
      const [user = ''] = this.#dirty;
      await this.#show(user);
    }
    this.#isWorking = false;
  }
}

/** Keeps no process alive. */
function pauseFor(ms: number): Promise<void> {
  return sleep(ms, undefined, { ref: false });
}
