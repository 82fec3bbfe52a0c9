/** Failures a test or the sandbox page ordered for the next calls of a method. */
import type { SlackEmulator } from './contract.ts';

type Failure = Parameters<SlackEmulator['failNext']>[0];

/** Orders queue up per method; `take` uses one up. */
export class Failures {
  readonly #ordered = new Map<string, Failure[]>();

  order(failure: Failure): void {
    this.#ordered.set(failure.method, [...(this.#ordered.get(failure.method) ?? []), failure]);
  }

  take(method: string): Failure | undefined {
    const [first, ...rest] = this.#ordered.get(method) ?? [];
    if (first === undefined) return undefined;
    const left = first.times > 1 ? [{ ...first, times: first.times - 1 }] : [];
    this.#ordered.set(method, [...left, ...rest]);
    return first.times > 0 ? first : this.take(method);
  }
}
