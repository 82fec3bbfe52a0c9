/** Failures a test or the sandbox page ordered for the next calls of a method. */
import type { SlackEmulator } from './contract.ts';

type Failure = Parameters<SlackEmulator['failNext']>[0];

/** Orders queue up per method; `take` uses one call's worth up. */
export class Failures {
  #ordered: readonly Failure[] = [];

  order(failure: Failure): void {
    this.#ordered = [...this.#ordered, failure].filter(({ times }) => times > 0);
  }

  take(method: string): Failure | undefined {
    const next = this.#ordered.find((failure) => failure.method === method);
    const used = this.#ordered.map((one) => (one === next ? { ...one, times: one.times - 1 } : one));
    this.#ordered = used.filter(({ times }) => times > 0);
    return next;
  }
}
