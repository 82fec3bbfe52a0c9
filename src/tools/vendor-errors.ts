/**
 * Sorts every failure of a vendor once: did it not happen and may work later (`retryable`), did it not happen and
 * never will (`final`), or may it have happened (`unknown`)?
 *
 * A read leaves nothing behind, so its fate is never unknown. A write without a readable answer always is, unless the
 * connection was refused before anything was sent.
 */
import { type FailureKind, OutsideError } from '../domain/retry.ts';

/** Names as people know them. */
export type Provider = 'GitHub' | 'Stripe' | 'Resend';

/** What was attempted. `action` completes "Cannot …". */
export interface VendorCall {
  readonly provider: Provider;
  readonly access: 'read' | 'write';
  readonly action: string;
}

/** What can be told from any of the three clients' errors. */
interface Symptom {
  readonly status?: number | undefined;
  /** The vendor's own code, from its closed vocabulary. */
  readonly code?: string | undefined;
  /** A code of the network layer, e.g. `ECONNREFUSED`. */
  readonly network?: string | undefined;
  readonly connecting?: boolean | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const NEVER_TRUSTED = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:VERIFY|GET_ISSUER))/;
// Refusals that say "in a moment", under statuses that otherwise are final.
const BUSY_CODES = new Set([
  'lock_timeout',
  'idempotency_key_in_use',
  'concurrent_idempotent_requests',
  'rate_limit',
]);
// A used-up allowance does not come back while a request waits.
const QUOTA_CODES = new Set(['daily_quota_exceeded', 'monthly_quota_exceeded']);
const RETRY_AFTER_MS_MAX = 3_600_000;
const CAUSES_MAX = 6;

/**
 * The failure as an OutsideError with our own words; the vendor's are only in `cause`. Anything it does not
 * recognise is `unknown` for a write and `final` for a read.
 */
export function sortVendorError(error: unknown, call: VendorCall): OutsideError {
  const sorted = causesOf(error).find((one) => one instanceof OutsideError);
  if (sorted instanceof OutsideError) return sorted;
  const symptom = symptomOf(error);
  const kind = kindOf(symptom, call.access);
  const retryAfterMs = kind === 'retryable' ? retryAfter(symptom.headers) : undefined;
  return new OutsideError(kind, `Cannot ${call.action}: ${sentence(symptom, call)}`, {
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The HTTP status behind a sorted error, where the vendor answered at all. */
export function vendorStatus(error: unknown): number | undefined {
  return error instanceof OutsideError && error.cause !== undefined
    ? symptomOf(error.cause).status
    : undefined;
}

/** The answer, or undefined when the vendor said that the thing does not exist. */
export async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (vendorStatus(error) === 404) return undefined;
    throw error;
  }
}

function kindOf(symptom: Symptom, access: VendorCall['access']): FailureKind {
  const { status, code = '', network = '', connecting } = symptom;
  const noAnswer = access === 'write' ? 'unknown' : 'retryable';
  if (status === undefined) {
    if (NEVER_TRUSTED.test(network)) return 'final';
    if (NOT_SENT.has(network) || connecting === true) return 'retryable';
    return network === '' && access === 'read' && !isSilence(symptom) ? 'final' : noAnswer;
  }
  if (QUOTA_CODES.has(code)) return 'final';
  if (status === 429 || status === 503 || BUSY_CODES.has(code) || isThrottled(symptom)) return 'retryable';
  if (status === 408 || status >= 500) return noAnswer;
  return status >= 300 ? 'final' : noAnswer;
}

/** Timeouts and Resend's swallowed network errors carry no network code; bugs of ours carry neither name nor code. */
function isSilence({ code }: Symptom): boolean {
  return code !== undefined;
}

/** GitHub answers 403 instead of 429 when an allowance is used up. */
function isThrottled({ status, headers }: Symptom): boolean {
  if (status !== 403) return false;
  return headers['retry-after'] !== undefined || String(headers['x-ratelimit-remaining']) === '0';
}

function symptomOf(error: unknown): Symptom {
  const causes = causesOf(error).filter(isRecord);
  const outer = causes[0] ?? {};
  const response = isRecord(outer.response) ? outer.response : {};
  // Octokit sets status 500 on network errors too; only one with a response is an answer.
  const status = [response.status, outer.statusCode].find((one) => typeof one === 'number');
  const networkError = causes.find(({ code }) => typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code));
  const headers = [response.headers, outer.headers].find(isRecord) ?? {};
  return {
    status,
    code: vendorCode(causes),
    network: networkError === undefined ? undefined : String(networkError.code),
    connecting: networkError?.syscall === 'connect',
    headers,
  };
}

function vendorCode(causes: readonly Readonly<Record<string, unknown>>[]): string | undefined {
  const words = causes.flatMap(({ code, name, type }) => [code, name, type]);
  const known = words.find((word) => typeof word === 'string' && /^[a-z][a-z_]{1,59}$/.test(word));
  const silent = words.find(
    (word) => word === 'TimeoutError' || word === 'AbortError' || word === 'StripeConnectionError',
  );
  return typeof known === 'string' ? known : silent === undefined ? undefined : 'no_answer';
}

/** An error with what it wraps, outermost first: `cause`, Stripe's `detail`, and the first of several at once. */
function causesOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [];
  for (let next: unknown = error; isRecord(next) && found.length < CAUSES_MAX; ) {
    found.push(next);
    next = next.cause ?? next.detail ?? (Array.isArray(next.errors) ? next.errors[0] : undefined);
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** `Retry-After` in seconds, else GitHub's reset time against the answer's own date. */
function retryAfter(headers: Symptom['headers']): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  if (seconds >= 0) return Math.min(seconds * 1000, RETRY_AFTER_MS_MAX);
  const resetMs = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000;
  const waitMs = resetMs - Date.parse(String(headers.date));
  return waitMs > 0 ? Math.min(waitMs, RETRY_AFTER_MS_MAX) : undefined;
}

function sentence({ status, code, network }: Symptom, { provider, access }: VendorCall): string {
  const word = code === undefined || code === 'no_answer' ? '' : ` "${code}"`;
  if (status !== undefined) return `${provider} answered ${status}${word}`;
  const where =
    network === undefined ? `${provider} gave no answer` : `${provider} gave no answer (${network})`;
  return access === 'read' ? where : `${where}, so it may or may not have happened`;
}
