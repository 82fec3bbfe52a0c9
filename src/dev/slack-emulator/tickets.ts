/** Unguessable ids that work a few times for a while: trigger ids and response URLs are both that. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';

const KEPT_MAX = 500;

/** Why a ticket does not work. */
export type TicketProblem = 'unknown' | 'used' | 'expired';

/** Hands out ids for `what` and takes each back at most `uses` times within `lifeMs`; keeps the newest 500. */
export class Tickets<What> {
  readonly #rule: { readonly uses: number; readonly lifeMs: number; readonly clock: Clock };
  readonly #issued = new Map<string, { readonly what: What; readonly atMs: number; uses: number }>();

  constructor(rule: { readonly uses: number; readonly lifeMs: number; readonly clock: Clock }) {
    this.#rule = rule;
  }

  issue(what: What): string {
    const atMs = this.#rule.clock().getTime();
    const id = `${atMs}.${randomBytes(24).toString('hex')}`;
    this.#issued.set(id, { what, atMs, uses: 0 });
    const [oldest] = this.#issued.keys();
    if (this.#issued.size > KEPT_MAX && oldest !== undefined) this.#issued.delete(oldest);
    return id;
  }

  use(id: string): { readonly what: What } | { readonly problem: TicketProblem } {
    const ticket = this.#issued.get(id);
    if (ticket === undefined) return { problem: 'unknown' };
    if (ticket.uses >= this.#rule.uses) return { problem: 'used' };
    if (this.#rule.clock().getTime() - ticket.atMs > this.#rule.lifeMs) return { problem: 'expired' };
    ticket.uses += 1;
    return { what: ticket.what };
  }
}
