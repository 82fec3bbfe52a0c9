/** The `Prefer: wait=<seconds>` header (RFC 7240): how long a caller is willing to wait for the outcome. */

/** Seconds waited when the caller states no preference. */
export const WAIT_DEFAULT_SECONDS = 5;
/** Larger wishes are cut to this, and the answer says so. */
export const WAIT_MAX_SECONDS = 30;

/** How long to wait; `applied` is the `Preference-Applied` value, present when the caller asked for a wait. */
export interface Wait {
  readonly waitMs: number;
  readonly applied?: string;
}

// A preference is name, optional value, optional parameters; commas inside quoted strings do not separate.
const SEPARATOR = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;
const WAIT = /^\s*wait\s*=\s*(?:"(\d{1,6})"|(\d{1,6}))\s*(?:;.*)?$/i;
const HEADER_LENGTH_MAX = 500;

/** Reads the header. A preference that cannot be read is ignored, as the RFC wants; of several the first counts. */
export function parsePrefer(header: string | undefined): Wait {
  const found = (header ?? '')
    .slice(0, HEADER_LENGTH_MAX)
    .split(SEPARATOR)
    .map((preference) => WAIT.exec(preference))
    .find((match) => match !== null);
  if (found === undefined) return { waitMs: WAIT_DEFAULT_SECONDS * 1000 };
  const seconds = Math.min(Number(found[1] ?? found[2]), WAIT_MAX_SECONDS);
  return { waitMs: seconds * 1000, applied: `wait=${seconds}` };
}
