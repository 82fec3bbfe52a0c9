/** How an outside failure is to be treated, sorted once per vendor and believed everywhere. */

/**
 * `retryable`: did not happen, may work later. `final`: did not happen and will not. `unknown`: may have happened;
 * ask the vendor before doing it again.
 */
export type FailureKind = 'retryable' | 'final' | 'unknown';

/** A sorted failure of an outside service. `message` is shown to agents and people: our words, no secrets. */
export class OutsideError extends Error {
  readonly kind: FailureKind;
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'OutsideError';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}
