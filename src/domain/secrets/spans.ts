/** Stretches of text that something was found in. */

export interface Span {
  readonly start: number;
  /** The unit after the last. */
  readonly end: number;
  /** One of our own short phrases, e.g. `card number`. */
  readonly what: string;
}

/** Every match of a global pattern that `counts`; all do unless told. */
export function matches(
  text: string,
  pattern: RegExp,
  what: string,
  counts: (found: string, at: number) => boolean = () => true,
): Span[] {
  return [...text.matchAll(pattern)]
    .filter((match) => counts(match[0], match.index))
    .map(({ 0: found, index }) => ({ start: index, end: index + found.length, what }));
}

/** In order, those that overlap made one; the one that starts first, or is longer, says what it is. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const done: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.start - other.start || other.end - one.end)) {
    const last = done.at(-1);
    if (last === undefined || span.start >= last.end) done.push(span);
    else if (span.end > last.end) done[done.length - 1] = { ...last, end: span.end };
  }
  return done;
}
