/** Trigger ids: what lets the app answer one interaction with one modal, once, within three seconds. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';

const LIFE_MS = 3000;
const KEPT_MAX = 500;

/** Hands out trigger ids and takes each back once. */
export class Triggers {
  readonly #clock: Clock;
  readonly #issued = new Map<string, { readonly user: string; readonly atMs: number; spent: boolean }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(user: string): string {
    const atMs = this.#clock().getTime();
    const id = `${atMs}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`;
    this.#issued.set(id, { user, atMs, spent: false });
    const [oldest] = this.#issued.keys();
    if (this.#issued.size > KEPT_MAX && oldest !== undefined) this.#issued.delete(oldest);
    return id;
  }

  /** Whose interaction it was, or Slack's error name. */
  spend(id: string | undefined): { readonly user: string } | { readonly error: string } {
    const trigger = this.#issued.get(id ?? '');
    if (trigger === undefined) return { error: 'invalid_trigger_id' };
    if (trigger.spent) return { error: 'exchanged_trigger_id' };
    if (this.#clock().getTime() - trigger.atMs > LIFE_MS) return { error: 'expired_trigger_id' };
    trigger.spent = true;
    return { user: trigger.user };
  }
}
